"""Canonical JSON (RFC 8785) and the digest made from it.

For ASCII keys, orjson's sorted output equals RFC 8785 byte for byte but for some numbers. Those are dealt
with once, where a body enters: whole floats become integers, the numbers that would differ are refused
(`normalise`), and so is nesting so deep that writing it down again would fail, and an object that gives a name
twice: readers differ on which value counts. A property test holds `canonical` against the `rfc8785` package.
"""

import hashlib
import json
import math
from typing import Any, TypeAlias

import orjson

from hub.domain.errors import Fault, Reason, Rejected

Json: TypeAlias = Any
"""A JSON value as orjson reads it: dict, list, str, int, float, bool or None."""

DEEPEST = 64
"""Levels of nesting a document may have; the deepest schema needs a quarter of it, orjson writes at most 254."""

MOST_MARKS = 200_000
"""Work that one document may be, see `marks`: half of what fits into 1 MiB, and read within some 50 ms."""

_TWICE = "an object gives each name once"
_PLAIN = frozenset({str, bool})
_NESTED = frozenset({dict, list})
_SAFE_INTEGER = 2**53 - 1
_SMALLEST_ALIKE = 1e-5
"""From here up, orjson and RFC 8785 write fractions alike; below, they differ in the exponent."""


def canonical(value: Json) -> bytes:
    """The canonical JSON of a normalised value: sorted keys, no blanks, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Json) -> str:
    """SHA-256 of the canonical JSON, as 64 lower-case hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def escaped(name: str) -> str:
    """A name as part of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def marks(raw: bytes) -> int:
    """How much work JSON is, told without reading it: at least its values, texts' own punctuation counted with it."""
    return raw.count(b",") + 2 * (raw.count(b"[") + raw.count(b"{"))


def holds_more_than(most: int, value: Json) -> bool:
    """Whether there are more values in this one, at all levels; looks no further than needed."""
    found, left = 0, [value]
    while left:
        inside = left.pop()
        found += len(inside)
        if found > most:
            return True
        left.extend(each for each in (inside.values() if type(inside) is dict else inside) if type(each) in _NESTED)
    return False


def parse(raw: bytes) -> Json:
    """Read JSON as it enters the hub and normalise its numbers.

    Raises:
        Rejected: `bad-json` when it is not JSON in UTF-8, `invalid-body` when a key or a number has no
            canonical form or an object gives a name twice, `too-large` when it holds so many values that everybody
            else would wait for it.
    """
    if marks(raw) > MOST_MARKS:
        raise Rejected(Reason.TOO_LARGE, "holds too many values; send less at a time")
    try:
        value = normalise(orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        place = f"not JSON at line {error.lineno}, column {error.colno}"
        raise Rejected(
            Reason.BAD_JSON, place if _is_utf8(raw) else f"{place}: not UTF-8, or with a byte order mark"
        ) from None
    if not _names_all_once(raw, value) and (path := _names_twice(raw)) is not None:
        raise Rejected(Reason.INVALID_BODY, _TWICE, (Fault(path, "unique-names", _TWICE),))
    return value


def _is_utf8(raw: bytes) -> bool:
    try:
        return not raw.decode().startswith("\ufeff")
    except UnicodeDecodeError:
        return False


def _names_all_once(raw: bytes, value: Json) -> bool:
    """Whether it is plain that reading has dropped nothing, for there are as many colons as before.

    A colon that is written as `\\u003a` is one only afterwards.
    """
    return raw.count(b":") == orjson.dumps(value).count(b":") and rb"\u003" not in raw


def _names_twice(raw: bytes) -> str | None:
    """JSON Pointer of an object that gives a name twice, None where none does. Slow, and sure."""
    try:
        left = [("", json.loads(raw, object_pairs_hook=tuple))]
    except RecursionError:  # deeper than all that was kept, so something was dropped
        return ""
    while left:
        path, value = left.pop()
        if isinstance(value, tuple):
            if len({name for name, _ in value}) < len(value):
                return path
            left += [(f"{path}/{escaped(name)}", inner) for name, inner in value]
        elif isinstance(value, list):
            left += [(f"{path}/{index}", inner) for index, inner in enumerate(value)]
    return None


def normalise(value: Json) -> Json:
    """The same value, changed in place, with whole floats as integers.

    Raises:
        Rejected: `invalid-body` for a key beyond ASCII, a number beyond what every reader keeps exactly, or
            nesting deeper than `DEEPEST` levels.
    """
    try:
        return _settled(value, DEEPEST)
    except _Unwritable as found:
        path = "".join(f"/{part}" for part in reversed(found.parts)) if found.rule != "depth" else ""
        raise Rejected(Reason.INVALID_BODY, found.detail, (Fault(path, found.rule, found.detail),)) from None


class _Unwritable(Exception):
    """What has no canonical form. parts: of its JSON Pointer, innermost first, put together on the way out."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.detail = detail
        self.parts: list[str] = []


def _settled(value: Json, levels: int) -> Json:
    kind = type(value)
    if kind is dict:
        return _settled_object(value, levels)
    if kind is list:
        return _settled_list(value, levels)
    return value if value is None or kind in _PLAIN else _settled_number(value)


def _settled_object(value: dict[str, Json], levels: int) -> dict[str, Json]:
    _go_deeper(levels)
    for key, item in value.items():
        if not key.isascii():
            raise _Unwritable("key", "property names are ASCII")
        if item is None or type(item) in _PLAIN:
            continue
        try:
            value[key] = _settled(item, levels - 1)
        except _Unwritable as found:
            found.parts.append(escaped(key))
            raise
    return value


def _settled_list(value: list[Json], levels: int) -> list[Json]:
    _go_deeper(levels)
    for index, item in enumerate(value):
        if item is None or type(item) in _PLAIN:
            continue
        try:
            value[index] = _settled(item, levels - 1)
        except _Unwritable as found:
            found.parts.append(str(index))
            raise
    return value


def _go_deeper(levels: int) -> None:
    if levels == 0:
        raise _Unwritable("depth", f"nested deeper than {DEEPEST} levels")


def _settled_number(value: float) -> int | float:
    if abs(value) > _SAFE_INTEGER or math.isnan(value):
        raise _Unwritable("number", "numbers stay within 2^53 - 1")
    if value == int(value):
        return int(value)
    if abs(value) < _SMALLEST_ALIKE:
        raise _Unwritable("number", "numbers that are not 0 are at least 0.00001")
    return value
