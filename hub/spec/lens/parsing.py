"""Reads a lens table. Whatever is wrong with it stops here, with the file, the row and what is wrong."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import TypeVar

from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.codes import CodeList
from hub.spec.lens.columns import Joined, Several
from hub.spec.lens.converters import Converter, Text
from hub.spec.lens.converting import OF_KIND, converter_of, kind_of
from hub.spec.lens.paths import Path
from hub.spec.lens.rows import Absence, Single
from hub.spec.lens.stated import Around, Wrong, absence_of, blank_of, flag, known, path_of, said, texts, zone_of
from hub.spec.lens.vocabulary import Field, Level, Listing, NoHome, Table

_HEAD = {"system", "record", "version", "about", "blank", "zone", "fields", "lists"}
_LIST = {"native", "shared", "key", "blank", "required", "fields", "lists"}
_COMMON = {"native", "shared", "as", "blank", "required", "max", "also"}
_GATHERED = {"split", "join", "into"}
_T = TypeVar("_T")


def parse_table(file: File, lists: Mapping[str, CodeList]) -> Table:
    """The table in a TOML file.

    Raises:
        Halt: it cannot be read, it is no TOML, or a row is wrong by itself.
    """
    source = f"{file.parent.name}/{file.name}"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Halt(f"lens {source}: {error}") from error
    return table_of(content, source, lists)


def table_of(content: Mapping[str, Json], source: str, lists: Mapping[str, CodeList]) -> Table:
    """The table that parsed TOML states.

    Raises:
        Halt: a row is wrong by itself.
    """
    try:
        known(content, _HEAD)
        system, record, version, about = (said(content, name, str) for name in ("system", "record", "version", "about"))
        around = Around(system, blank_of(content, "absent"), zone_of(content), lists)
    except Wrong as wrong:
        raise Halt(f"lens {source}: {wrong}") from wrong
    return Table(source, system, record, version, about, _level(content, around, f"lens {source}:"))


def _level(content: Mapping[str, Json], around: Around, place: str) -> Level:
    rows = list(_rows(content, "fields", place, lambda row, where: _field(row, around, where)))
    return Level(
        tuple(row for row in rows if isinstance(row, Field)),
        tuple(row for row in rows if isinstance(row, NoHome)),
        tuple(_rows(content, "lists", place, lambda row, where: _listing(row, around, where))),
    )


def _rows(
    content: Mapping[str, Json], name: str, place: str, parse: Callable[[Mapping[str, Json], str], _T]
) -> Iterator[_T]:
    rows = content.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Halt(f"{place} {name} must be a list of rows")
    for number, row in enumerate(rows, 1):
        where = f"{place} {name} {number} ({_named(row)})"
        try:
            yield parse(row, where)
        except Wrong as wrong:
            raise Halt(f"{where}: {wrong}") from wrong


def _named(row: Mapping[str, Json]) -> str:
    native = row.get("native", "no native path")
    return " + ".join(map(str, native)) if isinstance(native, list) else str(native)


def _listing(row: Mapping[str, Json], around: Around, place: str) -> Listing:
    known(row, _LIST)
    native, shared = path_of(said(row, "native", str)), path_of(said(row, "shared", str))
    if not native.steps or not shared.steps or native.star or shared.star:
        raise Wrong("native and shared of a list are paths of lists, without *")
    key = tuple(map(path_of, texts(row, "key")))
    return Listing(place, native, shared, key, absence_of(row, around), _level(row, around, f"{place}"))


def _field(row: Mapping[str, Json], around: Around, place: str) -> Field | NoHome:
    if "none" in row:
        known(row, {"native", "none"})
        return NoHome(place, path_of(said(row, "native", str).removesuffix("/*")), said(row, "none", str))
    kind = "codes" if "codes" in row else "table" if "table" in row else kind_of(row)
    known(row, _COMMON | _GATHERED | OF_KIND.get(kind, {"codes", "from", "table", "label"}))
    if "shared" not in row:
        raise Wrong("shared is missing; a field without a home says none = why")
    shared = path_of(said(row, "shared", str))
    if shared.star:
        raise Wrong("a shared path has no *; a list of native columns makes a list")
    convert, labels = converter_of(row, kind, around)
    natives = _natives(row)
    label = path_of(said(row, "label", str)) if "label" in row else None
    made = _row(row, natives, convert, absence_of(row, around))
    if label is not None and not isinstance(made, Single):
        raise Wrong("label needs one native column")
    return Field(place, natives, shared, made, flag(row, "also"), label, labels, row)


def _row(
    row: Mapping[str, Json], natives: tuple[Path, ...], convert: Converter, absence: Absence
) -> Single | Several | Joined:
    most = row.get("max")
    if most is not None and (most.__class__ is not int or most < 1):
        raise Wrong("max must be a number of characters")
    if "join" in row:
        return _joined(row, natives, convert, absence, most)
    if "into" in row:
        raise Wrong("into stands beside join")
    if any(each.star for each in natives[:-1]) or ("split" in row and natives[-1].star):
        raise Wrong("only the last native column may hold many, by * or by split")
    if "split" in row:
        return Several(convert, absence, most, "split", _separator(row, "split"))
    if natives[-1].star:
        return Several(convert, absence, most, "list")
    return (
        Several(convert, absence, most, "plain") if isinstance(row["native"], list) else Single(convert, absence, most)
    )


def _joined(
    row: Mapping[str, Json], natives: tuple[Path, ...], convert: Converter, absence: Absence, most: int | None
) -> Joined:
    if "split" in row or len(natives) < 2 or not isinstance(convert, Text) or any(each.star for each in natives):
        raise Wrong("join needs several native columns of text")
    if row.get("into", "first") != "first":
        raise Wrong("into can only be first")
    return Joined(convert, absence, most, _separator(row, "join"), "into" in row)


def _separator(row: Mapping[str, Json], name: str) -> str:
    if not (text := said(row, name, str)):
        raise Wrong(f"{name} must not be empty")
    return text


def _natives(row: Mapping[str, Json]) -> tuple[Path, ...]:
    native = row.get("native")
    if isinstance(native, list):
        if not native:
            raise Wrong("native names no column")
        return tuple(map(path_of, texts(row, "native")))
    return (path_of(said(row, "native", str)),)
