"""A hub over a database of its own, without servers, ways in or ways out: share, relay, look."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Table, create_engine, event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.canonical import Json
from hub.domain.contract import Contract, Delivery, Kind, People, Receives
from hub.domain.errors import Reason
from hub.domain.ids import uuid7
from hub.domain.likelihood.score import Scale
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.recognition import MOST_HOLDERS
from hub.domain.submission import Submission
from hub.exchange.decide import Deciding
from hub.exchange.describing import Describing
from hub.exchange.finding import Recorded, Recording
from hub.exchange.judging import Judging
from hub.exchange.matching import Matching
from hub.exchange.persons import Recognising
from hub.exchange.relay import Relay
from hub.exchange.resolve import Choice, Resolving, Ruled
from hub.exchange.risk_watch import RiskWatch
from hub.exchange.share import Sharing
from hub.ports import HeldId, HeldRow, Publisher, RecordId, Store
from hub.release import Release, render
from hub.store.blocks import LARGE_BLOCK
from hub.store.engine import open_engine, reading
from hub.store.matching import SqlMatchingStore
from hub.store.relaying import SqlRelayStore, held_row
from hub.store.sharing import SqlStore
from hub.store.tables import held, local_id, metadata, person, record, unmatched
from hub.store.watching import WatchStore
from hub.trust.naming import local_key
from hub.trust.sealing import CompressingSeal, LookupKeys
from tests.builders.valid_bodies import registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = LookupKeys(bytes(range(32)))
SEAL = CompressingSeal()
VERSION = "1.0.0"
WEIGHTS = weights_in(SHIPPED_WEIGHTS)


def quick_engine(database: Path) -> AsyncEngine:
    """SQLite with all tables that does not wait for the disk: for tests that lose no power."""
    if not database.exists():
        database.write_bytes(_no_rows())
    engine = open_engine(f"sqlite+aiosqlite:///{database}")
    event.listen(engine.sync_engine, "connect", _without_waiting_for_the_disk)
    return engine


@cache
def _no_rows() -> bytes:
    """A database with all tables: to make them takes longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        engine = create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


def reasons(outcomes: Sequence[Outcome]) -> list[Reason | None]:
    """Why each was refused; None where it was taken."""
    return [each.rejection.reason if isinstance(each, Refused) else None for each in outcomes]


def contract(
    agency: str,
    *,
    kind: Kind | None = None,
    delivery: Delivery = Delivery.FEED,
    people: People = People.KNOWN,
    limited_access: bool = False,
    fields: Mapping[str, frozenset[str]] | None = None,
) -> Contract:
    """A contract over every record type. kind: else that of the name's first word. fields: by type, else all."""
    types = registry().types()
    seen = fields or {}
    return Contract(
        agency,
        kind or Kind(agency.partition("-")[0]),
        delivery,
        people,
        limited_access,
        asserts={record_type: frozenset({VERSION}) for record_type in types},
        receives={each: Receives(VERSION, seen.get(each), "an Act", "a purpose", 60) for each in types},
    )


@dataclass
class Hub:
    """One hub; `engine` has its tables. store: in place of the database's own, to break it. keys: of its lookups."""

    engine: AsyncEngine
    contracts: Mapping[str, Contract]
    publisher: Publisher | None = None
    store: Store | None = None
    most_holders: int = MOST_HOLDERS
    large_block: int = LARGE_BLOCK
    now: datetime = NOW
    persons: Iterator[int] = field(default_factory=lambda: count(1))
    matched: list[Recorded] = field(default_factory=list)
    """What each turn of matching recorded."""
    keys: LookupKeys = KEYS

    def __post_init__(self) -> None:
        self.relay_store = SqlRelayStore(self.engine)
        store = self.store or SqlStore(self.engine, self.most_holders, self.large_block)
        self.sharing = Sharing(
            store,
            registry(),
            self.contracts,
            self.keys,
            SEAL,
            lambda: self.now,
            lambda: uuid7(next(self.persons), 0),
        )
        self.deciding = Deciding(registry(), self.contracts, self.keys, SEAL)
        self.resolving = Resolving(
            store,
            Recognising(SEAL, lambda: uuid7(next(self.persons), 0)),
            self.deciding,
            self.keys,
            SEAL,
            lambda: self.now,
        )
        self._store = store
        self.matching = self._matching(links=True)
        self.risk_watch = RiskWatch(WatchStore(self.engine), self.contracts, KEYS, SEAL, lambda: self.now)
        self.relay = Relay(self.relay_store, self.publisher, self.contracts, SEAL, lambda: self.now)

    def _matching(self, *, links: bool) -> Matching:
        recognising = Recognising(SEAL, lambda: uuid7(next(self.persons), 0))
        judging = Judging(Scale(WEIGHTS), links)
        return Matching(
            SqlMatchingStore(self.engine, large_block=self.large_block),
            Recording(self._store, recognising, self.deciding, judging, self.keys, SEAL, lambda: self.now),
            Describing(self.contracts),
            judging,
            self.keys,
            SEAL,
            lambda: self.now,
            self.matched.append,
        )

    async def match(self, *, links: bool = True) -> None:
        """Compare until nobody waits. links: as `Judging` has it."""
        matching = self.matching if links else self._matching(links=False)
        while await matching.step() or await self.rows(unmatched):
            pass

    async def share(self, *submissions: Submission) -> list[Outcome]:
        """One batch."""
        return await self.sharing.share(submissions)

    async def take(self, *submissions: Submission) -> None:
        """One batch of which every submission is taken."""
        outcomes = await self.sharing.share(submissions)
        assert [each for each in outcomes if not isinstance(each, Accepted)] == []

    async def rule(self, one: tuple[str, str], other: tuple[str, str], choice: Choice) -> Ruled:
        """An operator decides on two local ids."""
        return await self.resolving.rule(one, other, choice, "as both files say", "anna")

    async def deliver(self) -> int:
        """Relay until nothing is owed; how many debts that were."""
        settled = 0
        while handled := await self.relay.step():
            settled += handled
        return settled

    async def watch(self) -> None:
        """Look at every risk that is due."""
        while await self.risk_watch.step():
            pass

    async def rows(self, table: Table) -> list[dict[str, Json]]:
        """A whole table."""
        async with reading(self.engine) as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    async def person_of(self, agency: str, local: str) -> str:
        """Whose this local id is."""
        key = local_key(self.keys, agency, local)
        return str(next(row["person"] for row in await self.rows(local_id) if row["key"] == key))

    async def held(self) -> dict[HeldId, HeldRow]:
        """What every agency holds, withdrawn records too."""
        async with reading(self.engine) as connection:
            rows = (await connection.execute(select(held))).mappings()
            return {row.id: row for row in map(held_row, rows)}

    async def current(self) -> dict[HeldId, Release]:
        """What every agency is to hold, of every record there is: rendered now."""
        ids = [RecordId(row["person"], row["type"], row["key"]) for row in await self.rows(record)]
        records, persons = await self.relay_store.current(ids)
        return {
            HeldId(each.agency, id_): render(each, id_, records[id_], persons[id_.person], SEAL)
            for each in self.contracts.values()
            for id_ in ids
        }

    async def bodies(self, agency: str) -> dict[RecordId, Json]:
        """Deliver, then what this agency holds: the bodies, None where the last release withdrew it."""
        await self.deliver()
        current = await self.current()
        return {
            id_.record: None if row.withdrawn else current[id_].document["body"]
            for id_, row in (await self.held()).items()
            if id_.agency == agency
        }

    async def numbers(self, agency: str) -> dict[str, int]:
        """Deliver, then the last number of every record of this agency, by record type."""
        await self.deliver()
        return {id_.record.type: row.number for id_, row in (await self.held()).items() if id_.agency == agency}

    async def survivors(self) -> dict[str, str | None]:
        """Every person there ever was, with whom it was merged into."""
        return {row["id"]: row["survivor"] for row in await self.rows(person)}
