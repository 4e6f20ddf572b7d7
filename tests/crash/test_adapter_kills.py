"""An adapter's process is killed again and again while payloads flow in and releases flow out.

Its native system refuses many a moment; the hub dies a few times, too, and the adapter while the hub is away.
HUB_CRASH_ADAPTER_KILLS, HUB_CRASH_ADAPTER_KILLS_OVER_KAFKA and HUB_CRASH_SEED set other numbers than every day's.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import orjson
import pytest

from adapters.client.credentials import ClientCredentials
from deploy.servers.hub import Hub
from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess
from hub.domain.canonical import Json
from hub.domain.errors import Unavailable
from tests.builders.toy_native import NativeServer, native_server
from tests.crash.installed import Installed, install
from tests.crash.submissions import PRISON, PROBATION

KILLS = int(os.environ.get("HUB_CRASH_ADAPTER_KILLS", "20"))
KILLS_OVER_KAFKA = int(os.environ.get("HUB_CRASH_ADAPTER_KILLS_OVER_KAFKA", "5"))
SEED = int(os.environ.get("HUB_CRASH_SEED", "1"))
PEOPLE = 12

_AT_WORK_S = 0.6
"""The longest an adapter lives once it is at work."""
_DIES_YOUNG = 0.2
_YOUNG_S = 1.5
_HUB_DIES_EVERY = 10
_AWAY_S = 0.5
_PAUSE_S = 0.01
_SLOW_S = 0.03
"""The native system takes its time, so that many a kill falls between a request and its answer."""
_BUSY = 0.2
"""Of its requests it answers that it cannot now."""
_COME_TO_REST_S = 60.0
_BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
_SEXES = {"F": "female", "M": "male"}

pytestmark = pytest.mark.crash


class Adapter:
    """The process, over its store, its folder and its hook, which stay the same over all its lives."""

    def __init__(self, installed: Installed, hub: Hub, native: NativeServer, folder: Path, *, kafka: bool) -> None:
        self.inbox, self.port = folder / "in", free_port()
        self.inbox.mkdir()
        prison = installed.credentials[PRISON]
        way = {"KAFKA_BOOTSTRAP": installed.kafka} if kafka else {"HUB": hub.url}
        told = way | {
            "AGENCY": installed.names[PRISON],
            "CLIENT_ID": prison.client_id,
            "CLIENT_SECRET": prison.secret,
            "STORE": str(folder / "adapter.db"),
            "FROM_FOLDER": str(self.inbox),
            "HOOK_PORT": str(self.port),
            "NATIVE": native.url,
        }
        self._environment = {f"ADAPTER_{name}": value for name, value in told.items()}
        self._process = ServerProcess("adapter", folder / "adapter.log")

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.crash.toy_adapter"]
        self._process.start(command, environment=self._environment | {"PYTHONPATH": str(Path(__file__).parents[2])})

    async def at_work(self) -> None:
        """Return when its hook takes payloads."""
        async with asyncio.timeout(30):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(_PAUSE_S)

    def kill(self) -> None:
        self._process.signal(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        self._process.signal(signal.SIGTERM)
        return self._process.wait(20)


class Flow:
    """What the prison's system and probation say of the same people, at the same time. said: by the prison's system."""

    def __init__(self, adapter: Adapter, probation: httpx.AsyncClient, seed: int) -> None:
        self._adapter = adapter
        self._probation = probation
        self._random = Random(seed)  # noqa: S311 - a trial is played again by its seed
        self.surnames: dict[str, str] = {}
        self.sexes: dict[str, str] = {}
        self.said = 0

    async def payloads(self, ended: asyncio.Event) -> None:
        """By turns posted to the hook, again and again until accepted, and put into the folder."""
        async with httpx.AsyncClient(trust_env=False) as http:
            while not ended.is_set():
                number = self.said
                person = f"A{self._random.randrange(PEOPLE):04d}BC"
                self.surnames[person] = f"Archer-{number}"
                at = (_BEGAN + timedelta(seconds=number)).isoformat()
                native = {"kind": "person", "id": person, "surname": self.surnames[person], "at": at}
                if number % 2:
                    _put(self._adapter.inbox / f"{number:06d}.json", native)
                else:
                    await self._post(http, native)
                self.said += 1
                await asyncio.sleep(_PAUSE_S)

    async def _post(self, http: httpx.AsyncClient, native: Json) -> None:
        key = uuid4().hex
        while True:
            with suppress(httpx.TransportError):
                url = f"http://127.0.0.1:{self._adapter.port}/"
                if (await http.post(url, json=native, headers={"idempotency-key": key})).is_success:
                    return
            await asyncio.sleep(_PAUSE_S)

    async def releases(self, ended: asyncio.Event) -> None:
        """Probation says something new of one after the other, until the payloads have ended."""
        for person in range(PEOPLE):
            await self._put(person)
        while not ended.is_set():
            await self._put(self._random.randrange(PEOPLE))
            await asyncio.sleep(2 * _PAUSE_S)

    async def _put(self, number: int) -> None:
        person = f"A{number:04d}BC"
        self.sexes[person] = self._random.choice("FM")
        body = {
            "identifiers": [{"scheme": "prison-number", "value": person}],
            "sex": _SEXES[self.sexes[person]],
        }
        headers = {"Idempotency-Key": uuid4().hex, "ce-time": datetime.now(UTC).isoformat()}
        while True:
            with suppress(httpx.TransportError, Unavailable):
                answer = await self._probation.put(f"/v1/offenders/X{number:06d}", json=body, headers=headers)
                if not answer.is_server_error:
                    answer.raise_for_status()
                    return
            await asyncio.sleep(_PAUSE_S)


def _put(file: Path, native: Json) -> None:
    beside = file.with_suffix(".part")
    beside.write_bytes(orjson.dumps(native))
    beside.replace(file)


async def _kill(adapter: Adapter, hub: Hub, kills: int) -> None:
    random = Random(SEED)  # noqa: S311 - as above
    for number in range(1, kills + 1):
        if random.random() < _DIES_YOUNG:
            await asyncio.sleep(random.uniform(0, _YOUNG_S))
        else:
            await adapter.at_work()
            await asyncio.sleep(random.uniform(0, _AT_WORK_S))
        if number % _HUB_DIES_EVERY == 0:
            await asyncio.to_thread(hub.kill)
            await asyncio.sleep(_AWAY_S)
            await asyncio.to_thread(adapter.kill)
            await asyncio.to_thread(hub.start)
        else:
            await asyncio.to_thread(adapter.kill)
        adapter.start()


async def _at_last(found: Callable[[], list[str]]) -> list[str]:
    """What does not hold; nothing, as soon as that is so."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_COME_TO_REST_S):
            while found():  # noqa: ASYNC110 - other processes ring no bells
                await asyncio.sleep(0.2)
    return found()


def _queried(database: Path, query: str, *given: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query, given).fetchone()[0])


def _findings(database: Path, prison: str, flow: Flow, native: NativeServer, adapter: Adapter) -> list[str]:
    """What does not hold of what was said, what was applied, and what the hub was told of it."""
    taken = _queried(database, "SELECT count(*) FROM assertion WHERE agency = ?", prison)
    apart = _queried(
        database,
        "SELECT count(*) FROM held WHERE agency = ? AND type = 'offender'"
        " AND (applied_number IS NOT number OR applied_digest IS NOT digest)",
        prison,
    )
    told = {f"people/{person}": (flow.surnames[person], flow.sexes[person]) for person in flow.surnames}
    held = {address: (each.get("surname"), each.get("sex")) for address, each in native.held.items()}
    left = [file.name for file in adapter.inbox.glob("*.json")] + [*map(str, adapter.inbox.glob("refused/*"))]
    return [
        *([f"{taken} submissions were taken of {flow.said} payloads"] if taken != flow.said else []),
        *([f"{apart} records of which the prison's digest is not the hub's"] if apart else []),
        *(f"{each} holds {held.get(each)}, not {right}" for each, right in told.items() if held.get(each) != right),
        *(f"{name} was not taken" for name in left),
    ]  # fmt: skip


def _applied_twice(native: NativeServer) -> list[str]:
    """Requests under one id that are not the same, and releases of a record applied out of order."""
    first = {each.key: each for each in reversed(native.requests)}
    found = [f"{each.key} said different things" for each in native.requests if first[each.key] != each]
    last: dict[str, int] = {}
    for write in native.writes:
        number = int(write.key.rpartition("-")[2])
        if number <= last.get(write.address, 0):
            found.append(f"{write.key} was applied after {last[write.address]}")
        last[write.address] = number
    return found


@asynccontextmanager
async def _probation(installed: Installed, hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    credentials = installed.credentials[PROBATION]
    auth = ClientCredentials(f"{hub.url}/oauth/token", credentials.client_id, credentials.secret)
    async with httpx.AsyncClient(base_url=hub.url, auth=auth, timeout=30, trust_env=False) as http:
        yield http


async def _storm(installed: Installed, database: Path, folder: Path, kills: int, *, kafka: bool) -> None:
    with Hub(installed.installation) as hub:
        async with native_server() as native, _probation(installed, hub) as probation:
            native.slow, native.busy = _SLOW_S, _BUSY
            adapter = Adapter(installed, hub, native, folder, kafka=kafka)
            flow, ended = Flow(adapter, probation, SEED), asyncio.Event()
            adapter.start()
            flowing = [asyncio.create_task(each) for each in (flow.payloads(ended), flow.releases(ended))]
            await _kill(adapter, hub, kills)
            ended.set()
            await asyncio.gather(*flowing)

            prison = installed.names[PRISON]
            found = await _at_last(lambda: _findings(database, prison, flow, native, adapter))
            assert found + _applied_twice(native) == []
            assert adapter.stop() == 0


@pytest.mark.timeout(180 + 10 * KILLS)
async def test_killed_again_and_again_it_loses_nothing_and_applies_nothing_twice(tmp_path: Path) -> None:
    database = tmp_path / "hub.db"
    installed = install(tmp_path, f"sqlite+aiosqlite:///{database}", "")
    await _storm(installed, database, tmp_path, KILLS, kafka=False)


@pytest.mark.servers
@pytest.mark.timeout(180 + 10 * KILLS_OVER_KAFKA)
async def test_so_it_does_over_kafka(tmp_path: Path, kafka_bootstrap: str) -> None:
    database = tmp_path / "hub.db"
    installed = install(tmp_path, f"sqlite+aiosqlite:///{database}", kafka_bootstrap)
    await _storm(installed, database, tmp_path, KILLS_OVER_KAFKA, kafka=True)
