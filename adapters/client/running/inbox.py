"""Native payloads as they came, kept until they are taken, and for a while after: what is refused is taken again."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import orjson

from hub.domain.errors import Fault

_TABLES = (
    """CREATE TABLE IF NOT EXISTS inbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT UNIQUE, document BLOB NOT NULL, received TEXT NOT NULL,
        about TEXT NOT NULL, state TEXT NOT NULL, faults TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS inbox_state ON inbox (state, position)",
)

RECORDED = "recorded"
"""What says of a payload when it was recorded, where it comes so: a time with its offset, ISO 8601."""


class Stage(StrEnum):
    """How far a payload has come. parked: something of it was refused, here or by the hub."""

    WAITING = "waiting"
    TAKEN = "taken"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A payload on its way in. source: what tells it from every other, so that it comes in once; None: nothing does.

    document: the bytes that came. received: UTC. about: as `native.Payload.about`.
    """

    document: bytes
    received: datetime
    about: Mapping[str, str]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A payload in the store. faults: why something of it was not taken here."""

    position: int
    document: bytes
    received: datetime
    about: Mapping[str, str]
    stage: Stage
    faults: tuple[Fault, ...]

    @property
    def recorded(self) -> datetime:
        """When the source recorded it, as far as the way it came says so, else when it came; UTC."""
        told = self.about.get(RECORDED)
        return self.received if told is None else datetime.fromisoformat(told).astimezone(UTC)


class Inbox:
    """The table of payloads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the table if it is not there."""
        for statement in _TABLES:
            self._connection.execute(statement)

    def keep(self, arrivals: Iterable[Arrival]) -> None:
        """Keep payloads; one that is here already is left as it is."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO inbox (source, document, received, about, state, faults)"
            " VALUES (?, ?, ?, ?, 'waiting', '[]')",
            [
                (each.source, each.document, each.received.isoformat(), orjson.dumps(dict(each.about)).decode())
                for each in arrivals
            ],
        )

    def waiting(self, limit: int) -> list[InboxRow]:
        """The next payloads to take, in the order in which they came."""
        rows = self._connection.execute(
            "SELECT position, document, received, about, state, faults FROM inbox WHERE state = 'waiting'"
            " ORDER BY position LIMIT ?",
            (limit,),
        )
        return [_row(*row) for row in rows.fetchall()]

    def settle(self, position: int, faults: Iterable[Fault]) -> None:
        """Note that a payload was taken, or if there are faults, that it is parked."""
        told = orjson.dumps([*faults]).decode()
        stage = Stage.TAKEN if told == "[]" else Stage.PARKED
        self._connection.execute(
            "UPDATE inbox SET state = ?, faults = ? WHERE position = ?", (stage.value, told, position)
        )

    def park(self, position: int) -> None:
        """Note that the hub refused something of a payload."""
        self._connection.execute("UPDATE inbox SET state = 'parked' WHERE position = ?", (position,))

    def parked(self) -> Iterator[InboxRow]:
        """What is parked, the oldest first."""
        rows = self._connection.execute(
            "SELECT position, document, received, about, state, faults FROM inbox WHERE state = 'parked'"
            " ORDER BY position"
        )
        return (_row(*row) for row in rows.fetchall())

    def retry(self, position: int) -> bool:
        """Take a parked payload again; whether it was parked."""
        changed = self._connection.execute(
            "UPDATE inbox SET state = 'waiting' WHERE position = ? AND state = 'parked'", (position,)
        )
        return changed.rowcount > 0

    def stages(self, sources: Iterable[str]) -> set[Stage]:
        """How far the payloads of these sources have come."""
        found: set[Stage] = set()
        for source in sources:
            rows = self._connection.execute("SELECT state FROM inbox WHERE source = ?", (source,))
            found |= {Stage(state) for (state,) in rows}
        return found

    def let_go(self, sources: Iterable[str]) -> None:
        """Forget where payloads came from: what comes from there next is another."""
        self._connection.executemany(
            "UPDATE inbox SET source = NULL WHERE source = ?", [(source,) for source in sources]
        )

    def count(self) -> dict[Stage, int]:
        """How many payloads are how far."""
        rows = self._connection.execute("SELECT state, count(*) FROM inbox GROUP BY state")
        return dict.fromkeys(Stage, 0) | {Stage(state): count for state, count in rows}

    def forget(self, before: datetime) -> None:
        """Forget what was taken of payloads received before then."""
        self._connection.execute("DELETE FROM inbox WHERE state = 'taken' AND received < ?", (before.isoformat(),))


def faults_of(text: str) -> tuple[Fault, ...]:
    """Faults as the store keeps them."""
    return tuple(Fault(**each) for each in orjson.loads(text))


def _row(position: int, document: bytes, received: str, about: str, state: str, faults: str) -> InboxRow:
    moment = datetime.fromisoformat(received)
    return InboxRow(position, document, moment, orjson.loads(about), Stage(state), faults_of(faults))
