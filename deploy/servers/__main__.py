"""`python -m deploy.servers fetch | up`: have everything the servers are made of; start one of each until Ctrl-C."""

import argparse
import signal
import sys

from deploy.servers.errors import ServerFailed, ServerMissing
from deploy.servers.kafka import Kafka, remember_start
from deploy.servers.postgres import Postgres

_STOP = {signal.SIGINT, signal.SIGTERM}


def main() -> int:
    """Do what the command line says; say what could not be had."""
    parser = argparse.ArgumentParser(prog="python -m deploy.servers", description=__doc__)
    parser.add_argument("what", choices=["fetch", "up"])
    try:
        if parser.parse_args().what == "fetch":
            remember_start()
        else:
            _run_until_interrupted()
    except (ServerMissing, ServerFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run_until_interrupted() -> None:
    """Run a PostgreSQL and a Kafka, and print how the tests are pointed at them."""
    with Postgres() as postgres, Kafka() as kafka:
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)  # from here on a signal is waited for, not died of
        sys.stdout.write(f"export HUB_TEST_POSTGRES_URL={postgres.url}\n")
        sys.stdout.write(f"export HUB_TEST_KAFKA_BOOTSTRAP={kafka.bootstrap}\n")
        sys.stdout.write("Running; Ctrl-C stops them and removes their data.\n")
        sys.stdout.flush()
        signal.sigwait(_STOP)


if __name__ == "__main__":
    sys.exit(main())
