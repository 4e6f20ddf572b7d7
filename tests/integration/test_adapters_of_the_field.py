"""`hub adapter run` for the systems of the field, each a process beside folders: the prison's, and probation's."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import orjson
import pytest

import adapters
from deploy.servers.hub import Hub, Installation
from deploy.servers.process import ServerProcess
from hub.domain.canonical import Json
from hub.trust.agencies import Credentials, Scope

WITHIN_S = 60.0
_EXAMPLES = Path(adapters.__file__ or "").parent


class Beside:
    """An adapter's process, the folder its native system writes to and the one it reads."""

    def __init__(self, system: str, hub: Hub, credentials: Credentials, folder: Path) -> None:
        self.inbox, self.records = folder / f"{system}-in", folder / f"{system}-out"
        for each in (self.inbox, self.records):
            each.mkdir()
        told = {
            "HUB": hub.url,
            "CLIENT_ID": credentials.client_id,
            "CLIENT_SECRET": credentials.secret,
            "STORE": str(folder / f"{system}.db"),
        }
        self.log = folder / f"{system}.log"
        self._environment = {f"ADAPTER_{name}": value for name, value in told.items()}
        self._environment["PYTHONPATH"] = str(_EXAMPLES.parent)
        self._process = ServerProcess(f"the adapter of {system}", self.log)
        self._command = [sys.executable, "-m", "hub", "adapter", "run", system]

    def start(self) -> None:
        ways: list[str | Path] = ["--from-folder", self.inbox, "--to-folder", self.records]
        self._process.start([*self._command, *ways], environment=self._environment)

    def stop(self) -> int:
        self._process.signal(signal.SIGTERM)
        return self._process.wait(20)

    def say(self, name: str, native: Json) -> None:
        (self.inbox / f"{name}.part").write_bytes(orjson.dumps(native))
        (self.inbox / f"{name}.part").replace(self.inbox / f"{name}.json")

    def held(self) -> str:
        """All that the native system finds."""
        return "\n".join(file.read_text() for file in sorted(self.records.rglob("*.json")))


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[Beside, Beside, Path]]:
    database = folder / "hub.db"
    installation = Installation(f"sqlite+aiosqlite:///{database}")
    as_agency = (Scope.SUBMIT, Scope.READ)
    credentials = installation.add_agencies({"prison": as_agency, "probation": as_agency})
    with Hub(installation) as hub:
        nomis = Beside("nomis", hub, credentials["prison"], folder)
        delius = Beside("delius", hub, credentials["probation"], folder)
        for each in (nomis, delius):
            each.start()
        yield nomis, delius, database
        assert [each.stop() for each in (nomis, delius)] == [0, 0]


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not met():  # noqa: ASYNC110 - other processes ring no bells
            await asyncio.sleep(0.05)


def apart(database: Path) -> int:
    """Records handed over of which an agency's digest is not the hub's; movements it may not be told to hold."""
    query = (
        "SELECT count(*) FROM held WHERE type = 'offender'"
        " AND (applied_number IS NOT number OR applied_digest IS NOT digest)"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query).fetchone()[0])


def example(system: str, name: str) -> Json:
    return orjson.loads((_EXAMPLES / system / "examples" / name).read_bytes())


@pytest.mark.timeout(180)
async def test_a_prisoner_and_an_offender_are_one_person_held_by_both_systems(tmp_path: Path) -> None:
    (prisoner,) = example("nomis", "found-prisoner.json")
    offender = example("delius", "offender.json")
    offender["otherIds"] = {"crn": "X320741", "nomsNumber": prisoner["offenderNo"]}
    offender |= {"firstName": "Ivy", "middleNames": ["Ruth"], "surname": "Sloane", "dateOfBirth": "1992-03-15"}
    offender |= {"gender": "Female", "offenderAliases": [], "previousSurnames": None}
    async with both(tmp_path) as (nomis, delius, database):
        nomis.say("prisoner", [prisoner])
        delius.say("offender", offender)
        # What only probation knows reaches the prison, and the other way round.
        await until(lambda: "Tannery Row" in nomis.held())
        await until(lambda: "02/73319Z" in delius.held())
        await until(lambda: apart(database) == 0)
        assert (nomis.inbox / "taken" / "prisoner.json").exists()
