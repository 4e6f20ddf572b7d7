"""Many rows in one statement.

In PostgreSQL the rows go as one array a column, so that a statement has the same text, one parse and one round trip
whatever their number; SQLite has no round trips and takes them one by one. Rows are written in the order of their
primary key, so that two writers never wait for each other in a ring.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Executable, Select, Table, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

_ARRAYS = "postgresql"
"""The dialect that takes rows as arrays."""

Row = Mapping[str, Any]
"""Column name -> value; all rows of one call name the same columns."""

Merge = Callable[[ReadOnlyColumnCollection[str, Any]], Mapping[str, Any]]
"""From the new values of a row, the changes of one that is there already: column name -> SQL expression."""


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet.

    Raises (mapped by `hub.store.engine`): `Moved` when one is.
    """
    if rows:
        dialect, names = connection.dialect.name, tuple(rows[0])
        await _write(connection, _inserting(dialect, table, names), table, names, rows)


async def insert_or_ignore(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one that is there already stays as it is."""
    if rows:
        dialect, names = connection.dialect.name, tuple(rows[0])
        await _write(connection, _ignoring(dialect, table, names), table, names, rows)


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    keep: Iterable[str] = (),
    merge: Merge | None = None,
) -> None:
    """Insert rows of different keys; one that is there already takes the new values, but for the columns to `keep`.

    merge: makes of the new values those of columns that take neither the old nor the new one.
    """
    if rows:
        dialect, names = connection.dialect.name, tuple(rows[0])
        await _write(connection, _upserting(dialect, table, names, tuple(keep), merge), table, names, rows)


async def delete_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Delete the rows that have all the values given, whichever columns those are."""
    if rows:
        dialect, names = connection.dialect.name, tuple(rows[0])
        await _write(connection, _deleting(dialect, table, names), table, names, rows)


async def execute_many(connection: AsyncConnection, statement: Executable, rows: Sequence[Row]) -> None:
    """Run one statement for many rows; for none of them, not at all."""
    if rows:
        await connection.execute(statement, rows)


def inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens when a row is there already."""
    return postgresql.insert(table) if dialect == _ARRAYS else sqlite.insert(table)


async def _write(
    connection: AsyncConnection, statement: Executable, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    keys = [name for name in _keys(table) if name in names]
    ordered = sorted(rows, key=lambda row: tuple([row[name] for name in keys]))
    if connection.dialect.name == _ARRAYS:
        await connection.execute(statement, {f"all_{name}": [row[name] for row in ordered] for name in names})
    else:
        await connection.execute(statement, [{f"all_{name}": row[name] for name in names} for row in ordered])


# Statements are made once: making one anew costs more than running it for a few rows.


@cache
def _inserting(dialect: str, table: Table, names: tuple[str, ...]) -> postgresql.Insert | sqlite.Insert:
    statement = inserting(dialect, table)
    if dialect == _ARRAYS:
        return statement.from_select(names, _unnested(table, names))
    return statement.values({name: bindparam(f"all_{name}") for name in names})


@cache
def _ignoring(dialect: str, table: Table, names: tuple[str, ...]) -> Executable:
    return _inserting(dialect, table, names).on_conflict_do_nothing(index_elements=_keys(table))


@cache
def _upserting(
    dialect: str, table: Table, names: tuple[str, ...], keep: tuple[str, ...], merge: Merge | None
) -> Executable:
    statement = _inserting(dialect, table, names)
    fixed = {*_keys(table), *keep}
    changed = {name: statement.excluded[name] for name in names if name not in fixed}
    changed |= merge(statement.excluded) if merge else {}
    return statement.on_conflict_do_update(index_elements=_keys(table), set_=changed)


@cache
def _deleting(dialect: str, table: Table, names: tuple[str, ...]) -> Executable:
    if dialect == _ARRAYS:
        columns = tuple_(*(table.c[name] for name in names))
        return delete(table).where(columns.in_(_unnested(table, names)))
    return delete(table).where(*(table.c[name] == bindparam(f"all_{name}") for name in names))


def _unnested(table: Table, names: Sequence[str]) -> Select[Any]:
    """The rows of the arrays given as parameters `all_<column>`."""
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    return select(*(func.unnest(array).label(name) for name, array in zip(names, arrays, strict=True)))


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
