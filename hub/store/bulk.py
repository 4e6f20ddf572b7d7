"""Many rows in one statement.

In PostgreSQL the rows go as one array a column, so that a statement has the same text, one parse and one round trip
whatever their number; SQLite has no round trips and takes them one by one. Rows are written in the order of their
primary key, so that two writers never wait for each other in a ring.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    Delete,
    Dialect,
    Executable,
    Select,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

_ARRAYS = "postgresql"
"""The dialect that takes rows as arrays."""
_POSTGRESQL: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]

Row = Mapping[str, Any]
"""Column name -> value; all rows of one call name the same columns."""

Writing: TypeAlias = postgresql.Insert | sqlite.Insert | Delete

Merge = Callable[[ReadOnlyColumnCollection[str, Any]], Mapping[str, Any]]
"""From the new values of a row, the changes of one that is there already: column name -> SQL expression."""


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet.

    Raises (mapped by `hub.store.engine`): `Moved` when one is.
    """
    writes = Writes(connection)
    writes.insert(table, rows)
    await writes.run()


async def insert_or_ignore(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one that is there already stays as it is."""
    writes = Writes(connection)
    writes.insert_or_ignore(table, rows)
    await writes.run()


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    keep: Iterable[str] = (),
    merge: Merge | None = None,
) -> None:
    """Insert rows of different keys; see `Writes.upsert`."""
    writes = Writes(connection)
    writes.upsert(table, rows, keep=keep, merge=merge)
    await writes.run()


async def delete_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Delete the rows that have all the values given, whichever columns those are."""
    writes = Writes(connection)
    writes.delete(table, rows)
    await writes.run()


class Writes:
    """Rows of several tables, each table once, that `run` writes together.

    In PostgreSQL by one statement with a part for each table: as many round trips as one, in the hub a fraction of
    the work. No part sees what another writes.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._parts: dict[str, _Part] = {}

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Rows that are not there yet; that one is there meets whoever runs this as `Moved`."""
        if rows:
            names = tuple(rows[0])
            self._add(_Part(_inserting(self._dialect, table, names), table, names, rows))

    def insert_or_ignore(self, table: Table, rows: Sequence[Row]) -> None:
        """Rows of which one that is there already stays as it is."""
        if rows:
            names = tuple(rows[0])
            self._add(_Part(_ignoring(self._dialect, table, names), table, names, rows))

    def upsert(
        self, table: Table, rows: Sequence[Row], *, keep: Iterable[str] = (), merge: Merge | None = None
    ) -> None:
        """Rows of different keys; one that is there already takes the new values, but for the columns to `keep`.

        merge: makes of the new values those of columns that take neither the old nor the new one.
        """
        if rows:
            names = tuple(rows[0])
            self._add(_Part(_upserting(self._dialect, table, names, tuple(keep), merge), table, names, rows))

    def delete(self, table: Table, rows: Sequence[Row]) -> None:
        """Rows that go, where they have all the values given."""
        if rows:
            names = tuple(rows[0])
            self._add(_Part(_deleting(self._dialect, table, names), table, names, rows))

    async def run(self) -> None:
        """Write them."""
        parts = list(self._parts.values())
        self._parts = {}
        if self._dialect != _ARRAYS:
            for part in parts:
                await self._connection.execute(part.statement, part.one_by_one())
        elif len(parts) == 1:
            await self._connection.execute(parts[0].statement, parts[0].arrays())
        elif parts:
            values = {name: value for part in parts for name, value in part.arrays().items()}
            statement, names = _together(tuple(part.statement for part in parts))
            await self._connection.exec_driver_sql(statement, tuple(values[name] for name in names))

    def _add(self, part: "_Part") -> None:
        if part.table.name in self._parts:
            raise ValueError(f"{part.table.name} is written twice in one statement")
        self._parts[part.table.name] = part


@dataclass(frozen=True, slots=True)
class _Part:
    """A statement for the rows of one table. names: the columns that the rows name."""

    statement: Writing
    table: Table
    names: Sequence[str]
    rows: Sequence[Row]

    def arrays(self) -> dict[str, Any]:
        rows = self._ordered()
        return {_parameter(self.table, name): [row[name] for row in rows] for name in self.names}

    def one_by_one(self) -> list[dict[str, Any]]:
        return [{_parameter(self.table, name): row[name] for name in self.names} for row in self._ordered()]

    def _ordered(self) -> list[Row]:
        keys = [name for name in _keys(self.table) if name in self.names]
        return sorted(self.rows, key=lambda row: tuple([row[name] for name in keys]))


async def execute_many(connection: AsyncConnection, statement: Executable, rows: Sequence[Row]) -> None:
    """Run one statement for many rows; for none of them, not at all."""
    if rows:
        await connection.execute(statement, rows)


def inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens when a row is there already."""
    return postgresql.insert(table) if dialect == _ARRAYS else sqlite.insert(table)


# Statements are made once: making one anew costs more than running it for a few rows.


@cache
def _inserting(dialect: str, table: Table, names: tuple[str, ...]) -> postgresql.Insert | sqlite.Insert:
    statement = inserting(dialect, table)
    if dialect == _ARRAYS:
        return statement.from_select(names, _unnested(table, names))
    return statement.values({name: bindparam(_parameter(table, name)) for name in names})


@cache
def _ignoring(dialect: str, table: Table, names: tuple[str, ...]) -> postgresql.Insert | sqlite.Insert:
    return _inserting(dialect, table, names).on_conflict_do_nothing(index_elements=_keys(table))


@cache
def _upserting(
    dialect: str, table: Table, names: tuple[str, ...], keep: tuple[str, ...], merge: Merge | None
) -> postgresql.Insert | sqlite.Insert:
    statement = _inserting(dialect, table, names)
    fixed = {*_keys(table), *keep}
    changed = {name: statement.excluded[name] for name in names if name not in fixed}
    changed |= merge(statement.excluded) if merge else {}
    return statement.on_conflict_do_update(index_elements=_keys(table), set_=changed)


@cache
def _deleting(dialect: str, table: Table, names: tuple[str, ...]) -> Delete:
    if dialect == _ARRAYS:
        columns = tuple_(*(table.c[name] for name in names))
        return delete(table).where(columns.in_(_unnested(table, names)))
    return delete(table).where(*(table.c[name] == bindparam(_parameter(table, name)) for name in names))


@cache
def _together(parts: tuple[Writing, ...]) -> tuple[str, tuple[str, ...]]:
    """One statement of these in PostgreSQL's words, and the names of its parameters in their order."""
    written = (part.cte(f"part_{number}") for number, part in enumerate(parts))
    compiled = select(literal_column("1")).add_cte(*written).compile(dialect=_POSTGRESQL)
    return str(compiled), tuple(compiled.positiontup or ())


def _unnested(table: Table, names: Sequence[str]) -> Select[Any]:
    """The rows of the arrays given as parameters named by `_parameter`."""
    arrays = [bindparam(_parameter(table, name), type_=ARRAY(table.c[name].type)) for name in names]
    return select(*(func.unnest(array).label(name) for name, array in zip(names, arrays, strict=True)))


def _parameter(table: Table, column: str) -> str:
    return f"{table.name}__{column}"


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
