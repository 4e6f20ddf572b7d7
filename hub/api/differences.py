"""Where agencies differ, as it is shown to agencies and to operators: documents, and their shapes."""

from typing import Any

from hub.api.shaping import Schema, list_of, shape, text, time
from hub.exchange.differing import Difference

_TIME = "2026-03-01T09:30:00.250000Z"
SAYS: Schema = {"description": "What is said there; null says that there is none."}
STATE: Schema = {
    "enum": ["open", "ruled"],
    "description": "`open`: they must not differ; what the rule of the specification takes stands meanwhile. "
    "`ruled`: an operator's ruling says what stands, as long as everybody goes on saying what they say.",
}
OPINION = {"agencies": ["probation"], "since": _TIME, "value": "1984-11-05", "stands": True}
OTHER_OPINION = {"agencies": ["prison"], "since": _TIME, "value": "1984-05-11", "stands": False}
WHY_RULED = "the birth certificate is on the court's file"
DIFFERENCE = {
    "path": "/dateOfBirth",
    "state": "ruled",
    "since": _TIME,
    "opinions": [OPINION, OTHER_OPINION],
    "ruling": {"at": _TIME, "why": WHY_RULED},
}


def opinion_properties() -> dict[str, Schema]:
    """Of agencies that say the same."""
    return {
        "agencies": list_of({"type": "string"}, "The agencies."),
        "since": time("Since when the first of them says so, by its own records."),
        "value": SAYS,
        "stands": {"type": "boolean", "description": "Whether it is what is shared."},
    }


SHAPES: dict[str, Schema] = {
    "Difference": shape(
        "A place where agencies differ.",
        {
            "path": text("JSON Pointer into the record."),
            "state": STATE,
            "since": time("When a second opinion came up."),
            "opinions": list_of(
                shape("Agencies that say the same.", opinion_properties(), OPINION), "The longest held first."
            ),
            "ruling": {
                "oneOf": [
                    {"type": "null"},
                    shape(
                        "By which it is settled.",
                        {"at": time("When it was ruled."), "why": text("Why.")},
                        DIFFERENCE["ruling"],
                    ),
                ],
                "description": "The ruling that holds; null where none does.",
            },
        },
        DIFFERENCE,
    ),
}


def opinions_document(difference: Difference) -> list[dict[str, Any]]:
    """Its opinions, with what they say."""
    return [
        {"agencies": list(each.agencies), "since": each.since, "value": each.value, "stands": each.stands}
        for each in difference.opinions
    ]


def difference_document(difference: Difference) -> dict[str, Any]:
    """`Difference` of the API description."""
    holding = next((each for each in difference.rulings if each.holds), None)
    return {
        "path": difference.path,
        "state": difference.state.value,
        "since": difference.since,
        "opinions": opinions_document(difference),
        "ruling": None if holding is None else {"at": holding.at, "why": holding.why},
    }
