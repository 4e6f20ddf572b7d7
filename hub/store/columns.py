"""SQL that both databases speak: sets as one parameter, and inserts that meet a row already there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, Boolean, Column, ColumnElement, Dialect, Executable, Table, Text, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _TextSet(TypeDecorator[list[str]]):
    """A list of texts as one parameter: an array in PostgreSQL, a JSON array in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(Text()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> list[str] | str | None:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY({compiler.process(values, **options)})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = element.clauses
    values_sql = compiler.process(values, **options)
    return f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({values_sql}))"  # noqa: S608 - parameters


def among(column: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a text column is one of the values: the same SQL text whatever their number."""
    return _Among(column, bindparam(None, sorted(set(values)), type_=_TextSet(), unique=True))


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Iterable[str] = ()
) -> None:
    """Insert rows; one that is there already takes the new values, but for the columns to `keep`.

    Rows are written in the order of their primary key, so that two writers never wait for each other in a ring.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = inserting(connection.dialect, table)
    fixed = {*keys, *keep}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), _by_key(keys, rows))


async def insert_or_ignore(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one that is there already stays as it is."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = inserting(connection.dialect, table).on_conflict_do_nothing(index_elements=keys)
    await connection.execute(statement, _by_key(keys, rows))


async def execute_many(connection: AsyncConnection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run one statement for many rows; for none of them, not at all."""
    if rows:
        await connection.execute(statement, rows)


def inserting(dialect: Dialect, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens when a row is there already."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def _by_key(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[name] for name in keys))
