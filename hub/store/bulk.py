"""Many rows in one statement.

In PostgreSQL the rows go as one array a column, so that a statement has the same text, one parse and one round trip
whatever their number; SQLite has no round trips and takes them one by one. Rows are written in the order of their
primary key, so that two writers never wait for each other in a ring.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Dialect, Executable, Select, Table, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
"""Column name -> value; all rows of one call name the same columns."""


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet.

    Raises (mapped by `hub.store.engine`): `Moved` when one is.
    """
    if rows:
        await _insert(connection, inserting(connection.dialect, table), table, rows)


async def insert_or_ignore(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one that is there already stays as it is."""
    if rows:
        statement = inserting(connection.dialect, table).on_conflict_do_nothing(index_elements=_keys(table))
        await _insert(connection, statement, table, rows)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[Row], *, keep: Iterable[str] = ()) -> None:
    """Insert rows of different keys; one that is there already takes the new values, but for the columns to `keep`."""
    if rows:
        statement = inserting(connection.dialect, table)
        fixed = {*_keys(table), *keep}
        changed = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
        await _insert(
            connection, statement.on_conflict_do_update(index_elements=_keys(table), set_=changed), table, rows
        )


async def delete_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Delete the rows that have all the values given, whichever columns those are."""
    if not rows:
        return
    names = list(rows[0])
    ordered = _in_order(table, rows)
    if connection.dialect.name == "postgresql":
        columns = tuple_(*(table.c[name] for name in names))
        await connection.execute(delete(table).where(columns.in_(_unnested(table, names))), _arrays(names, ordered))
    else:
        same = [table.c[name] == bindparam(f"of_{name}") for name in names]
        bound = [{f"of_{name}": value for name, value in row.items()} for row in ordered]
        await connection.execute(delete(table).where(*same), bound)


async def execute_many(connection: AsyncConnection, statement: Executable, rows: Sequence[Row]) -> None:
    """Run one statement for many rows; for none of them, not at all."""
    if rows:
        await connection.execute(statement, rows)


def inserting(dialect: Dialect, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens when a row is there already."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


async def _insert(
    connection: AsyncConnection, statement: postgresql.Insert | sqlite.Insert, table: Table, rows: Sequence[Row]
) -> None:
    ordered = _in_order(table, rows)
    if connection.dialect.name == "postgresql":
        names = list(rows[0])
        await connection.execute(statement.from_select(names, _unnested(table, names)), _arrays(names, ordered))
    else:
        await connection.execute(statement, ordered)


def _unnested(table: Table, names: Sequence[str]) -> Select[Any]:
    """The rows of the arrays given as parameters `all_<column>`."""
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    return select(*(func.unnest(array).label(name) for name, array in zip(names, arrays, strict=True)))


def _arrays(names: Sequence[str], rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {f"all_{name}": [row[name] for row in rows] for name in names}


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _in_order(table: Table, rows: Sequence[Row]) -> list[Row]:
    keys = [name for name in _keys(table) if name in rows[0]]
    return sorted(rows, key=lambda row: tuple([row[name] for name in keys]))
