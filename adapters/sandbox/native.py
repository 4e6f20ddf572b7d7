"""A pretend system's own store: an SQLite file of documents in the system's form.

What its users entered (`own`) and what its adapter handed over (`told`) are kept apart, so that what is announced is
never what the system was merely told. Announcements wait here until the adapter has taken them.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from adapters.sandbox.caseload.changes import Change
from hub.domain.canonical import Json

IS_UNSEEN = "seen IS NULL AND number IS NOT NULL AND address LIKE '%/registrations/%'"
"""Of what an adapter has handed over: risks that nobody has looked at."""
_SECONDS_TO_WAIT_FOR_A_LOCK = 30.0
_TABLES = (
    """CREATE TABLE IF NOT EXISTS own (
        system TEXT, record_type TEXT, local_id TEXT, reference TEXT, document BLOB,
        PRIMARY KEY (system, record_type, local_id, reference)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS told (
        system TEXT, address TEXT, document BLOB, first REAL, number INTEGER, seen REAL,
        PRIMARY KEY (system, address)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS announcement (
        position INTEGER PRIMARY KEY, system TEXT, recorded TEXT, document BLOB, entered REAL, taken REAL)""",
    "CREATE INDEX IF NOT EXISTS announcement_waiting ON announcement (position) WHERE taken IS NULL",
    "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT)",
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A document on its way to an adapter. recorded: what the system says of when; its clock may be wrong."""

    position: int
    system: str
    recorded: datetime
    document: Json


@dataclass(frozen=True, slots=True)
class Risk:
    """A registration as an adapter handed it over. number: of the delivery."""

    system: str
    address: str
    number: int


@dataclass(frozen=True, slots=True)
class Own:
    """A record that the agency's users entered. reference: the system's own of it, "" for the person."""

    record_type: str
    local_id: str
    reference: str


class NativeStore:
    """The documents of one agency's systems. now: seconds since 1970, of every call that says when.

    entered, handed_over: how often its users and its adapters have written, since it was opened.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT_FOR_A_LOCK, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        for statement in _TABLES:
            self._connection.execute(statement)
        self.entered = 0
        self.handed_over = 0

    def enter(self, changes: Iterable[Change], now: float) -> None:
        """Write down what the users entered, and queue an announcement of each; one transaction."""
        with self._transaction():
            for change in changes:
                self._keep(change)
                self._queue(change.system, change.recorded, change.document, now)

    def announce_again(self, change: Change, recorded: datetime, now: float) -> None:
        """Queue another announcement of what was entered, perhaps with another time."""
        with self._transaction():
            self._queue(change.system, recorded, change.document, now)

    def keep_quietly(self, change: Change) -> None:
        """Write down what the users entered; announcing it comes later."""
        with self._transaction():
            self._keep(change)

    def waiting(self, limit: int) -> Sequence[Announcement]:
        """The first announcements that no adapter has taken."""
        rows = self._connection.execute(
            "SELECT position, system, recorded, document FROM announcement WHERE taken IS NULL"
            " ORDER BY position LIMIT ?",
            (limit,),
        )
        return [
            Announcement(position, system, datetime.fromisoformat(recorded), orjson.loads(document))
            for position, system, recorded, document in rows
        ]

    def note_taken(self, announcements: Iterable[Announcement], now: float) -> None:
        """The adapter has these."""
        with self._transaction():
            self._connection.executemany(
                "UPDATE announcement SET taken = ? WHERE position = ?", [(now, each.position) for each in announcements]
            )

    def tell(self, system: str, address: str, document: Json, now: float, number: int | None = None) -> None:
        """Keep what an adapter hands over, in place of what it handed over there before; nobody has seen it yet.

        number: the delivery's, where the adapter says it.
        """
        self.handed_over += 1
        with self._transaction():
            self._connection.execute(
                "INSERT INTO told VALUES (?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET document = excluded.document,"
                " number = excluded.number, seen = NULL",
                (system, address, orjson.dumps(document), now, number),
            )

    def forget(self, system: str, address: str) -> None:
        """Remove what an adapter handed over there, if anything."""
        with self._transaction():
            self._connection.execute("DELETE FROM told WHERE (system, address) = (?, ?)", (system, address))

    def told(self, system: str, address: str) -> Json:
        """What an adapter handed over there; None when there is nothing."""
        row = self._connection.execute(
            "SELECT document FROM told WHERE (system, address) = (?, ?)", (system, address)
        ).fetchone()
        return None if row is None else orjson.loads(row[0])

    def unseen(self, limit: int) -> list[Risk]:
        """Registrations that were handed over and nobody has looked at, as they are now."""
        rows = self._connection.execute(
            f"SELECT system, address, number FROM told WHERE {IS_UNSEEN} ORDER BY number LIMIT ?",  # noqa: S608 - a constant
            (limit,),
        )
        return [Risk(*row) for row in rows.fetchall()]

    def note_seen(self, risks: Iterable[Risk], now: float) -> None:
        """Somebody has looked at these, and the adapter knows."""
        with self._transaction():
            self._connection.executemany(
                "UPDATE told SET seen = ? WHERE (system, address, number) = (?, ?, ?)",
                [(now, each.system, each.address, each.number) for each in risks],
            )

    def all_own(self) -> Iterator[Own]:
        """Every record of the agency's own."""
        rows = self._connection.execute("SELECT record_type, local_id, reference FROM own")
        return (Own(*row) for row in rows)

    def note(self, name: str, value: str) -> None:
        """Remember a single fact."""
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _keep(self, change: Change) -> None:
        self.entered += 1
        slot = (change.system, change.record_type, change.local_id, change.reference)
        if change.deleted:
            self._connection.execute(
                "DELETE FROM own WHERE (system, record_type, local_id, reference) = (?, ?, ?, ?)", slot
            )
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO own VALUES (?, ?, ?, ?, ?)", (*slot, orjson.dumps(change.document))
            )

    def _queue(self, system: str, recorded: datetime, document: Json, now: float) -> None:
        self._connection.execute(
            "INSERT INTO announcement (system, recorded, document, entered) VALUES (?, ?, ?, ?)",
            (system, recorded.isoformat(), orjson.dumps(document), now),
        )

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection)


class _Transaction:
    """Commits what happens inside, or nothing of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
