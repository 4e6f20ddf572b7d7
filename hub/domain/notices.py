"""Notice before release: who on a risk register is to be released, and from when on an agency is told. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from hub.domain.canonical import Json
from hub.domain.contract import Kind
from hub.domain.holding import Holder, held_by
from hub.domain.risk import Said, passed
from hub.domain.submission import day_begins

NOTICE = "notice"
"""The record type; the hub is its only author."""
RELEASE = "release"
"""The key of the one notice of release that a person may have."""

_CONFIRMED = "CONFIRMED"
_RELEASED_ON = frozenset({"HDCAD", "APD", "CRD", "ARD", "NPD", "PRRD", "DPRRD", "MTD"})
"""Key dates on which people are released, where none is confirmed. On others they may be, or a licence ends."""


def notice_of(offender: Mapping[str, Json] | None, holder: Holder | None, levels: Iterable[Said], now: int) -> Json:
    """The notice of release to be given of a person in time; None where there is nothing to be announced.

    offender: the shared record. levels: all that is said of the person's risk. now: microseconds since 1970. It stands
    until the person is recorded as released, whether or not the day has passed by then.
    """
    if offender is None or held_by(offender) is not Kind.PRISON or not _is_registered(levels, now):
        return None
    known = [(each["date"], each["type"]) for each in offender.get("keyDates") or ()]
    coming = [each for each in known if holder is None or passed(date.fromisoformat(each[0])) > holder.since]
    confirmed = [each for each in coming if each[1] == _CONFIRMED]
    dates = confirmed or [each for each in coming if each[1] in _RELEASED_ON]
    if not dates:
        return None
    day, kind = min(dates)
    notice = {"event": RELEASE, "date": day, "dateType": kind}
    establishment = (offender.get("location") or {}).get("establishment")
    return notice if establishment is None else {**notice, "establishment": establishment}


def told_from(notice: Mapping[str, Json], days: int) -> int:
    """From when on whoever is to have so many days of notice is told, in microseconds since 1970."""
    return day_begins(date.fromisoformat(notice["date"]) - timedelta(days=days))


def _is_registered(levels: Iterable[Said], now: int) -> bool:
    standing = (each for each in levels if each.ends is None or now < passed(each.ends))
    return any(each.type == "registration" for each in standing)
