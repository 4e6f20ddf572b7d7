"""Puts up what the demo needs, each a process of its own: the hub, both agencies' systems, the adapters beside them."""

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM

import httpx

from adapters.client.settings import PREFIX as ADAPTER
from deploy.servers.errors import ServerFailed
from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess
from hub.settings import PREFIX, load_settings, new_key
from hub.store.migrations import upgrade
from hub.trust.agencies import Credentials, Scope
from hub.wiring.foundation import opened

AGENCIES = ("probation", "prison")
_SYSTEMS = {"probation": ("delius", "oasys"), "prison": ("nomis", "oasys")}

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
class Beside:
    """An adapter beside one of an agency's systems. store: the file of all it must not lose. hook: its port.

    native: the address below which the system holds its records.
    """

    agency: str
    system: str
    store: Path
    hook: int
    native: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is up. hub: its base address. natives: agency -> the documents of its systems."""

    hub: str
    folder: Path
    natives: Mapping[str, Path]
    adapters: Sequence[Beside]
    credentials: Mapping[str, Credentials]
    processes: Mapping[str, ServerProcess]


def planned(people: int, *, full: bool) -> Plan:
    """The demo's own caseload, which ended this midnight."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Plan(people, seed=1, until=today, full=full)


@contextmanager
def staged(plan: Plan, folder: Path) -> Iterator[Stage]:
    """The hub, the systems and the adapters run inside this context and nowhere else.

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
            "MEASURE_EVERY_S": "2",
            **({"KAFKA_BOOTSTRAP": kafka} if kafka else {}),
        }
        credentials = asyncio.run(_registered(settings))
        ports = {agency: free_port() for agency in AGENCIES}
        hub = f"http://127.0.0.1:{port}"
        stage = Stage(
            hub,
            folder,
            {agency: folder / f"{agency}.db" for agency in AGENCIES},
            [
                Beside(
                    agency,
                    system,
                    folder / f"adapter-{agency}-{system}.db",
                    free_port(),
                    f"http://127.0.0.1:{ports[agency]}/{system}",
                )
                for agency in AGENCIES
                for system in _SYSTEMS[agency]
            ],
            credentials,
            {"hub": _hub(settings, hub, folder, ending)},
        )
        processes = dict(stage.processes)
        try:
            for agency in AGENCIES:
                processes |= _agency(plan, stage, agency, ports[agency], kafka if agency == "prison" else None, ending)
            yield Stage(hub, folder, stage.natives, stage.adapters, credentials, processes)
        finally:
            _ask_to_finish(processes.values())


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
    """Make the database and register both agencies, as `hub agency add` does."""
    given = {name.lower(): value for name, value in settings.items()}
    async with opened(load_settings(**given)) as base:
        await upgrade(base.engine)
        return {agency: await base.agencies.add(agency, (Scope.SUBMIT, Scope.READ)) for agency in AGENCIES}


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


def _agency(
    plan: Plan, stage: Stage, agency: str, port: int, kafka: str | None, ending: ExitStack
) -> dict[str, ServerProcess]:
    """An agency's adapters, and then its systems. kafka: by which it reaches the hub; else over HTTP."""
    adapters = [each for each in stage.adapters if each.agency == agency]
    processes = {f"{agency} {each.system}": _adapter(stage, each, kafka, ending) for each in adapters}
    hooks = [word for each in adapters for word in ("--hook", f"{each.system}=http://127.0.0.1:{each.hook}/")]
    told: dict[str, str | Path] = {
        "--agency": agency,
        "--store": stage.natives[agency],
        "--port": str(port),
        "--people": str(plan.people),
        "--seed": str(plan.seed),
        "--until": plan.until.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    words = [word for option in told.items() for word in option]
    command = [sys.executable, "-m", "adapters.sandbox", *words, *hooks]
    return {**processes, agency: _started(agency, command, {}, stage.folder, ending)}


def environment(stage: Stage, beside: Beside, kafka: str | None = None) -> dict[str, str]:
    """What an adapter's commands find: its agency's credentials and nothing of the hub's."""
    credentials = stage.credentials[beside.agency]
    reached = (
        {"KAFKA_BOOTSTRAP": kafka}
        if kafka
        else {"HUB": stage.hub, "CLIENT_ID": credentials.client_id, "CLIENT_SECRET": credentials.secret}
    )
    told = {"AGENCY": beside.agency, "STORE": str(beside.store), "NATIVE": beside.native, **reached}
    return {f"{ADAPTER}{name}": value for name, value in told.items()}


def _adapter(stage: Stage, beside: Beside, kafka: str | None, ending: ExitStack) -> ServerProcess:
    """`hub adapter run`."""
    command = [sys.executable, "-m", "hub", "adapter", "run", beside.system, "--hook", str(beside.hook)]
    found = environment(stage, beside, kafka)
    return _started(f"{beside.agency}-{beside.system}", command, found, stage.folder, ending)


def _started(
    name: str, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, ending: ExitStack
) -> ServerProcess:
    process = ServerProcess(name, folder / f"{name}.log")
    process.start([*command], environment=environment)
    ending.callback(_end, process)
    return process


def _ask_to_finish(processes: Iterable[ServerProcess]) -> None:
    """Ask all at once, so that nobody is waited for who has not begun to end."""
    for process in processes:
        if process.running:
            process.signal(SIGTERM)


def _end(process: ServerProcess) -> None:
    """Ask it to finish; one that does not is killed."""
    if process.running:
        process.signal(SIGTERM)
    process.wait(_SECONDS_TO_STOP)
