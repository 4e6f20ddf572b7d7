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
QUIET_S = 1.0
_ROUNDS = 5
_EXAMPLES = Path(adapters.__file__ or "").parent


class Beside:
    """An adapter's process, the folder its native system writes to and the one it reads."""

    def __init__(self, system: str, hub: Hub, credentials: Credentials, folder: Path) -> None:
        self.inbox, self.records = folder / f"{system}-in", folder / f"{system}-out"
        for each in (self.inbox, self.records):
            each.mkdir()
        self.store = folder / f"{system}.db"
        told = {
            "HUB": hub.url,
            "CLIENT_ID": credentials.client_id,
            "CLIENT_SECRET": credentials.secret,
            "STORE": str(self.store),
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

    def said(self) -> list[str]:
        """Every body the adapter has put into its outbox."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            return [body.decode() for (body,) in connection.execute("SELECT body FROM outbox")]

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
        try:
            for each in (nomis, delius):
                each.start()
            yield nomis, delius, database
        finally:
            codes = [each.stop() for each in (nomis, delius)]
        assert codes == [0, 0]


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not met():  # noqa: ASYNC110 - other processes ring no bells
            await asyncio.sleep(0.05)


def apart(database: Path) -> int:
    """Records of persons of which an agency's digest is not the hub's."""
    return counted(
        database,
        "SELECT count(*) FROM held WHERE type = 'offender'"
        " AND (applied_number IS NOT number OR applied_digest IS NOT digest)",
    )


def said(database: Path) -> int:
    """Submissions of both agencies."""
    return counted(database, "SELECT count(*) FROM assertion")


def counted(database: Path, query: str) -> int:
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

        # What each is told, it announces as a change of its own. What it held otherwise before, it says no more, and
        # of a name it may keep its own title; so a few rounds may pass until all is quiet.
        quiet = [await announced(nomis, delius, database, f"round-{number}") for number in range(_ROUNDS)]
        assert quiet[-2:] == [True, True]
        assert "No Religion" not in "".join(delius.said())
        assert "Tannery Row" not in "".join(nomis.said())


async def announced(nomis: Beside, delius: Beside, database: Path, name: str) -> bool:
    """Each system says all it holds of persons; whether that made its adapter say nothing."""
    before = said(database)
    for system in (nomis, delius):
        for file in system.records.glob("offenders/*.json"):
            system.say(f"{name}-{file.stem}", orjson.loads(file.read_bytes()))
    await until(lambda: all([*system.inbox.glob(f"taken/{name}-*")] for system in (nomis, delius)))
    await until(lambda: said(database) == len(nomis.said()) + len(delius.said()))
    await asyncio.sleep(QUIET_S)
    await until(lambda: apart(database) == 0)
    return said(database) == before
