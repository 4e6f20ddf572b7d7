"""Reviews read whole, and what operators decide of who is one person."""

from typing import Any

from hub.api.admin.question_shapes import REVIEWED_ID
from hub.api.admin.question_shapes import SHAPES as QUESTIONS
from hub.api.shaping import NEXT, Schema, list_of, maybe, ref, shape, text, time
from hub.domain.likelihood.levels import Field, Level
from hub.exchange.resolve import LONGEST_REASON, SHORTEST_REASON, Choice

_SAYS = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05"}
_NUMBER = {"scheme": "pnc", "canonical": "1981/0000034U", "verified": True}
_FIELD = {"field": "surname", "level": "different", "weight": -3.83}
_LIKELIHOOD = {"probability": 0.00002, "weight": -15.6, "fields": [_FIELD]}
_EXPLANATION = {
    "namesAgree": False,
    "datesOfBirthAgree": False,
    "identifiers": [_NUMBER],
    "likelihood": _LIKELIHOOD,
}
_WHY_SAID = "both files carry the same photograph and fingerprints"
_LINK: dict[str, Any] = {"decision": "link", "why": _WHY_SAID}
_ONE, _OTHER = {"agency": "prison", "localId": "A1234BC"}, {"agency": "probation", "localId": "X100001"}
_PERSON, _REMOVED = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1c"
_RULED = {
    "decision": "link",
    "onePerson": True,
    "persons": {"one": _PERSON, "other": _PERSON},
    "merged": [{"removed": _REMOVED, "into": _PERSON}],
    "split": [],
}
_DECIDED = {
    "id": "d.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A",
    "one": {**_ONE, "person": _PERSON},
    "other": {**_OTHER, "person": _PERSON},
    **_LINK,
    "by": "anna",
    "at": "2026-03-01T09:30:00.250000Z",
}
WHY = text(
    "Why, for the audit. Name no person.",
    minLength=SHORTEST_REASON,
    maxLength=LONGEST_REASON,
    pattern="^[^\\u0000-\\u001f]*$",
)
_SAID: Schema = {
    "type": ["object", "null"],
    "description": "What the agency now says of who it is, of its offender record; null where that is withdrawn. In a "
    "review of doubt `replaced` both sides are one local id: `one` is what is said now, `other` what was said before.",
}
_AGREE: Schema = {"type": ["boolean", "null"], "description": "Whether some agree; null where one side says none."}
_DECISION = {"link": "one person", "keep-apart": "never one person", "take-back": "what was decided holds no more"}


_WEIGHED = maybe(
    shape(
        "How likely the two are one person; null where one side says nothing.",
        {
            "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "That they are one."},
            "weight": {"type": "number", "description": "The same in bits: the fields' with what any two begin with."},
            "fields": list_of(
                shape(
                    "A field.",
                    {
                        "field": {"enum": [each.value for each in Field], "description": "Which."},
                        "level": {
                            "enum": [each.value for each in Level],
                            "description": "How near the two are; never what they are.",
                        },
                        "weight": {"type": "number", "description": "In bits: above 0 it speaks for one person."},
                    },
                    _FIELD,
                ),
                "The fields that both say.",
            ),
        },
        _LIKELIHOOD,
    )
)


def _decision(*choices: Choice) -> Schema:
    told = "; ".join(f"`{each}`: {_DECISION[each]}" for each in choices)
    return {"enum": [each.value for each in choices], "description": f"{told}."}


def _local_id(example: dict[str, str]) -> Schema:
    return shape(
        "An agency's local id.",
        {
            "agency": text("The agency.", minLength=1, maxLength=80),
            "localId": text("Its local id of the person.", minLength=1, maxLength=200),
        },
        example,
    )


SHAPES: dict[str, Schema] = {
    "ReviewAsked": shape(
        "A review with both sides, and what speaks for and against.",
        {
            "review": ref("Review"),
            "one": _SAID,
            "other": _SAID,
            "explanation": shape(
                "What recognition compared.",
                {
                    "namesAgree": _AGREE,
                    "datesOfBirthAgree": _AGREE,
                    "identifiers": list_of(
                        shape(
                            "A number.",
                            {
                                "scheme": text("Whose number it is."),
                                "canonical": text("Its one written form."),
                                "verified": {"type": "boolean", "description": "Whether its form is proven on both."},
                            },
                            _NUMBER,
                        ),
                        "Strong identifiers that both say.",
                    ),
                    "likelihood": _WEIGHED,
                },
                _EXPLANATION,
            ),
        },
        {"review": QUESTIONS["Review"]["examples"][0], "one": _SAYS, "other": None, "explanation": _EXPLANATION},
    ),
    "DecideReview": shape(
        "What is decided of an open review. Of one of doubt `replaced`, `link` says that the description is right; "
        "there is nobody to keep apart: else its agency must correct what it says.",
        {"decision": _decision(Choice.LINK, Choice.KEEP_APART), "why": WHY},
        _LINK,
    ),
    "DecidePeople": shape(
        "What is decided of two local ids, whether a review is open or not.",
        {"one": _local_id(_ONE), "other": _local_id(_OTHER), "decision": _decision(*Choice), "why": WHY},
        {"one": _ONE, "other": _OTHER, **_LINK},
    ),
    "TakeBack": shape("Why a decision holds no more.", {"why": WHY}, {"why": _WHY_SAID}),
    "Decision": shape(
        "What was decided of two local ids, and holds. `one` is the side of the person asked for.",
        {
            "id": text("Names it."),
            "one": REVIEWED_ID,
            "other": REVIEWED_ID,
            "decision": _decision(Choice.LINK, Choice.KEEP_APART),
            "by": text("The operator."),
            "at": time("When."),
            "why": text("What the operator gave as the reason."),
        },
        _DECIDED,
    ),
    "Decisions": shape(
        "Some of what was decided of a person, the newest first.",
        {"decisions": list_of(ref("Decision"), "The decisions."), "next": NEXT},
        {"decisions": [_DECIDED], "next": None},
    ),
    "Ruled": shape(
        "What a decision came to.",
        {
            "decision": _decision(*Choice),
            "onePerson": {
                "type": "boolean",
                "description": "Whether the two are one person now. A link that would join others who are kept apart "
                "is left out, and opens a review.",
            },
            "persons": shape(
                "Who each of the two is now.",
                {"one": text("The hub's id of the person."), "other": text("The hub's id of the person.")},
                _RULED["persons"],
            ),
            "merged": list_of(
                shape(
                    "Who is one with somebody else now.",
                    {"removed": text("The person removed."), "into": text("The survivor.")},
                    {"removed": _REMOVED, "into": _PERSON},
                ),
                "Persons merged by this.",
            ),
            "split": list_of(
                shape(
                    "Who is somebody else now.",
                    {"made": text("The new person."), "outOf": text("Whom they were taken for.")},
                    {"made": _REMOVED, "outOf": _PERSON},
                ),
                "Persons split by this.",
            ),
        },
        _RULED,
    ),
}
