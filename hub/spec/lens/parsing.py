"""Reads a lens table. Whatever is wrong with it stops here, with the file, the row and what is wrong."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.codes import CodeList
from hub.spec.lens.converters import Codes, Converter, Digits, Flag, Number, Numeral, Text, Whole
from hub.spec.lens.paths import Path, parse_path, spelled
from hub.spec.lens.rows import Absence, Blank, Joined, Several, Single
from hub.spec.lens.times import Day, Moment
from hub.spec.lens.vocabulary import Field, Level, Listing, NoHome, Table

_HEAD = {"system", "record", "version", "about", "blank", "zone", "fields", "lists"}
_LIST = {"native", "shared", "key", "blank", "required", "fields", "lists"}
_COMMON = {"native", "shared", "as", "blank", "required", "max", "also"}
_OF_KIND: dict[str, set[str]] = {
    "text": set(),
    "token": set(),
    "integer": {"scale"},
    "digits": {"scale"},
    "numeral": set(),
    "number": set(),
    "date": {"format"},
    "datetime": {"format"},
    "flag": {"yes", "no"},
}
_GATHERED = {"split", "join", "into"}
_T = TypeVar("_T")


class _Wrong(Exception):
    """What is wrong with a row."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What holds for every row of a table."""

    system: str
    blank: str
    zone: ZoneInfo | None
    lists: Mapping[str, CodeList]


def parse_table(file: File, lists: Mapping[str, CodeList]) -> Table:
    """The table in a TOML file.

    Raises:
        Halt: it is no TOML, or a row is wrong by itself.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Halt(f"lens {file.name}: {error}") from error
    return table_of(content, file.name, lists)


def table_of(content: Mapping[str, Json], source: str, lists: Mapping[str, CodeList]) -> Table:
    """The table that parsed TOML states.

    Raises:
        Halt: a row is wrong by itself.
    """
    try:
        _known(content, _HEAD)
        system, record, version, about = (
            _said(content, name, str) for name in ("system", "record", "version", "about")
        )
        around = _Around(system, _blank(content, "absent"), _zone(content), lists)
    except _Wrong as wrong:
        raise Halt(f"lens {source}: {wrong}") from wrong
    return Table(source, system, record, version, about, _level(content, around, f"lens {source}:"))


def _level(content: Mapping[str, Json], around: _Around, place: str) -> Level:
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
        except _Wrong as wrong:
            raise Halt(f"{where}: {wrong}") from wrong


def _named(row: Mapping[str, Json]) -> str:
    native = row.get("native", "no native path")
    return " + ".join(map(str, native)) if isinstance(native, list) else str(native)


def _listing(row: Mapping[str, Json], around: _Around, place: str) -> Listing:
    _known(row, _LIST)
    native, shared = _path(_said(row, "native", str)), _path(_said(row, "shared", str))
    if not native.steps or not shared.steps or native.star or shared.star:
        raise _Wrong("native and shared of a list are paths of lists, without *")
    key = tuple(map(_path, _texts(row, "key")))
    return Listing(place, native, shared, key, _absence(row, around), _level(row, around, f"{place}"))


def _field(row: Mapping[str, Json], around: _Around, place: str) -> Field | NoHome:
    if "none" in row:
        _known(row, {"native", "none"})
        return NoHome(place, _path(_said(row, "native", str).removesuffix("/*")), _said(row, "none", str))
    kind = "codes" if "codes" in row else "table" if "table" in row else _kind(row)
    _known(row, _COMMON | _GATHERED | _OF_KIND.get(kind, {"codes", "from", "table", "label"}))
    if "shared" not in row:
        raise _Wrong("shared is missing; a field without a home says none = why")
    shared = _path(_said(row, "shared", str))
    if shared.star:
        raise _Wrong("a shared path has no *; a list of native columns makes a list")
    convert, labels = _converter(row, kind, around)
    natives = _natives(row)
    label = _path(_said(row, "label", str)) if "label" in row else None
    made = _row(row, natives, convert, _absence(row, around))
    if label is not None and not isinstance(made, Single):
        raise _Wrong("label needs one native column")
    return Field(place, natives, shared, made, _flag(row, "also"), label, labels, row)


def _row(
    row: Mapping[str, Json], natives: tuple[Path, ...], convert: Converter, absence: Absence
) -> Single | Several | Joined:
    most = row.get("max")
    if most is not None and (most.__class__ is not int or most < 1):
        raise _Wrong("max must be a number of characters")
    if "join" in row:
        return _joined(row, natives, convert, absence, most)
    if "into" in row:
        raise _Wrong("into stands beside join")
    if any(each.star for each in natives[:-1]) or ("split" in row and natives[-1].star):
        raise _Wrong("only the last native column may hold many, by * or by split")
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
        raise _Wrong("join needs several native columns of text")
    if row.get("into", "first") != "first":
        raise _Wrong("into can only be first")
    return Joined(convert, absence, most, _separator(row, "join"), "into" in row)


def _separator(row: Mapping[str, Json], name: str) -> str:
    if not (text := _said(row, name, str)):
        raise _Wrong(f"{name} must not be empty")
    return text


def _natives(row: Mapping[str, Json]) -> tuple[Path, ...]:
    native = row.get("native")
    if isinstance(native, list):
        if not native:
            raise _Wrong("native names no column")
        return tuple(map(_path, _texts(row, "native")))
    return (_path(_said(row, "native", str)),)


def _kind(row: Mapping[str, Json]) -> str:
    kind = row.get("as", "text")
    if kind not in _OF_KIND:
        raise _Wrong(f"as = {kind!r} is not known; there are {', '.join(_OF_KIND)}")
    return str(kind)


def _converter(row: Mapping[str, Json], kind: str, around: _Around) -> tuple[Converter, Mapping[str, str]]:
    if kind in ("codes", "table"):
        if "as" in row or ("codes" in row and "table" in row):
            raise _Wrong("of as, codes and table only one can be")
        return _listed(row, around) if kind == "codes" else (_tabled(row), {})
    return _plain(row, kind, around), {}


def _plain(row: Mapping[str, Json], kind: str, around: _Around) -> Converter:
    scale, pattern = row.get("scale", 1), row.get("format")
    if scale.__class__ is not int or scale < 1:
        raise _Wrong("scale must be a whole number from 1")
    if pattern is not None and not isinstance(pattern, str):
        raise _Wrong("format must be a text")
    if kind == "flag":
        return Flag(_words(row, "yes", default=True), _words(row, "no", default=False))
    made: dict[str, Converter] = {
        "text": Text(),
        "token": Text(trimmed=True),
        "integer": Whole(scale),
        "digits": Digits(scale),
        "numeral": Numeral(),
        "number": Number(),
        "date": Day(pattern, around.zone),
        "datetime": Moment(pattern, around.zone),
    }
    return made[kind]


def _words(row: Mapping[str, Json], name: str, *, default: bool) -> tuple[Json, ...]:
    words = row.get(name, [default])
    if not isinstance(words, list) or any(spelled(word) is None for word in words):
        raise _Wrong(f"{name} must be a list of native values")
    return tuple(word.strip() if isinstance(word, str) else word for word in words)


def _listed(row: Mapping[str, Json], around: _Around) -> tuple[Codes, Mapping[str, str]]:
    name = _said(row, "codes", str)
    if name not in around.lists:
        raise _Wrong(f"there is no code list {name}")
    code_list, system = around.lists[name], row.get("from", around.system)
    shared = {own.strip(): code for own, code in code_list.from_system(system).items()}
    if not shared and not code_list.open:
        raise _Wrong(f"the code list {name} has no code of the system {system}")
    labels = {code.code: code.label for code in code_list.codes}
    return Codes(name, f"the list {name}", shared, _back(shared), f"{system}:" if code_list.open else None), labels


def _tabled(row: Mapping[str, Json]) -> Codes:
    if "from" in row:
        raise _Wrong("from stands beside codes")
    table = _said(row, "table", dict)
    if not table or any(spelled(value) is None for value in table.values()):
        raise _Wrong("table must give native codes their shared values")
    shared = {own.strip(): value for own, value in table.items()}
    return Codes("", "the table", shared, _back(shared), None)


def _back(shared: Mapping[str, Json]) -> dict[str, str]:
    back: dict[str, str] = {}
    for own, value in shared.items():
        back.setdefault(spelled(value) or "", own)
    return back


def _absence(row: Mapping[str, Json], around: _Around) -> Absence:
    return Absence(_blank(row, around.blank), _flag(row, "required"))


def _blank(row: Mapping[str, Json], default: str) -> Blank:
    match row.get("blank", default):
        case "absent":
            return "absent"
        case "none":
            return "none"
        case "refused":
            return "refused"
        case other:
            raise _Wrong(f"blank = {other!r} is not known; there are absent, none, refused")


def _zone(content: Mapping[str, Json]) -> ZoneInfo | None:
    if "zone" not in content:
        return None
    try:
        return ZoneInfo(_said(content, "zone", str))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _Wrong("zone is not known") from error


def _path(text: str) -> Path:
    try:
        return parse_path(text)
    except ValueError as error:
        raise _Wrong(str(error)) from error


def _texts(row: Mapping[str, Json], name: str) -> list[str]:
    texts = row.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _Wrong(f"{name} must be a list of texts")
    return texts


def _flag(row: Mapping[str, Json], name: str) -> bool:
    if not isinstance(row.get(name, False), bool):
        raise _Wrong(f"{name} must be true or false")
    return bool(row.get(name, False))


def _said(row: Mapping[str, Json], name: str, kind: type[_T]) -> _T:
    value = row.get(name)
    if not isinstance(value, kind):
        raise _Wrong(f"{name} is missing" if value is None else f"{name} must be a {kind.__name__}")
    return value


def _known(row: Mapping[str, Json], options: set[str]) -> None:
    if unknown := sorted(set(row) - options):
        raise _Wrong(f"the option {unknown[0]} is not known here; there are {', '.join(sorted(options))}")
