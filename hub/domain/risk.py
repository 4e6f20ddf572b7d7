"""Levels of risk that agencies say, and which of them somebody must look at again. Pure.

Risk never falls by time, nor by a change of hands: what is open here lowers nothing. A level whose author's review day
has passed, or whose author held the person when it was said and does so no longer, asks a question: is it still so
high? It is answered by saying the level anew. Of a level in whose place a ruling has put another nothing is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hub.domain.canonical import Json
from hub.domain.convergence import Rule, Standing, carried_since
from hub.domain.deadlines import tells_of_risk
from hub.domain.holding import HOLDING, SAID, Holder, held_by, speaks_of_holding
from hub.domain.moves import MOVEMENT, move_of
from hub.domain.submission import Order, day_begins

_ASSESSMENT = "assessment"
_UNDER_WAY = frozenset({"OPEN", "AWAITING_PSR", "AWAITING_SBC"})
"""Assessments that say no level yet: their author is at work on it."""


class Cause(StrEnum):
    """Why a level must be looked at."""

    PAST_REVIEW_DATE = "past-review-date"
    """The day has passed on which its author meant to look at it again."""
    AUTHOR_NO_LONGER_HOLDS = "author-no-longer-holds"
    """Another agency has come to hold the person since the level was said."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of risk as one assertion says it. Equal ones are the same saying: to repeat it is not to say it anew.

    subject: what the risk is about; who says a level on the same subject answers. path: JSON Pointer to the level, ""
    where the record as a whole is the warning. value: the level itself. dated: from when it is, as its author says.
    review: the day it is to be looked at again. ends: the last day it stands.
    """

    subject: str
    path: str
    value: Json
    dated: str | None
    review: date | None
    ends: date | None


class Said(NamedTuple):
    """A level that stands.

    slot: what names the assertion, for good. kind: of the agency. key: of the record. since: when its author came to
    say so, by its own records, in microseconds since 1970. level: digest of what is said. overruled: by a ruling,
    another agency's level stands in its place.
    """

    slot: str
    agency: str
    kind: str
    type: str
    key: str
    subject: str
    path: str
    since: int
    review: date | None
    ends: date | None
    level: str
    overruled: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A level to be looked at. since: the moment that made it so, in microseconds since 1970. to: who is asked."""

    said: Said
    cause: Cause
    since: int
    to: str


def level_of(record_type: str, body: Mapping[str, Json] | None) -> Level | None:
    """The level of risk that a record says, as one agency has it; None where it says none, or says that it is over."""
    if body is None:
        return None
    if record_type == "registration":
        return _registered(body)
    return _assessed(body) if record_type == _ASSESSMENT else None


def carried_with_risk(record_type: str, rule: Rule, earlier: Standing, body: Json) -> dict[str, Order]:
    """`carried_since`, and with it since when the same level is said, or the same kind of agency holds the person."""
    carried = carried_since(rule, earlier, body)
    meaning = _meaning(record_type, body)
    if meaning is not None and meaning == _meaning(record_type, earlier.body):
        carried[SAID] = earlier.since.get(SAID, earlier.order)
    return carried


def speaks_of_risk(record_type: str, body: Mapping[str, Json] | None) -> object:
    """All that tells what must be looked at, or announced, of what one agency says; equal where that is the same."""
    if record_type == MOVEMENT:
        return move_of(body)
    return speaks_of_holding(body) if record_type == "offender" else level_of(record_type, body)


def _meaning(record_type: str, body: Mapping[str, Json] | None) -> object:
    return held_by(body) if record_type == "offender" else level_of(record_type, body)


def questions(levels: Sequence[Said], holder: Holder | None, now: int) -> list[Question]:
    """What must be looked at of all the levels said of one person, in a fixed order. now: microseconds since 1970."""
    standing = [each for each in levels if each.ends is None or now < passed(each.ends)]
    newest = max((_age(each) for each in standing if each.type == _ASSESSMENT and not each.overruled), default=None)
    asked = [
        (each, cause, since)
        for each in sorted(standing, key=lambda said: said.slot)
        if not each.overruled and not _is_superseded(each, newest)
        for cause, since in _causes(each, holder, now)
    ]
    return [
        Question(said, cause, since, holder.agency if holder else said.agency)
        for said, cause, since in asked
        if not _is_answered(said, since, holder, standing)
    ]


def lies_at(place: str, path: str) -> bool:
    """Whether what is ruled at a place is a level that a record says by this path."""
    return place == path or (path != "" and place.startswith(f"{path}/"))


def next_look(levels: Iterable[Said], now: int) -> int | None:
    """When time alone may change what must be looked at, after now; None: never."""
    days = [day for each in levels for day in (each.review, each.ends) if day is not None]
    return min((moment for moment in map(passed, days) if moment > now), default=None)


@lru_cache(maxsize=10_000)
def passed(day: date) -> int:
    """From when on a day has passed, UTC, in microseconds since 1970."""
    return day_begins(day + timedelta(days=1))


def _causes(level: Said, holder: Holder | None, now: int) -> list[tuple[Cause, int]]:
    causes = []
    if level.review is not None and passed(level.review) <= now:
        causes.append((Cause.PAST_REVIEW_DATE, passed(level.review)))
    if holder is not None and level.kind in HOLDING and holder.agency != level.agency and level.since < holder.since:
        causes.append((Cause.AUTHOR_NO_LONGER_HOLDS, holder.since))
    return causes


def _is_superseded(level: Said, newest: tuple[int, date, str] | None) -> bool:
    """Whether a newer assessment has taken its place: by when it was said; said at once, by when it is looked at."""
    return level.type == _ASSESSMENT and newest is not None and _age(level) < newest


def _age(level: Said) -> tuple[int, date, str]:
    return level.since, level.review or date.min, level.slot


def _is_answered(level: Said, since: int, holder: Holder | None, standing: Sequence[Said]) -> bool:
    """Whether its author or the holder has said a level on the same subject since, in another entry."""
    may_answer = {level.agency} | ({holder.agency} if holder else set())
    return any(
        other.subject == level.subject and other.agency in may_answer and other.since > since
        for other in standing
        if other.slot != level.slot
    )


def _registered(body: Mapping[str, Json]) -> Level | None:
    period = body["period"]
    if not tells_of_risk(body) or period.get("active") is False or period.get("expired") is True:
        return None
    mappa, level = body.get("mappa"), body.get("riskLevel")
    path = "/mappa" if mappa else "/riskLevel" if level else ""
    review, ends = _day(period.get("review")), _day(period.get("end"))
    return Level(_subject(body), path, [level, mappa], period.get("start"), review, ends)


def _subject(body: Mapping[str, Json]) -> str:
    """What an entry is about: MAPPA is joint; else the concern both services name alike, else the register's code."""
    if body["scheme"] == "mappa":
        return "mappa"
    return body.get("concern") or f"{body['scheme']} {body.get('type') or ''} {body['code']}"


def _assessed(body: Mapping[str, Json]) -> Level | None:
    lifecycle, summary = body.get("lifecycle") or {}, body.get("roshSummary") or {}
    value = [summary.get("overall"), body.get("riskToOthers")]
    if lifecycle.get("status") in _UNDER_WAY or value == [None, None]:
        return None
    path = "/roshSummary" if summary.get("overall") else "/riskToOthers"
    dated = summary.get("assessedAt") or lifecycle.get("completedAt")
    return Level(_ASSESSMENT, path, value, dated, _day(summary.get("reviewDate") or body.get("reviewDate")), None)


def _day(said: Json) -> date | None:
    return date.fromisoformat(said) if said else None
