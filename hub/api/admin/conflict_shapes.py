"""Conflicts, and rulings on them, as operators see them."""

from typing import Any

from hub.api.admin.ruling_shapes import WHY
from hub.api.differences import OPINION, OTHER_OPINION, WHY_RULED, opinion_properties
from hub.api.shaping import NEXT, Schema, list_of, ref, shape, text, time

_TIME = "2026-03-01T09:30:00.250000Z"
_PERSON = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_ID = f"c.{_PERSON}.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A"
_RULING_ID = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1d"
_RECORD = {"person": _PERSON, "type": "offender", "key": "-"}
_ONE, _OTHER = "Zl2nWc9oSxuC4ELCuTq9Jw", "bU0pVc1cQkqN9m0uW3d7xA"
_WHO = {"agencies": ["probation"], "since": _TIME}
_DIFFERENCE = {
    "id": _ID,
    "path": "/dateOfBirth",
    "state": "open",
    "since": _TIME,
    "opinions": [_WHO, {**_WHO, "agencies": ["prison"]}],
}
_CONFLICT: dict[str, Any] = {"record": _RECORD, "differences": [_DIFFERENCE]}
_PAST = {"id": _RULING_ID, "by": "anna", "at": _TIME, "why": WHY_RULED, "holds": False, "takenBack": None}
_BACK = {"by": "ben", "at": _TIME, "why": "the certificate was somebody else's"}
_OPINIONS = [{"name": _ONE, **OPINION}, {"name": _OTHER, **OTHER_OPINION}]
_ASKED = {**_DIFFERENCE, "record": _RECORD, "opinions": _OPINIONS, "rulings": [_PAST]}

STATES = {
    "open": "agencies must not differ there",
    "ruled": "a ruling holds",
    "levels": "levels of risk on which agencies differ: no conflict, each judges by itself and the highest stands, but "
    "a ruling may settle it; of one person only",
}
_STATE: Schema = {
    "enum": [*STATES],
    "description": "; ".join(f"`{state}`: {meaning}" for state, meaning in STATES.items()) + ".",
}
_CONFLICT_ID = text("By which the conflict is asked for.")
_PATH = text("JSON Pointer into the record.")
_SINCE = time("When a second opinion came up.")
_NAME = text("By which a ruling names what is said.", minLength=1, maxLength=50)

SHAPES: dict[str, Schema] = {
    "Conflict": shape(
        "A record in which agencies differ; what they say is not told.",
        {
            "record": ref("RecordNamed"),
            "differences": list_of(
                shape(
                    "A place where they differ.",
                    {
                        "id": _CONFLICT_ID,
                        "path": _PATH,
                        "state": _STATE,
                        "since": _SINCE,
                        "opinions": list_of(
                            shape(
                                "Agencies that say the same.",
                                {name: opinion_properties()[name] for name in ("agencies", "since")},
                                _WHO,
                            ),
                            "The longest held first.",
                        ),
                    },
                    _DIFFERENCE,
                ),
                "One for each such place.",
            ),
        },
        _CONFLICT,
    ),
    "Conflicts": shape(
        "Some conflicts, by person and record. There may be fewer than asked for, and still a next page.",
        {"conflicts": list_of(ref("Conflict"), "The conflicts."), "next": NEXT},
        {"conflicts": [_CONFLICT], "next": None},
    ),
    "ConflictAsked": shape(
        "One place with all that is said there, and all that was ever ruled on it.",
        {
            "id": _CONFLICT_ID,
            "record": ref("RecordNamed"),
            "path": _PATH,
            "state": _STATE,
            "since": _SINCE,
            "opinions": list_of(
                shape("Agencies that say the same.", {"name": _NAME, **opinion_properties()}, _OPINIONS[0]),
                "The longest held first.",
            ),
            "rulings": list_of(
                shape(
                    "A ruling.",
                    {
                        "id": text("The ruling's own, as in the audit."),
                        "by": text("The operator."),
                        "at": time("When."),
                        "why": text("The reason."),
                        "holds": {"type": "boolean", "description": "Whether it holds now."},
                        "takenBack": {
                            "oneOf": [
                                {"type": "null"},
                                shape(
                                    "Who took it back.",
                                    {"by": text("The operator."), "at": time("When."), "why": text("The reason.")},
                                    _BACK,
                                ),
                            ],
                            "description": "Null while nobody has.",
                        },
                    },
                    _PAST,
                ),
                "The oldest first.",
            ),
        },
        _ASKED,
    ),
    "RuleOnConflict": shape(
        "A ruling: all that is said there, by its names, and which of it stands.",
        {
            "settles": {
                **list_of(_NAME, "Every opinion's name: what you have read is what you settle."),
                "minItems": 2,
                "uniqueItems": True,
            },
            "stands": _NAME,
            "why": WHY,
        },
        {"settles": [_ONE, _OTHER], "stands": _ONE, "why": WHY_RULED},
    ),
    "TakeRulingBack": shape("Why rulings are taken back.", {"why": WHY}, {"why": _BACK["why"]}),
    "RulingsMade": shape(
        "What rulings were made, or taken back.",
        {"rulings": list_of({"type": "string"}, "Their ids.")},
        {"rulings": [_RULING_ID]},
    ),
}
