"""Notice of what is about to happen to somebody on a risk register, and from when on an agency is told. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from hub.domain.canonical import Json
from hub.domain.contract import Kind
from hub.domain.holding import Holder, held_by
from hub.domain.moves import RELEASE, Move
from hub.domain.risk import Said, passed
from hub.domain.submission import day_begins

NOTICE = "notice"
"""The record type; the hub is its only author. Its key is the event, so that a person may have one of each."""

_CONFIRMED = "CONFIRMED"
_RELEASED_ON = frozenset({"HDCAD", "APD", "CRD", "ARD", "NPD", "PRRD", "DPRRD", "MTD"})
"""Key dates on which people are released, where none is confirmed. On others they may be, or a licence ends."""


def notices_of(
    offender: Mapping[str, Json] | None, holder: Holder | None, levels: Iterable[Said], moves: Iterable[Move], now: int
) -> dict[str, Json]:
    """The notices to be given of a person in time, by event; none where there is nothing to be announced.

    offender: the shared record. levels: all that is said of the person's risk. moves: all there are; those that are
    planned count. now: in microseconds since 1970. A notice of release stands until the person is recorded as released,
    one of another move until it is recorded as made or planned no more, whether or not the day has passed by then.
    """
    if offender is None or held_by(offender) is not Kind.PRISON or not _is_registered(levels, now):
        return {}
    days: dict[str, list[date]] = {}
    for move in moves:
        if move.planned and _is_of_this_custody(move.day, holder):
            days.setdefault(move.event, []).append(move.day)
    said: dict[str, Json] = {event: {"date": _next(planned, now).isoformat()} for event, planned in days.items()}
    by_sentence = _by_sentence(offender, holder)
    if by_sentence is not None and (RELEASE not in said or passed(max(days[RELEASE])) <= now):
        said[RELEASE] = by_sentence
    establishment = (offender.get("location") or {}).get("establishment")
    inside = {} if establishment is None else {"establishment": establishment}
    return {event: {"event": event, **each, **inside} for event, each in said.items()}


def told_from(notice: Mapping[str, Json], days: int) -> int:
    """From when on whoever is to have so many days of notice is told, in microseconds since 1970."""
    return day_begins(date.fromisoformat(notice["date"]) - timedelta(days=days))


def is_late(notice: Mapping[str, Json], days: int, now: int) -> bool:
    """Whether who is told now has had less than so many days, but for what is left of the first. now: as above."""
    return now >= passed(date.fromisoformat(notice["date"]) - timedelta(days=days))


def missed_release(
    moves: Iterable[Move], levels: Iterable[Said], told: Iterable[int], days: int, now: int
) -> date | None:
    """The last day on which somebody on a register was released of whom an agency was told nothing; None without one.

    told: when it was told of a release; what it was told before an earlier one does not count. Of a release that is
    longer ago than the notice should have been before it nobody asks.
    """
    made = sorted({move.day for move in moves if move.event == RELEASE and not move.planned})
    if not made or not day_begins(made[-1]) <= now < day_begins(made[-1] + timedelta(days=days)):
        return None
    *earlier, day = made
    since = passed(earlier[-1]) if earlier else 0
    if any(at >= since for at in told):
        return None
    return day if _is_registered((each for each in levels if each.since < passed(day)), day_begins(day)) else None


def overtaken_at(notice: Mapping[str, Json]) -> int:
    """From when on another day may be announced in its place, since that of this one has passed."""
    return passed(date.fromisoformat(notice["date"]))


def _by_sentence(offender: Mapping[str, Json], holder: Holder | None) -> Json:
    """The day on which the sentence lets the person go, and which of its dates that is; None where none is known."""
    known = [(each["date"], each["type"]) for each in offender.get("keyDates") or ()]
    coming = [each for each in known if _is_of_this_custody(date.fromisoformat(each[0]), holder)]
    confirmed = [each for each in coming if each[1] == _CONFIRMED]
    dates = confirmed or [each for each in coming if each[1] in _RELEASED_ON]
    if not dates:
        return None
    day, kind = min(dates)
    return {"date": day, "dateType": kind}


def _next(days: Sequence[date], now: int) -> date:
    """The first that has not passed; else the last: a plan that was overtaken may never have been taken back."""
    return min((day for day in days if passed(day) > now), default=max(days))


def _is_of_this_custody(day: date, holder: Holder | None) -> bool:
    return holder is None or passed(day) > holder.since


def _is_registered(levels: Iterable[Said], now: int) -> bool:
    standing = (each for each in levels if each.ends is None or now < passed(each.ends))
    return any(each.type == "registration" for each in standing)
