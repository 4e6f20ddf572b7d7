"""What the native system was told, in the forms in which it may repeat it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from adapters.client.link import RecordName
from adapters.client.running.outbox import moment_text
from hub.domain.canonical import Json, digest

_TABLES = (
    """CREATE TABLE IF NOT EXISTS told (
        person TEXT, record_type TEXT, key TEXT, number INTEGER, forms BLOB NOT NULL, native BLOB NOT NULL,
        mark TEXT NOT NULL, until TEXT, PRIMARY KEY (person, record_type, key, number)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS told_mark ON told (mark)",
)
_RECORD = "(person, record_type, key) = (?, ?, ?)"
_THEN = "(until IS NULL OR until >= ?)"


@dataclass(frozen=True, slots=True)
class Telling:
    """A release that the native system was told. forms: shared bodies that say it. native: in the system's form."""

    forms: tuple[Json, ...]
    native: Json


class Told:
    """The table of what was told. Until when it may be repeated is noted once it was replaced."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the table if it is not there."""
        for statement in _TABLES:
            self._connection.execute(statement)

    def tell(self, record: RecordName, number: int, telling: Telling) -> None:
        """From now on the native system may repeat this release."""
        self._connection.execute(
            "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (*record, number, orjson.dumps(telling.forms), orjson.dumps(telling.native), digest(telling.native)),
        )

    def replaced(self, record: RecordName, number: int, now: datetime) -> None:
        """Releases before this number may be repeated only by what was recorded before now."""
        self._connection.execute(
            f"UPDATE told SET until = ? WHERE {_RECORD} AND number < ? AND until IS NULL",  # noqa: S608 - constant
            (moment_text(now), *record, number),
        )

    def take_back(self, record: RecordName, number: int) -> None:
        """The native system does not hold it after all."""
        self._connection.execute(f"DELETE FROM told WHERE {_RECORD} AND number = ?", (*record, number))  # noqa: S608

    def attempted(self, record: RecordName) -> bool:
        """Whether it may be that the native system holds a release of the record."""
        row = self._connection.execute(f"SELECT 1 FROM told WHERE {_RECORD} AND until IS NULL", tuple(record))  # noqa: S608
        return row.fetchone() is not None

    def of_record(self, record_type: str, local_id: str, key: str, recorded: datetime) -> list[Telling]:
        """Everything a native record of that time may repeat of that record."""
        rows = self._connection.execute(
            "SELECT forms, native FROM told JOIN known_as USING (person) WHERE local_id = ? AND record_type = ?"  # noqa: S608
            f" AND key = ? AND {_THEN} ORDER BY number DESC",
            (local_id, record_type, key, moment_text(recorded)),
        )
        return _tellings(rows)

    def of_person(self, record_type: str, local_id: str, recorded: datetime) -> list[Telling]:
        """The same of every record of that type and person."""
        rows = self._connection.execute(
            "SELECT forms, native FROM told JOIN known_as USING (person) WHERE local_id = ? AND record_type = ?"  # noqa: S608
            f" AND {_THEN}",
            (local_id, record_type, moment_text(recorded)),
        )
        return _tellings(rows)

    def repeats(self, native: Json, recorded: datetime) -> bool:
        """Whether a native record of that time is just what the system was told."""
        row = self._connection.execute(
            f"SELECT 1 FROM told WHERE mark = ? AND {_THEN}",  # noqa: S608 - constant
            (digest(native), moment_text(recorded)),
        )
        return row.fetchone() is not None

    def forget(self, before: datetime) -> None:
        """Forget what was told and replaced before then."""
        self._connection.execute("DELETE FROM told WHERE until < ?", (moment_text(before),))


def _tellings(rows: Iterable[tuple[bytes, bytes]]) -> list[Telling]:
    return [Telling(tuple(orjson.loads(forms)), orjson.loads(native)) for forms, native in rows]
