"""Which agency holds a person now, and since when. Pure.

In custody it is the prison service, in the community the probation service that supervises the person: where the
shared record says that the person is tells which kind, and who said so tells who. What nobody says makes no holder: a
place that is missing or on no list is neither custody nor community.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.domain.canonical import Json
from hub.domain.contract import Kind
from hub.domain.convergence import Converged, Standing
from hub.domain.submission import day_begins

_HOLDS = {
    "custody": Kind.PRISON,
    "custody-absent": Kind.PRISON,
    "unlawfully-at-large": Kind.PRISON,
    "community": Kind.PROBATION,
}
"""Where a person is -> the kind of agency that holds them then; who is at large is still on the prison's books."""
_OF_HOLDING = ("location", "custody", "probationArea", "supervision", "keyDates")
"""Properties of an offender record; of services that say another area, whoever supervises the person is believed."""
HOLDING = frozenset(_HOLDS.values())
"""The kinds of agencies that may hold a person."""
SAID = "@said"
"""Place in `Standing.since` of what a body says of holding or risk, which lies in no one property of it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The agency that holds a person. since: microseconds since 1970, by the records of whoever says so."""

    agency: str
    since: int


def held_by(offender: Mapping[str, Json] | None) -> Kind | None:
    """The kind of agency that holds the person of an offender record; None where it says nothing of that."""
    location = (offender or {}).get("location") or {}
    return _HOLDS.get(location.get("place", ""))


def speaks_of_holding(offender: Mapping[str, Json] | None) -> Json:
    """All that tells who holds the person, and until when, of one offender record; None where there is no record.

    That there is one tells something by itself: the only service of its kind that knows the person may be the holder.
    So does null in place of nothing: who says that there is no place may be believed before who says which.
    """
    return None if offender is None else {name: offender[name] for name in _OF_HOLDING if name in offender}


def holder_of(converged: Converged, standing: Sequence[Standing]) -> Holder | None:
    """Who holds the person of the one offender record of these assertions; None where that is not known.

    The holder is an agency of the kind that speaks of the person: the one whose word on the area of supervision, or
    on the place, is the one believed; else the one that has said the place last.
    """
    kind = held_by(converged.body)
    if kind is None:
        return None
    here = _since_here(kind, converged, standing)
    area = _believed("/probationArea", kind, converged, standing) if kind is Kind.PROBATION else []
    if area:
        said = converged.body["probationArea"] or {}
        since = _earliest((each.since.get("/probationArea", each.order).micros for each in area), [said.get("since")])
        return Holder(area[0].agency, max(here, since))
    speakers = _believed("/location", kind, converged, standing) or _saying(kind, standing)
    if not speakers:
        return None
    latest = max(speakers, key=lambda each: (each.since.get(SAID, each.order), each.agency, each.local))
    return Holder(latest.agency, here)


def _since_here(kind: Kind, converged: Converged, standing: Sequence[Standing]) -> int:
    """Since when the person is there: as their records say, or by when they came to say so."""
    body = converged.body
    believed = set(converged.sources["/location"])
    days = [(body.get("location") or {}).get("since")]
    if kind is Kind.PRISON:
        days.append((body.get("custody") or {}).get("receivedOn"))
    told = (
        each.since.get(SAID, each.order).micros
        for each in standing
        if each.agency in believed and held_by(each.body) is kind
    )
    return _earliest(told, days)


def _believed(path: str, kind: Kind, converged: Converged, standing: Sequence[Standing]) -> list[Standing]:
    """The assertions of this kind of agency whose word on a place is the one believed."""
    agencies = converged.sources.get(path, ())
    name = path.removeprefix("/")
    return [
        each
        for each in standing
        if each.kind == kind and each.agency in agencies and each.body.get(name) == converged.body[name] is not None
    ]


def _saying(kind: Kind, standing: Sequence[Standing]) -> list[Standing]:
    """The assertions of this kind of agency: those that say it holds the person, else the only one there is."""
    speakers = [each for each in standing if each.kind == kind]
    saying = [each for each in speakers if held_by(each.body) is kind]
    return saying or (speakers if len({each.agency for each in speakers}) == 1 else [])


def _earliest(told: Iterable[int], days: Iterable[str | None]) -> int:
    return min([*told, *(day_begins(date.fromisoformat(day)) for day in days if day)])
