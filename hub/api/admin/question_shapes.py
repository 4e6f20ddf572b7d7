"""People and reviews, as operators see them."""

from hub.api.shaping import NEXT, Schema, count_of, list_of, maybe, ref, shape, text, time

_TIME = "2026-03-01T09:30:00.250000Z"
_PERSON = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_OTHER = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1c"
_BY_LOCAL_ID = {"agency": "prison", "localId": "A1234BC"}
_BY_IDENTIFIER = {"scheme": "pnc", "value": "1981/0000034U"}
_KNOWN = {"person": _PERSON, "merged": [], "agencies": ["prison", "probation"]}
_ONE = {"agency": "prison", "localId": "A1234BC", "person": _PERSON}
_TWO = {"agency": "probation", "localId": "X100001", "person": _OTHER}
_ID = "r.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A"
_REVIEW = {"id": _ID, "one": _ONE, "other": _TWO, "doubt": "contradicted", "since": _TIME}
_CROWDED = {**_BY_IDENTIFIER, "holders": 4711, "since": _TIME, "for": _BY_LOCAL_ID}

_PERSON_ID = text("The hub's id of the person.")
REVIEWED_ID = shape(
    "One of the two.",
    {
        "agency": text("Whose local id it is."),
        "localId": text("The local id."),
        "person": text("The person it belongs to now."),
    },
    _ONE,
)

SHAPES: dict[str, Schema] = {
    "PeopleSearch": {
        "description": "Whom to find. It stands in the body, as URLs end up in logs.",
        "oneOf": [
            shape(
                "By an agency's local id.",
                {
                    "agency": text("The agency.", minLength=1, maxLength=80),
                    "localId": text("Its local id of the person.", minLength=1, maxLength=200),
                },
                _BY_LOCAL_ID,
            ),
            shape(
                "By a strong identifier, as it is written on paper.",
                {
                    "scheme": {"enum": ["cro", "crn", "pnc", "prison-number"], "description": "Whose number it is."},
                    "value": text("The number.", minLength=1, maxLength=100),
                },
                _BY_IDENTIFIER,
            ),
        ],
        "examples": [_BY_LOCAL_ID, _BY_IDENTIFIER],
    },
    "PeopleFound": shape(
        "Who was found, maybe nobody.",
        {
            "people": list_of(
                shape(
                    "A person.",
                    {
                        "person": _PERSON_ID,
                        "merged": list_of({"type": "string"}, "Persons that were merged into this one."),
                        "agencies": list_of({"type": "string"}, "The agencies that know this person."),
                    },
                    _KNOWN,
                ),
                "One, as a rule; several where an identifier is contested.",
            )
        },
        {"people": [_KNOWN]},
    ),
    "Review": shape(
        "Two local ids that may be one person, and somebody must look at.",
        {
            "id": text("By which the review is asked for."),
            "one": REVIEWED_ID,
            "other": REVIEWED_ID,
            "doubt": text("Why nobody could decide.", pattern="^[a-z-]+$"),
            "since": time("Since when it is open."),
        },
        _REVIEW,
    ),
    "Reviews": shape(
        "Some open reviews, the oldest first. There may be fewer than asked for, and still a next page.",
        {"reviews": list_of(ref("Review"), "The reviews."), "next": NEXT},
        {"reviews": [_REVIEW], "next": None},
    ),
    "CrowdedIdentifiers": shape(
        "Some numbers that too many local ids hold, the oldest first.",
        {
            "identifiers": list_of(
                shape(
                    "A number that identifies nobody.",
                    {
                        "scheme": maybe(text("Whose number it is; null where it has just been corrected.")),
                        "value": maybe(text("The number, in its canonical form.")),
                        "holders": count_of("Local ids that hold it."),
                        "since": time("Since when there are too many."),
                        "for": shape(
                            "One of them.",
                            {"agency": text("Whose local id it is."), "localId": text("The local id.")},
                            _BY_LOCAL_ID,
                        ),
                    },
                    _CROWDED,
                ),
                "The numbers.",
            ),
            "next": NEXT,
        },
        {"identifiers": [_CROWDED], "next": None},
    ),
}
