"""What a row of a table states, option by option."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.canonical import Json
from hub.spec.codes import CodeList
from hub.spec.lens.paths import Path, parse_path
from hub.spec.lens.rows import Absence, Blank

_T = TypeVar("_T")


class Wrong(Exception):
    """What is wrong with a row."""


@dataclass(frozen=True, slots=True)
class Around:
    """What holds for every row of a table."""

    system: str
    blank: str
    zone: ZoneInfo | None
    lists: Mapping[str, CodeList]


def absence_of(row: Mapping[str, Json], around: Around) -> Absence:
    """What blanks mean in a row, and whether it is required. Raises Wrong."""
    return Absence(blank_of(row, around.blank), flag(row, "required"))


def blank_of(row: Mapping[str, Json], default: str) -> Blank:
    """What a blank says. Raises Wrong."""
    match row.get("blank", default):
        case "absent":
            return "absent"
        case "none":
            return "none"
        case "refused":
            return "refused"
        case other:
            raise Wrong(f"blank = {other!r} is not known; there are absent, none, refused")


def zone_of(content: Mapping[str, Json]) -> ZoneInfo | None:
    """Where native local times are local. Raises Wrong."""
    if "zone" not in content:
        return None
    try:
        return ZoneInfo(said(content, "zone", str))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Wrong("zone is not known") from error


def path_of(text: str) -> Path:
    """A path. Raises Wrong."""
    try:
        return parse_path(text)
    except ValueError as error:
        raise Wrong(str(error)) from error


def texts(row: Mapping[str, Json], name: str) -> list[str]:
    """A list of texts; none where nothing is stated. Raises Wrong."""
    texts = row.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Wrong(f"{name} must be a list of texts")
    return texts


def flag(row: Mapping[str, Json], name: str) -> bool:
    """True or false; false where nothing is stated. Raises Wrong."""
    if not isinstance(row.get(name, False), bool):
        raise Wrong(f"{name} must be true or false")
    return bool(row.get(name, False))


def said(row: Mapping[str, Json], name: str, kind: type[_T]) -> _T:
    """An option that must be stated. Raises Wrong."""
    value = row.get(name)
    if not isinstance(value, kind):
        raise Wrong(f"{name} is missing" if value is None else f"{name} must be a {kind.__name__}")
    return value


def known(row: Mapping[str, Json], options: set[str]) -> None:
    """Nothing is stated but these. Raises Wrong."""
    if unknown := sorted(set(row) - options):
        raise Wrong(f"the option {unknown[0]} is not known here; there are {', '.join(sorted(options))}")
