"""Cursors: the place where a list goes on, as one text that nobody but the hub needs to understand."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import orjson

from hub.domain.errors import Reason, Rejected

_HIGHEST = 2**63 - 1


def cursor_of(place: Sequence[str | int] | None) -> str | None:
    """The cursor of a place; None for none."""
    return None if place is None else urlsafe_b64encode(orjson.dumps(list(place))).decode().rstrip("=")


def place_of(cursor: str | None, *kinds: type) -> tuple[str | int, ...] | None:
    """The place of a cursor, whose parts are of these kinds; None for none.

    Raises:
        Rejected: `invalid-envelope`: it is not a cursor of such a place.
    """
    if cursor is None:
        return None
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise Rejected(Reason.INVALID_ENVELOPE, "`after` is not a cursor this hub gave")
    if not all(_is_storable(part) for part in parts):
        raise Rejected(Reason.INVALID_ENVELOPE, "`after` is not a cursor this hub gave")
    return tuple(parts)


def _is_storable(part: str | int) -> bool:
    return "\x00" not in part if isinstance(part, str) else 0 <= part <= _HIGHEST
