"""What an agency's adapter remembers beside the native records: what it sent, and what it was told.

Lies in the same file as the native store, so that both change in one transaction. No digest is remembered:
digests are computed anew from what the native store really holds.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from adapters.client.link import Delivery, RecordName
from hub.domain.canonical import Json

_TABLES = (
    """CREATE TABLE IF NOT EXISTS own_record (
        record_type TEXT, local_id TEXT, reference TEXT, row_number INTEGER,
        PRIMARY KEY (record_type, local_id, reference)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS outgoing (
        position INTEGER PRIMARY KEY, id TEXT, record_type TEXT, local_id TEXT, reference TEXT,
        recorded TEXT, body BLOB, withdrawn INTEGER, sent REAL, refused TEXT, mended_by INTEGER)""",
    "CREATE INDEX IF NOT EXISTS outgoing_id ON outgoing (id)",
    """CREATE TABLE IF NOT EXISTS held (
        person TEXT, record_type TEXT, key TEXT, number INTEGER, version TEXT, contested TEXT, local_ids TEXT,
        row_number INTEGER, PRIMARY KEY (person, record_type, key)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS applied (
        number INTEGER PRIMARY KEY, person TEXT, record_type TEXT, key TEXT, local_ids TEXT, at REAL)""",
    "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT)",
)


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A record the agency asserts. reference: its own. row: number of the native row."""

    record_type: str
    local_id: str
    reference: str
    row: int


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record as the hub last told it. row: number of the native row, None once it was withdrawn."""

    name: RecordName
    number: int
    version: str | None
    contested: tuple[str, ...]
    local_ids: tuple[str, ...]
    row: int | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A submission to send, or sent. body: JSON. position: its place in what the agency says."""

    position: int
    id: str
    record_type: str
    local_id: str
    reference: str
    recorded: datetime
    body: Json
    withdrawn: bool


class Ledger:
    """The adapter's own tables, on the connection of the native store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the tables that are not there."""
        for statement in _TABLES:
            self._connection.execute(statement)

    def own(self, record_type: str, local_id: str, reference: str) -> int | None:
        """The native row of a record the agency asserts; None if it asserts none."""
        found = self._connection.execute(
            "SELECT row_number FROM own_record WHERE (record_type, local_id, reference) = (?, ?, ?)",
            (record_type, local_id, reference),
        ).fetchone()
        return None if found is None else int(found[0])

    def all_own(self) -> Iterator[OwnRecord]:
        """Every record the agency asserts."""
        rows = self._connection.execute("SELECT record_type, local_id, reference, row_number FROM own_record")
        return (OwnRecord(*row) for row in rows.fetchall())

    def assert_own(self, record_type: str, local_id: str, reference: str, row: int) -> None:
        """The agency asserts this native row."""
        self._connection.execute(
            "INSERT OR REPLACE INTO own_record VALUES (?, ?, ?, ?)", (record_type, local_id, reference, row)
        )

    def retract_own(self, record_type: str, local_id: str, reference: str) -> None:
        """The agency asserts it no more."""
        self._connection.execute(
            "DELETE FROM own_record WHERE (record_type, local_id, reference) = (?, ?, ?)",
            (record_type, local_id, reference),
        )

    def queue(self, outgoing: Outgoing) -> None:
        """Note a submission before it is sent."""
        self._connection.execute(
            "INSERT INTO outgoing (position, id, record_type, local_id, reference, recorded, body, withdrawn)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                outgoing.position,
                outgoing.id,
                outgoing.record_type,
                outgoing.local_id,
                outgoing.reference,
                outgoing.recorded.isoformat(),
                orjson.dumps(outgoing.body),
                outgoing.withdrawn,
            ),
        )

    def next_position(self) -> int:
        """The place of the next submission."""
        found: int = self._connection.execute("SELECT coalesce(max(position), 0) + 1 FROM outgoing").fetchone()[0]
        return found

    def sent(self, positions: Iterable[int], at: float) -> None:
        """Note when submissions were handed over. at: seconds since 1970."""
        self._connection.executemany(
            "UPDATE outgoing SET sent = coalesce(sent, ?) WHERE position = ?",
            [(at, position) for position in positions],
        )

    def refused(self, submission_id: str, reason: str) -> Outgoing | None:
        """Note a refusal; returns the submission it concerns: the last not yet refused under that id."""
        row = self._connection.execute(
            "SELECT position, id, record_type, local_id, reference, recorded, body, withdrawn FROM outgoing"
            " WHERE id = ? AND refused IS NULL ORDER BY position DESC LIMIT 1",
            (submission_id,),
        ).fetchone()
        if row is None:
            return None
        self._connection.execute("UPDATE outgoing SET refused = ? WHERE position = ?", (reason, row[0]))
        position, used, record_type, local_id, reference, recorded, body, withdrawn = row
        moment = datetime.fromisoformat(recorded)
        return Outgoing(position, used, record_type, local_id, reference, moment, orjson.loads(body), bool(withdrawn))

    def rename(self, position: int, submission_id: str) -> None:
        """Give a queued submission another id."""
        self._connection.execute("UPDATE outgoing SET id = ? WHERE position = ?", (submission_id, position))

    def mended(self, position: int, by: int) -> None:
        """Note that another submission says again what was refused."""
        self._connection.execute("UPDATE outgoing SET mended_by = ? WHERE position = ?", (by, position))

    def held(self, name: RecordName) -> HeldRecord | None:
        """A record as the hub last told it."""
        row = self._connection.execute(
            "SELECT * FROM held WHERE (person, record_type, key) = (?, ?, ?)", tuple(name)
        ).fetchone()
        return None if row is None else _held(row)

    def all_held(self) -> Iterator[HeldRecord]:
        """Every record the hub told of, withdrawn ones too."""
        return (_held(row) for row in self._connection.execute("SELECT * FROM held").fetchall())

    def hold(self, delivery: Delivery, row: int | None, at: float) -> None:
        """Note a delivery that has been applied. at: seconds since 1970."""
        local_ids = orjson.dumps(delivery.local_ids).decode()
        self._connection.execute(
            "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *delivery.record,
                delivery.number,
                delivery.version,
                orjson.dumps(delivery.contested).decode(),
                local_ids,
                row,
            ),
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO applied VALUES (?, ?, ?, ?, ?, ?)",
            (delivery.number, *delivery.record, local_ids, at),
        )

    def write_note(self, name: str, value: str) -> None:
        """Remember a single fact."""
        self._connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def note(self, name: str) -> str | None:
        """A fact noted earlier."""
        found = self._connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])


def _held(row: tuple[Json, ...]) -> HeldRecord:
    person, record_type, key, number, version, contested, local_ids, native = row
    name = RecordName(person, record_type, key)
    return HeldRecord(name, number, version, tuple(orjson.loads(contested)), tuple(orjson.loads(local_ids)), native)
