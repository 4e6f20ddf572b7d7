"""A set of texts or numbers as one parameter, in SQL that both databases speak."""

from collections.abc import Iterable
from typing import Any, TypeVar

import orjson
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

_Value = TypeVar("_Value", str, int)


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


class _NumberSet(TypeDecorator[list[int]]):
    """The same for whole numbers."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(BigInteger()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> list[int] | str | None:
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
    return _Among(column, bindparam(None, as_set(values), type_=_TextSet(), unique=True))


def any_of(column: Column[_Value], parameter: str) -> ColumnElement[bool]:
    """The same, for a statement made once: the values are given at its execution, as `as_set`, under this name."""
    numbers = isinstance(column.type, BigInteger)
    return _Among(column, bindparam(parameter, type_=_NumberSet() if numbers else _TextSet()))


def as_set(values: Iterable[_Value]) -> list[_Value]:
    """Values as a parameter of `any_of`."""
    return sorted(set(values))
