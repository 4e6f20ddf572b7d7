"""An agency's native store: an SQLite file with the tables of its own system.

Each topmost row says whose word it is: `own` for what the agency recorded itself, `hub` for what it was told.
`rest` holds, as JSON, what of a release has no home in the system's columns.
"""

import sqlite3
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import orjson

from adapters.sandbox.mapping import kept, said
from adapters.sandbox.shape import NativeSystem, Part, Row, columns_of, tables_below
from hub.domain.canonical import Json
from hub.spec.lens.rest import complete, difference

_SECONDS_TO_WAIT_FOR_A_LOCK = 30.0


class Origin(StrEnum):
    """Whose word a native record is."""

    OWN = "own"
    HUB = "hub"


class _Table:
    """One native table: its statements, and the tables below it."""

    __slots__ = ("below", "columns", "create", "delete", "insert", "name", "select")

    def __init__(self, name: str, parts: tuple[Part, ...], above: str | None, head: tuple[str, ...]) -> None:
        columns = dict.fromkeys(head, False) | columns_of(parts)
        link = "parent" if above else "id"
        self.name = name
        self.columns = (*((link,) if above else ()), *columns)
        self.below = [_Table(f"{inner}", inner_parts, name, ()) for inner, inner_parts in tables_below(parts)]
        typed = [f"{column} {'NUMERIC' if of_numbers else 'TEXT'}" for column, of_numbers in columns.items()]
        parent = [f"parent INTEGER NOT NULL REFERENCES {above} ON DELETE CASCADE"] if above else []
        self.create = [f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(['id INTEGER PRIMARY KEY', *parent, *typed])})"]
        if above:
            self.create.append(f"CREATE INDEX IF NOT EXISTS {name}_parent ON {name} (parent)")
        # Table and column names come from the shapes in this package, never from outside.
        marks = ", ".join("?" * len(self.columns))
        self.insert = f"INSERT INTO {name} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608 - see above
        self.select = f"SELECT id, {', '.join(columns)} FROM {name} WHERE {link} = ? ORDER BY id"  # noqa: S608 - see above
        self.delete = f"DELETE FROM {name} WHERE id = ?"  # noqa: S608 - see above


class NativeStore:
    """The records of one system, by record type and row number. Everything happens on the connection given."""

    def __init__(self, connection: sqlite3.Connection, system: NativeSystem) -> None:
        self._connection = connection
        self._system = system
        self._tables = {
            record_type: _Table(shape.table, shape.parts, None, _head(shape.local_id))
            for record_type, shape in system.shapes.items()
        }

    def create(self) -> None:
        """Make the tables that are not there."""
        for table in self._tables.values():
            for statement in _creating(table):
                self._connection.execute(statement)

    def record(self, record_type: str, local_id: str, row: Row) -> int:
        """Keep what the agency recorded itself; returns the row number."""
        return self._insert(record_type, Origin.OWN, local_id, row, [])

    def keep(self, record_type: str, local_id: str | None, body: Json) -> int:
        """Keep what the agency was told, in its own columns as far as they reach; returns the row number."""
        parts = self._system.shapes[record_type].parts
        row = kept(parts, body)
        return self._insert(record_type, Origin.HUB, local_id, row, difference(body, said(parts, row)))

    def body(self, record_type: str, number: int) -> Json:
        """The shared record that the native row and its rest make."""
        row = self._read(self._tables[record_type], number)[0]
        rest = orjson.loads(row["rest"]) if row["rest"] else []
        return complete(said(self._system.shapes[record_type].parts, row), rest)

    def remove(self, record_type: str, number: int) -> None:
        """Delete a row and all below it."""
        self._connection.execute(self._tables[record_type].delete, (number,))

    def _insert(self, record_type: str, origin: Origin, local_id: str | None, row: Row, rest: Json) -> int:
        head = {"origin": origin.value, "rest": orjson.dumps(rest).decode() if rest else None}
        shape = self._system.shapes[record_type]
        if shape.local_id not in columns_of(shape.parts):
            head[shape.local_id] = local_id
        return self._write(self._tables[record_type], row | head)

    def _write(self, table: _Table, row: Row) -> int:
        number = self._connection.execute(table.insert, [row.get(column) for column in table.columns]).lastrowid
        if number is None:
            raise sqlite3.DatabaseError("an inserted row has no number")
        for below in table.below:
            items = [item | {"parent": number} for item in row.get(below.name, ())]
            if below.below:
                for item in items:
                    self._write(below, item)
            elif items:
                self._connection.executemany(
                    below.insert, [[item.get(name) for name in below.columns] for item in items]
                )
        return number

    def _read(self, table: _Table, number: int) -> list[Row]:
        cursor = self._connection.execute(table.select, (number,))
        names = [column[0] for column in cursor.description]
        found: list[Row] = [dict(zip(names, values, strict=True)) for values in cursor]
        for row in found:
            for below in table.below:
                row[below.name] = self._read(below, row["id"])
        return found


def connect(path: Path) -> sqlite3.Connection:
    """Open an agency's file; transactions are begun and ended by the caller (`with connection:`)."""
    connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT_FOR_A_LOCK)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _head(local_id: str) -> tuple[str, ...]:
    return "origin", "rest", local_id


def _creating(table: _Table) -> Iterator[str]:
    yield from table.create
    for below in table.below:
        yield from _creating(below)
