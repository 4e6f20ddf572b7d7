"""Canonical JSON (RFC 8785) and the digest made from it.

For ASCII keys, orjson's sorted output equals RFC 8785 byte for byte but for some numbers. Those are dealt
with once, where a body enters: whole floats become integers, the numbers that would differ are refused
(`normalise`), and so is nesting so deep that writing it down again would fail. A property test holds
`canonical` against the `rfc8785` package.
"""

import hashlib
import math
from typing import Any, TypeAlias

import orjson

from hub.domain.errors import Fault, Reason, Rejected

Json: TypeAlias = Any
"""A JSON value as orjson reads it: dict, list, str, int, float, bool or None."""

DEEPEST = 64
"""Levels of nesting a document may have; the deepest schema needs a quarter of it, orjson writes at most 254."""

_SAFE_INTEGER = 2**53 - 1
_SMALLEST_ALIKE = 1e-5
"""From here up, orjson and RFC 8785 write fractions alike; below, they differ in the exponent."""


def canonical(value: Json) -> bytes:
    """The canonical JSON of a normalised value: sorted keys, no blanks, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Json) -> str:
    """SHA-256 of the canonical JSON, as 64 lower-case hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def parse(raw: bytes) -> Json:
    """Read JSON as it enters the hub and normalise its numbers.

    Raises:
        Rejected: `bad-json` when it is not JSON in UTF-8, `invalid-body` when a key or a number has no
            canonical form.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Rejected(Reason.BAD_JSON, f"not JSON at line {error.lineno}, column {error.colno}") from None
    return normalise(value)


def normalise(value: Json, path: str = "", levels: int = DEEPEST) -> Json:
    """The same value with whole floats as integers.

    path: JSON Pointer of the value. levels: of nesting that it may have.

    Raises:
        Rejected: `invalid-body` for a key beyond ASCII, a number beyond what every reader keeps exactly, or
            nesting deeper than the levels.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is not dict and kind is not list:
        return _normalise_number(value, path)
    if levels == 0:
        raise _refused("", "depth", f"nested deeper than {DEEPEST} levels")
    if kind is dict:
        return _normalise_object(value, path, levels)
    return [
        item if type(item) is str else normalise(item, f"{path}/{index}", levels - 1)
        for index, item in enumerate(value)
    ]


def _normalise_object(value: dict[str, Json], path: str, levels: int) -> dict[str, Json]:
    for key, item in value.items():
        if not key.isascii():
            raise _refused(path, "key", "property names are ASCII")
        if type(item) is not str:
            replaced = normalise(item, f"{path}/{key.replace('~', '~0').replace('/', '~1')}", levels - 1)
            if replaced is not item:
                value[key] = replaced
    return value


def _normalise_number(value: float, path: str) -> int | float:
    if abs(value) > _SAFE_INTEGER or math.isnan(value):
        raise _refused(path, "number", "numbers stay within 2^53 - 1")
    if value == int(value):
        return int(value)
    if abs(value) < _SMALLEST_ALIKE:
        raise _refused(path, "number", "numbers that are not 0 are at least 0.00001")
    return value


def _refused(path: str, rule: str, detail: str) -> Rejected:
    return Rejected(Reason.INVALID_BODY, detail, (Fault(path, rule, detail),))
