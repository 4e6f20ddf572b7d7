"""The convergence index, as agencies and operators are shown it, and its shapes."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from hub.api.shaping import Schema, count_of, list_of, maybe, ref, shape, text, time
from hub.store.measuring import Measured

_TIME = "2026-03-01T09:30:00.250000Z"
_DAY = {
    "day": "2026-03-01",
    "measured": _TIME,
    "records": 1_204,
    "agreeing": 1_198,
    "agreement": 0.995,
    "oldestDisagreement": _TIME,
    "conflicts": 3,
    "reviews": 1,
    "risks": {"toBeSeen": 40, "seen": 38, "staff": 7, "slowestSeconds": 41_230.5},
    "notices": {"given": 12, "late": 1, "missed": 0},
    "properties": {"specification": 112, "filled": 61, "taken": 104},
}


def convergence_document(measured: Sequence[Measured]) -> dict[str, Any]:
    """`Convergence` of the API description."""
    agencies = groupby(measured, key=lambda each: each.agency)
    return {"agencies": [agency_convergence_document(agency, days) for agency, days in agencies]}


def agency_convergence_document(agency: str, days: Iterable[Measured]) -> dict[str, Any]:
    """`AgencyConvergence` of the API description."""
    return {"agency": agency, "days": [_day(each) for each in days]}


def _day(measured: Measured) -> dict[str, Any]:
    agreement = measured.agreement
    return {
        "day": measured.day.isoformat(),
        "measured": measured.measured,
        "records": agreement.records,
        "agreeing": agreement.agreeing,
        "agreement": None if measured.agreed is None else round(measured.agreed, 6),
        "oldestDisagreement": agreement.oldest,
        "conflicts": agreement.conflicts,
        "reviews": agreement.reviews,
        "risks": {
            "toBeSeen": measured.risks.risks,
            "seen": measured.risks.seen,
            "staff": measured.risks.staff,
            "slowestSeconds": None if measured.risks.slowest is None else measured.risks.slowest.total_seconds(),
        },
        "notices": {
            "given": measured.announcements.announced,
            "late": measured.announcements.late,
            "missed": measured.announcements.missed,
        },
        "properties": {
            "specification": measured.properties,
            "filled": measured.filled,
            "taken": measured.taken,
        },
    }


SHAPES: dict[str, Schema] = {
    "ConvergenceDay": shape(
        "An agency on a day.",
        {
            "day": text("The day, in UTC.", format="date"),
            "measured": time("When it was last measured."),
            "records": count_of("Records the agency was released and should hold, or should no longer."),
            "agreeing": count_of("Those of which the digest it computed itself is that of its last release."),
            "agreement": {
                "type": ["number", "null"],
                "minimum": 0,
                "maximum": 1,
                "description": "Their share; null where it holds none.",
            },
            "oldestDisagreement": maybe(time("Commit of the oldest change that it does not hold.")),
            "conflicts": count_of("Contested records that it holds."),
            "reviews": count_of("Open reviews on a local id of its own, or of a level of risk that are put to it."),
            "risks": shape(
                "Risks that a member of its staff must see, by its contract.",
                {
                    "toBeSeen": count_of("How many there are."),
                    "seen": count_of("How many of them have been seen as they are now."),
                    "staff": count_of("By how many members of staff."),
                    "slowestSeconds": {
                        "type": ["number", "null"],
                        "minimum": 0,
                        "description": "The longest time from the commit of a change until it was seen.",
                    },
                },
                _DAY["risks"],
            ),
            "notices": shape(
                "Of the last 30 days, counted by the agency's own local ids.",
                {
                    "given": count_of("Days of a release or move of a person at risk that it was told of."),
                    "late": count_of("Of these, told of later than its contract says, or when the day had passed."),
                    "missed": count_of("Releases of a person at risk of which it was told nothing before."),
                },
                _DAY["notices"],
            ),
            "properties": shape(
                "Of all record types' properties.",
                {
                    "specification": count_of("How many the specification has."),
                    "filled": count_of("Those the agency was seen to fill in the last 30 days, by samples."),
                    "taken": count_of("Those its contract lets it have."),
                },
                _DAY["properties"],
            ),
        },
        _DAY,
    ),
    "AgencyConvergence": shape(
        "The convergence index of one agency.",
        {"agency": text("The agency."), "days": list_of(ref("ConvergenceDay"), "The oldest first.")},
        {"agency": "prison", "days": [_DAY]},
    ),
    "Convergence": shape(
        "The convergence index.",
        {
            "agencies": list_of(ref("AgencyConvergence"), "By name."),
        },
        {"agencies": [{"agency": "prison", "days": [_DAY]}]},
    ),
}
