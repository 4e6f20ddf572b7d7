"""Payloads as the field varies them: what of a document may be missing, blank, misspelled, wrapped or new."""

import copy
import re
from collections.abc import Iterator
from typing import NamedTuple

from hub.domain.canonical import Json

Place = tuple[str | int, ...]

LONG = "Långt och viktigt: läs allt — " + "".join(f"{number} ordet, " for number in range(400)) + "till sista ordet."
"""A text that nobody may cut."""
NEW = "aFieldThatIsNewSinceToday"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,11}")


class Variation(NamedTuple):
    """A document changed in one place. name: what was done. place: where; () is the whole."""

    name: str
    place: Place
    document: Json


def variations(document: Json) -> Iterator[Variation]:
    """Every variation of a document, place by place."""
    for place, value in places(document):
        for name, other in _others(value):
            yield Variation(name, place, changed(document, place, other))
        if isinstance(value, dict):
            yield Variation("a new field", (*place, NEW), changed(document, place, {**value, NEW: "with a value"}))


def places(document: Json, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Every place below the whole; of the elements of a list the first, as the others are like it."""
    inner = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document[:1])
        if isinstance(document, list)
        else ()
    )
    for step, value in inner:
        yield (*place, step), value
        yield from places(value, (*place, step))


def changed(document: Json, place: Place, value: Json) -> Json:
    """The document with another value in one place."""
    if not place:
        return copy.deepcopy(value)
    head, *rest = place
    copied: Json = copy.copy(document)
    copied[head] = changed(document[head], tuple(rest), value)
    return copied


def without(document: Json, place: Place) -> Json:
    """The document without what is in one place."""
    *above, last = place
    inner = document
    for step in above:
        inner = inner[step]
    if isinstance(inner, list):
        return changed(document, tuple(above), [each for index, each in enumerate(inner) if index != last])
    return changed(document, tuple(above), {name: value for name, value in inner.items() if name != last})


def pointer(place: Place) -> str:
    """As a JSON Pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def _others(value: Json) -> Iterator[tuple[str, Json]]:
    yield "null", None
    yield "blank", "  "
    match value:
        case dict():
            yield from (
                ("as a list of one", [value]),
                ("empty", {}),
                ("a text", "a text"),
                ("all null", dict.fromkeys(value)),
            )
        case list():
            yield from (("empty", []), ("with a null", [*value, None]), ("a text", "a text"), ("null alone", [None]))
            if value:
                yield from (
                    ("one alone", value[0]),
                    ("twice the same", [*value, value[0]]),
                    ("with a number", [*value, 7]),
                )
        case bool():
            yield from (
                ("a word", str(value).lower()),
                ("a letter", "Y" if value else "N"),
                ("a number", int(value)),
                ("a capital", str(value).upper()),
            )
        case int() | float():
            yield from (
                ("as text", str(value)),
                ("with a fraction", value + 0.5),
                ("negative", -value),
                ("huge", 2**60),
                ("with blanks", f" {value} "),
            )
        case str():
            yield from _texts(value)


def _texts(value: str) -> Iterator[tuple[str, Json]]:
    yield from (
        ("long", LONG),
        ("not of this world", "Zoë Ní Bhriain 漢字 \u202e🙂"),
        ("with blanks", f"  {value} "),
        ("NUL", "a\x00b"),
    )
    yield from (
        ("a number", 12345),
        ("an object", {"code": value, "description": value}),
        ("a list", [value]),
        ("yes", True),
    )
    if value.swapcase() != value:
        yield from (("small letters", value.lower()), ("capitals", value.upper()))
    if _CODE.fullmatch(value):
        yield "unknown code", "ZZQ9"
    if _DAY.match(value):
        day = value[:10]
        year, month, date = day.split("-")
        for written in (
            day,
            f"{day}T00:00:00",
            f"{day}T10:15:30.123Z",
            f"{day}T10:15:30+01:00",
            f"{day}T10:15",
            f"{date}/{month}/{year}",
            f"{day} 10:15:30",
            f"{year}{month}{date}",
            "0001-01-01",
            "9999-12-31",
            f"{year}-02-30",
            "31/12/9999",
            f"{day}T01:30:00.123456789",
        ):
            yield f"written {len(written)}", written
        yield "since 1970", 1_584_000_000_000
    if value.replace(".", "", 1).isdecimal():
        yield "as a number", float(value) if "." in value else int(value)
