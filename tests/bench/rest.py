"""The REST budget: durable PUTs over 32 connections, against a bare FastAPI echo of the same body."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import create_connection

from deploy.servers.hub import Hub, Installation
from deploy.servers.ports import free_port
from deploy.servers.postgres import Postgres
from hub.trust.agencies import Scope
from tests.bench.bodies import encoded
from tests.bench.http_load import Load, drive, percentile, request
from tests.bench.table import Measure
from tests.bench.tokens import token

CONNECTIONS = 32


def measures(puts: int) -> list[Measure]:
    """Both sides in turn, twice, the better of each. puts: how many are sent in a round."""
    with _echo() as echo_port, Postgres() as postgres, _hub(postgres.url) as (hub, headers):
        echo = [_drive_echo(echo_port, puts)]
        grouped = [_put(hub, headers, puts, 0)]
        echo.append(_drive_echo(echo_port, puts))
        grouped.append(_put(hub, headers, puts, puts))
        single = _put(hub, headers, max(puts // 10, 100), 2 * puts, connections=1)
    bare, best = max(each.rate for each in echo), max(each.rate for each in grouped)
    return [
        Measure(
            f"REST: durable PUT of 3 KB, {CONNECTIONS} connections / bare FastAPI echo of the same body",
            best / bare,
            "at least 0.5",
            met=best / bare >= 0.5,
            detail=f"{best:.0f}/s against {bare:.0f}/s",
        ),
        Measure(
            "REST: the same / one transaction a request (one connection, nothing to gather)",
            best / single.rate,
            "at least 4",
            met=best / single.rate >= 4,
            detail=f"{best:.0f}/s against {single.rate:.0f}/s, {percentile(single.latencies, 0.5) * 1e3:.1f} ms each",
        ),
    ]


def _put(hub: Hub, headers: dict[str, str], puts: int, first: int, connections: int = CONNECTIONS) -> Load:
    requests = [
        request(
            "PUT",
            f"/v1/offenders/X{number % 1000:06d}/assessments/bench-{first + number}",
            encoded(first + number),
            {**headers, "ce-id": str(first + number), "Content-Type": "application/json"},
        )
        for number in range(puts)
    ]
    load = asyncio.run(drive(hub.port, requests, connections))
    if load.failed:
        raise RuntimeError(f"{load.failed} of {puts} PUTs were not taken")
    return load


def _drive_echo(port: int, puts: int) -> Load:
    requests = [request("PUT", "/echo", encoded(each), {"Content-Type": "application/json"}) for each in range(puts)]
    return asyncio.run(drive(port, requests, CONNECTIONS))


@contextmanager
def _hub(database_url: str) -> Iterator[tuple[Hub, dict[str, str]]]:
    installation = Installation(database_url)
    credentials = installation.add_agencies({"probation": [Scope.SUBMIT, Scope.READ]})["probation"]
    with Hub(installation) as hub:
        yield hub, {"Authorization": f"Bearer {token(hub, credentials)}"}


@contextmanager
def _echo() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.echo", str(port)])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with closing(create_connection(("127.0.0.1", port), timeout=1)):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the echo did not start")
