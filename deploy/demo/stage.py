"""Puts up what the demo needs: the hub and both agencies, each a process of its own, and takes it down again."""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM

import httpx

from adapters.sandbox.__main__ import CLIENT_ID, CLIENT_SECRET
from deploy.servers.errors import ServerFailed
from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess
from hub.settings import PREFIX, load_settings, new_key
from hub.store.migrations import upgrade
from hub.trust.agencies import Credentials, Scope
from hub.wiring.foundation import opened

AGENCIES = ("probation", "prison")
OPERATOR = "operator"

_SECONDS_TO_START = 30.0
_SECONDS_TO_STOP = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played. people: how many. until: when the caseload ends, UTC. full: on PostgreSQL and Kafka."""

    people: int
    seed: int
    until: datetime
    full: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is up. hub: its base address. stores: agency -> its native store."""

    hub: str
    folder: Path
    stores: Mapping[str, Path]
    credentials: Mapping[str, Credentials]
    processes: Mapping[str, ServerProcess]


def planned(people: int, *, full: bool) -> Plan:
    """The demo's own caseload, which ended this midnight."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Plan(people, seed=1, until=today, full=full)


@contextmanager
def staged(plan: Plan, folder: Path) -> Iterator[Stage]:
    """The hub and both agencies run inside this context and nowhere else.

    Raises:
        ServerFailed, ServerMissing: something could not be started.
    """
    with ExitStack() as ending:
        database, kafka = _servers(plan, folder, ending)
        port = free_port()
        settings = {
            "KEY": new_key(),
            "LOOKUP_KEY": new_key(),
            "DATABASE_URL": database,
            "PORT": str(port),
            **({"KAFKA_BOOTSTRAP": kafka} if kafka else {}),
        }
        credentials = asyncio.run(_registered(settings))
        hub = f"http://127.0.0.1:{port}"
        processes = {"hub": _hub(settings, hub, folder, ending)}
        stores = {agency: folder / f"{agency}.db" for agency in AGENCIES}
        for agency in AGENCIES:
            command = _agency_command(plan, agency, stores[agency], hub, kafka if agency == "prison" else None)
            environment = {
                CLIENT_ID: credentials[agency].client_id,
                CLIENT_SECRET: credentials[agency].secret,
            }
            processes[agency] = _started(agency, command, environment, folder, ending)
        yield Stage(hub, folder, stores, credentials, processes)


def check_alive(stage: Stage) -> None:
    """Raises ServerFailed, with the last lines it wrote, if one of the processes has ended."""
    for process in stage.processes.values():
        _ = process.pid


def _servers(plan: Plan, folder: Path, ending: ExitStack) -> tuple[str, str | None]:
    """The database's address and Kafka's: the embedded default, or real servers."""
    if not plan.full:
        return f"sqlite+aiosqlite:///{folder / 'hub.db'}", None
    # Loaded for the full demo only: the small one needs neither of their packages.
    from deploy.servers.kafka import Kafka  # noqa: PLC0415
    from deploy.servers.postgres import Postgres  # noqa: PLC0415

    postgres = ending.enter_context(Postgres())
    kafka = ending.enter_context(Kafka(tuned_for="throughput"))
    return postgres.url, kafka.bootstrap


async def _registered(settings: Mapping[str, str]) -> dict[str, Credentials]:
    """Make the database and register both agencies and an operator, as `hub agency add` does."""
    given = {name.lower(): value for name, value in settings.items()}
    async with opened(load_settings(**given)) as base:
        await upgrade(base.engine)
        found = {agency: await base.agencies.add(agency, (Scope.SUBMIT, Scope.READ)) for agency in AGENCIES}
        return {**found, OPERATOR: await base.agencies.add(OPERATOR, (Scope.ADMIN,))}


def _hub(settings: Mapping[str, str], hub: str, folder: Path, ending: ExitStack) -> ServerProcess:
    environment = {f"{PREFIX}{name}": value for name, value in settings.items()}
    process = _started("hub", [sys.executable, "-m", "hub", "serve"], environment, folder, ending)
    deadline = time.monotonic() + _SECONDS_TO_START
    while not _answers(f"{hub}/health/ready"):
        if time.monotonic() > deadline:
            raise ServerFailed(f"the hub was not ready within {_SECONDS_TO_START:.0f} s")
        _ = process.pid
        time.sleep(0.1)
    return process


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).is_success
    except httpx.TransportError:
        return False


def _agency_command(plan: Plan, agency: str, store: Path, hub: str, kafka: str | None) -> list[str | Path]:
    told: dict[str, str | Path] = {
        "--agency": agency,
        "--store": store,
        "--hub": hub,
        "--people": str(plan.people),
        "--seed": str(plan.seed),
        "--until": plan.until.strftime("%Y-%m-%dT%H:%M:%S%z"),
        **({"--kafka": kafka} if kafka else {}),
    }
    return [sys.executable, "-m", "adapters.sandbox", *(word for option in told.items() for word in option)]


def _started(
    name: str, command: list[str | Path], environment: Mapping[str, str], folder: Path, ending: ExitStack
) -> ServerProcess:
    process = ServerProcess(name, folder / f"{name}.log")
    process.start(command, environment=environment)
    ending.callback(_end, process)
    return process


def _end(process: ServerProcess) -> None:
    """Ask it to finish; one that does not is killed."""
    if process.running:
        process.signal(SIGTERM)
    process.wait(_SECONDS_TO_STOP)
