"""Risk reviews, as operators and agencies see them."""

from typing import Any

from hub.api.shaping import NEXT, Schema, list_of, maybe, ref, shape, text, time
from hub.domain.risk import Cause
from hub.exchange.alerts import SHORTEST_REASON
from hub.store.risk_reviews import Ending, RiskReviewState

_TIME = "2026-03-01T09:30:00.250000Z"
_SEEN: dict[str, Any] = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1e",
    "record": {"person": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "type": "registration", "key": "mappa"},
    "path": "/riskLevel",
    "cause": "past-review-date",
    "author": "probation",
    "agency": "prison",
    "opened": _TIME,
    "deadline": _TIME,
}
_PROPERTIES: dict[str, Schema] = {
    "id": text("The review's id."),
    "record": ref("RecordNamed"),
    "path": text('JSON Pointer to the level; "" where the record as a whole is the warning.'),
    "cause": {
        "enum": list(Cause),
        "description": "`past-review-date`: the day has passed on which the author meant to look at it again; "
        "`author-no-longer-holds`: another agency holds the person since.",
    },
    "author": text("The agency that says the level."),
    "agency": text("The agency that is asked: the one that holds the person."),
    "opened": time("When the review was opened."),
    "deadline": time("By when the level is to be said anew."),
}
_REVIEW = {**_SEEN, "state": "open", "closed": None}

SHAPES: dict[str, Schema] = {
    "RiskReview": shape(
        "A level of risk that somebody must look at again. It stands until then.",
        {
            **_PROPERTIES,
            "state": {"enum": list(RiskReviewState), "description": "Whether it is open."},
            "closed": {
                "type": ["object", "null"],
                "description": "How it was closed.",
                "required": ["at", "as", "by", "reason"],
                "properties": {
                    "at": time("When."),
                    "as": {
                        "enum": list(Ending),
                        "description": "`said-anew` by author or holder; `withdrawn`: it does not stand any more; "
                        "`held-again` by its author; `ruled`: by a ruling another agency's level stands; "
                        "`operator`: without that.",
                    },
                    "by": maybe(text("The operator.")),
                    "reason": maybe(text("What they say.")),
                },
                "additionalProperties": False,
            },
        },
        _REVIEW,
    ),
    "RiskReviews": shape(
        "Some risk reviews, the first opened first.",
        {"reviews": list_of(ref("RiskReview"), "The reviews."), "next": NEXT},
        {"reviews": [_REVIEW], "next": None},
    ),
    "RiskReviewClosing": shape(
        "That a review is closed without the level being said anew.",
        {"reason": text("Why; name no person.", minLength=SHORTEST_REASON, maxLength=500, pattern="^[^\\u0000]*$")},
        {"reason": "Both services looked at it together; the level stays"},
    ),
    "RiskReviewAsked": shape("A level of risk that somebody must look at again.", _PROPERTIES, _SEEN),
    "RiskReviewsAsked": shape(
        "Some open risk reviews, the first opened first.",
        {"reviews": list_of(ref("RiskReviewAsked"), "The reviews."), "next": NEXT},
        {"reviews": [_SEEN], "next": None},
    ),
}
