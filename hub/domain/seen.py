"""That a named member of an agency's staff has seen something: `{"by": "...", "at": "..."}`."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from hub.domain.canonical import Json
from hub.domain.errors import Fault

_STAFF = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,198}[^\s\x00-\x1f])?")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")


class Seen(NamedTuple):
    """by: the member of staff, as the agency names them. at: when they saw it, UTC."""

    by: str
    at: datetime


def seen_faults(path: str, item: Json) -> Iterator[Fault]:
    """What is wrong with it. path: where it stands."""
    given = item if isinstance(item, dict) else {}
    by = given.get("by")
    if not isinstance(by, str) or _STAFF.fullmatch(by) is None:
        yield Fault(f"{path}/by", "staff", "who has seen it: from 1 to 200 characters, blank neither first nor last")
    if _time(given.get("at")) is None:
        yield Fault(f"{path}/at", "rfc3339", "a time as RFC 3339 has it, with its zone")


def seen_of(item: Json) -> Seen | None:
    """What is said, where that has no faults; None where nothing is."""
    at = _time(item["at"]) if item is not None else None
    return None if at is None else Seen(item["by"], at)


def _time(given: Json) -> datetime | None:
    """A time in UTC; None for what is none."""
    if not isinstance(given, str) or _RFC3339.fullmatch(given) is None:
        return None
    try:
        return datetime.fromisoformat(given.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
