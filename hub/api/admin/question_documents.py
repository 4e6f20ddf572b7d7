"""People and reviews, as operators are shown them: by their API, and by `--json`."""

from typing import Any

from hub.domain.likelihood.score import Score
from hub.exchange.crowds import Crowded
from hub.exchange.people import Known
from hub.exchange.resolve import Ruled
from hub.exchange.reviews import Asked, Review, ReviewedId
from hub.exchange.verdicts import Decided


def known_document(known: Known) -> dict[str, Any]:
    """A person of `PeopleFound` of the API description."""
    return {"person": known.person, "merged": list(known.merged), "agencies": list(known.agencies)}


def review_document(review: Review) -> dict[str, Any]:
    """`Review` of the API description."""
    return {
        "id": review.id,
        "one": _reviewed_id(review.one),
        "other": _reviewed_id(review.other),
        "doubt": review.doubt,
        "since": review.since,
    }


def crowded_document(crowded: Crowded) -> dict[str, Any]:
    """A number of `CrowdedIdentifiers` of the API description."""
    return {
        "scheme": crowded.scheme,
        "value": crowded.value,
        "holders": crowded.holders,
        "since": crowded.since,
        "for": {"agency": crowded.agency, "localId": crowded.local_id},
    }


def asked_document(asked: Asked) -> dict[str, Any]:
    """`ReviewAsked` of the API description."""
    return {
        "review": review_document(asked.review),
        "one": asked.one,
        "other": asked.other,
        "explanation": {
            "namesAgree": asked.names,
            "datesOfBirthAgree": asked.dates,
            "identifiers": [
                {"scheme": scheme, "canonical": canonical, "verified": verified}
                for scheme, canonical, verified in asked.identifiers
            ],
            "likelihood": _likelihood(asked.score),
        },
    }


def ruled_document(ruled: Ruled) -> dict[str, Any]:
    """`Ruled` of the API description."""
    return {
        "decision": ruled.choice.value,
        "onePerson": ruled.one == ruled.other,
        "persons": {"one": ruled.one, "other": ruled.other},
        "merged": [{"removed": removed, "into": kept} for removed, kept in sorted(ruled.merged.items())],
        "split": [{"made": made, "outOf": origin} for made, origin in sorted(ruled.split.items())],
    }


def decided_document(decided: Decided) -> dict[str, Any]:
    """`Decision` of the API description."""
    return {
        "id": decided.id,
        "one": _reviewed_id(decided.one),
        "other": _reviewed_id(decided.other),
        "decision": decided.choice.value,
        "by": decided.by,
        "at": decided.at,
        "why": decided.why,
    }


def _likelihood(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    fields = [
        {"field": each.field.value, "level": each.level.value, "weight": round(each.weight, 2)}
        for each in score.reasons
    ]
    return {"probability": score.probability, "weight": round(score.weight, 2), "fields": fields}


def _reviewed_id(side: ReviewedId) -> dict[str, Any]:
    return {"agency": side.agency, "localId": side.local_id, "person": side.person}
