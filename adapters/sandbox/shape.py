"""How a native system keeps a record: its tables, and which place of the shared record each column speaks of.

One description serves three uses: the tables of the store (`adapters.sandbox.store`), reading a native record as
a submission and writing a release down natively (`adapters.sandbox.mapping`). It is a table of pairs, not a
sequence of steps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.domain.canonical import Json
from hub.spec.codes import CodeList

Row: TypeAlias = dict[str, Any]
"""A native record: column -> value, table below -> its rows. A column that is NULL may be left out."""
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """A code table. shared: native code -> shared value. native: shared value -> the native code to write for it."""

    shared: Mapping[str, Json]
    native: Mapping[Json, str]


YES_NO = Codes({"Y": True, "N": False}, {True: "Y", False: "N"})
"""How both systems write down yes and no."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column and the one place it speaks of. number: it holds a number. blank_is_none: "" says there is none."""

    name: str
    path: Path
    codes: Codes | None = None
    number: bool = False
    blank_is_none: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """Columns that together hold a short list, such as first, second and third name."""

    names: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Joint:
    """Two columns that only together mean one code, such as type and direction of a movement."""

    names: tuple[str, str]
    path: Path
    codes: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table below, one row an item of the list at `path`."""

    table: str
    path: Path
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A table below with at most one row, whose columns speak of the same record."""

    table: str
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The list of identifiers: the well-known schemes in columns, everything else in a table of type and number."""

    columns: Mapping[str, str]
    table: str
    type_column: str
    number_column: str
    codes: Codes


Part: TypeAlias = Column | Spread | Joint | Rows | Beside | Identifiers


@dataclass(frozen=True, slots=True)
class Shape:
    """How one record type is kept. table: the topmost; local_id: its column for the agency's key of the person."""

    table: str
    local_id: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class NativeSystem:
    """A system: what it is called, and how it keeps each record type."""

    name: str
    shapes: Mapping[str, Shape]


def column(name: str, path: str, codes: Codes | None = None, *, blank_is_none: bool = False) -> Column:
    """A column of text. path: property names joined by "/"; "" for the item itself."""
    return Column(name, at(path), codes, blank_is_none=blank_is_none)


def number(name: str, path: str) -> Column:
    """A column that holds a number."""
    return Column(name, at(path), number=True)


def flag(name: str, path: str) -> Column:
    """A column that holds Y or N."""
    return Column(name, at(path), YES_NO)


def spread(names: str, path: str) -> Spread:
    """Columns, separated by blanks, that hold a list."""
    return Spread(tuple(names.split()), at(path))


def rows(table: str, path: str, *parts: Part) -> Rows:
    """A table below, one row an item of a list."""
    return Rows(table, at(path), parts)


def at(path: str) -> Path:
    """A path written as property names joined by "/"."""
    return tuple(path.split("/")) if path else ()


def codes(code_list: CodeList, system: str) -> Codes:
    """A system's side of an agreed code list. Of several native codes for one shared, the first is written back."""
    back = {code.code: code.systems[system][0] for code in code_list.codes if code.systems.get(system)}
    return Codes(code_list.from_system(system), back)


def code_pairs(pairs: Mapping[str, Json]) -> Codes:
    """A code table that no agreed list has: native code -> shared value."""
    back: dict[Json, str] = {}
    for native, shared in pairs.items():
        back.setdefault(shared, native)
    return Codes(dict(pairs), back)


def columns_of(parts: tuple[Part, ...]) -> dict[str, bool]:
    """The columns these parts keep in their own table -> whether each holds numbers."""
    found: dict[str, bool] = {}
    for part in parts:
        match part:
            case Column():
                found[part.name] = part.number
            case Spread() | Joint():
                found.update(dict.fromkeys(part.names, False))
            case Identifiers():
                found.update(dict.fromkeys(part.columns, False))
            case Rows() | Beside():
                pass
    return found


def tables_below(parts: tuple[Part, ...]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """The tables directly below: name and parts."""
    for part in parts:
        match part:
            case Rows() | Beside():
                yield part.table, part.parts
            case Identifiers():
                yield part.table, (column(part.type_column, ""), column(part.number_column, ""))
            case _:
                pass
