"""What the API's own answers and requests look like, as JSON Schema 2020-12 with examples.

Records have their own schemas, in `schemas/`. Tests hold every answer against these.
"""

from typing import Any

from hub.api import convergence_documents, differences, inventory_shapes
from hub.api.shaping import NEXT, list_of, ref, shape, text, time
from hub.domain.errors import Reason

_PERSON = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
_TIME = "2026-03-01T09:30:00.250000Z"
_KEY = "9630348"

_RECORD_NAME = shape(
    "The shared record a submission speaks of.",
    {
        "type": text("Record type."),
        "key": text(
            'Key among the person\'s records; "-" for the offender record, "" where nothing had been said of it.'
        ),
    },
    {"type": "assessment", "key": _KEY},
)
_ACCEPTED = {
    "id": "2f1c0c1e-assessment-7",
    "outcome": "accepted",
    "record": {"type": "assessment", "key": _KEY},
    "received": _TIME,
}
_PROBLEM = {
    "type": f"urn:case-sharing:problem:{Reason.INVALID_BODY}",
    "title": "The record does not follow the specification",
    "status": 422,
    "detail": "is no valid assessment 1.0.0",
    "faults": [{"path": "/sections/0/score", "rule": "section-scores", "detail": "is not what its items add up to"}],
}
_OUTCOME = {
    "id": {"type": ["string", "null"], "description": "The submission's; null when it could not be read."},
    "outcome": {
        "enum": ["accepted", "repeated", "refused", "unavailable"],
        "description": "`repeated`: taken before, this is the first outcome again. `unavailable`: send it again.",
    },
    "record": _RECORD_NAME,
    "received": text("When the hub first took it.", format="date-time"),
    "problem": ref("Problem"),
}
_DOCUMENT = {
    "type": "assessment",
    "key": _KEY,
    "version": "1.0.0",
    "body": {"reference": "ASM-20417", "oasysNumber": _KEY, "layer": 3, "lifecycle": {"status": "OPEN"}},
    "marks": {"contested": [], "ruled": [], "underReview": []},
}
_SOURCES = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
    "description": "JSON Pointer into the record -> the agencies its value came from.",
}
_LOCAL_IDS = list_of({"type": "string"}, "Your own local ids of this person.")
_PERSON_ID = text("The hub's id of the person; another one after a merge.", format="uuid")
_DIGEST_TEXT = text("SHA-256 of the release as canonical JSON (RFC 8785).", pattern="^[0-9a-f]{64}$")

_PERSON_EVENT = {
    "oneOf": [
        {"type": "null"},
        shape(
            "How this person, the removed one, came to be another than the survivor, or no other any more.",
            {
                "type": {"type": "string", "enum": ["person.merged", "person.split"]},
                "survivor": text("Who goes on: whom this person is now, or out of whom it came.", format="uuid"),
                "removed": _PERSON_ID,
            },
            {"type": "person.merged", "survivor": "0199a1b2-7c3d-7e4f-8a5b-000000000001", "removed": _PERSON},
        ),
    ],
    "description": "Whether this person was merged into another, or split off one; null as a rule.",
}

_SHOWN = {
    "person": _PERSON,
    "localIds": ["X100001"],
    "digest": _DIGEST,
    "changed": _TIME,
    "sources": {"/oasysNumber": ["probation"]},
    "release": _DOCUMENT,
}
_ENTRY = {
    "type": "assessment",
    "key": _KEY,
    "when": _TIME,
    "digest": _DIGEST,
    "link": f"/v1/offenders/X100001/assessments/{_KEY}",
}
_FOUND = {"person": _PERSON, "localIds": ["X100001"], "link": "/v1/offenders/X100001"}
_DELIVERY = {
    "number": 12,
    "digest": _DIGEST,
    "person": _PERSON,
    "localIds": ["X100001"],
    "sources": {"/oasysNumber": ["probation"]},
    "movedTo": None,
    "event": None,
    "release": _DOCUMENT,
}
_FAULT_EXAMPLE = {"path": "/names/0/surname", "rule": "maxLength", "detail": "holds at most 35 characters"}
_PARKED_FAULT = shape(
    "Why a delivery could not be applied.",
    {
        "path": text('JSON Pointer into the release\'s body; "" for the whole.', maxLength=1000),
        "rule": text("The rule that does not hold.", pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"),
        "detail": text("A sentence for whoever mends it; no value of the record.", maxLength=500),
    },
    _FAULT_EXAMPLE,
    "detail",
)

_OWN_CONFLICT = {
    "person": _PERSON,
    "localIds": ["X100001"],
    "type": "offender",
    "key": "-",
    "link": "/v1/offenders/X100001",
    "differences": [differences.DIFFERENCE],
}

EVENT_EXAMPLE = {
    "specversion": "1.0",
    "id": "2f1c0c1e-assessment-7",
    "source": "probation",
    "type": "assessment.submitted",
    "dataschema": "assessment/1.0.0",
    "subject": "X100001",
    "time": "2026-03-01T09:29:58Z",
    "datacontenttype": "application/json",
    "data": _DOCUMENT["body"],
}

SHAPES: dict[str, dict[str, Any]] = {
    **convergence_documents.SHAPES,
    **inventory_shapes.SHAPES,
    **differences.SHAPES,
    "OwnConflicts": shape(
        "Where agencies differ, some of it, by person and record. There may be fewer than asked for, and still a next "
        "page.",
        {
            "conflicts": list_of(
                shape(
                    "A record in which agencies differ, at places that your contract shows you.",
                    {
                        "person": _PERSON_ID,
                        "localIds": _LOCAL_IDS,
                        "type": text("Record type."),
                        "key": text("Key."),
                        "link": text("Path of the record."),
                        "differences": list_of(ref("Difference"), "The places, by their path."),
                    },
                    _OWN_CONFLICT,
                ),
                "The records.",
            ),
            "next": NEXT,
        },
        {"conflicts": [_OWN_CONFLICT], "next": None},
    ),
    "Problem": shape(
        "Problem details (RFC 9457). Paths and rules, never a value of a record.",
        {
            "type": text("URI of the kind of problem.", pattern="^urn:case-sharing:problem:[a-z-]+$"),
            "title": text("The kind of problem in words."),
            "status": {"type": "integer"},
            "detail": text("This problem in words."),
            "faults": list_of(ref("Fault"), "What is wrong with a body, place by place."),
        },
        _PROBLEM,
    ),
    "Fault": shape(
        "One thing that is wrong.",
        {
            "path": text('JSON Pointer into what was sent; "" for the whole.'),
            "rule": text("The rule that does not hold."),
            "detail": text("A sentence for whoever mends it."),
        },
        {"path": "/sections/0/score", "rule": "section-scores", "detail": "is not what its items add up to"},
    ),
    "Outcome": shape("What became of one submission.", _OUTCOME, _ACCEPTED, "record", "received", "problem"),
    "LineOutcome": shape(
        "What became of one line of a stream.",
        {"line": {"type": "integer", "minimum": 1, "description": "Its number, from 1."}, **_OUTCOME},
        {"line": 1, **_ACCEPTED},
        "record",
        "received",
        "problem",
    ),
    "Outcomes": shape(
        "What became of each event of a batch, in their order.",
        {"outcomes": list_of(ref("Outcome"), "One for each event.")},
        {"outcomes": [_ACCEPTED, {"id": "2f1c0c1e-assessment-8", "outcome": "refused", "problem": _PROBLEM}]},
    ),
    "Submitted": {"oneOf": [ref("Outcome"), ref("Outcomes")], "examples": [_ACCEPTED]},
    "Release": {
        "description": "A record as your contract releases it; what is digested.",
        "oneOf": [
            shape(
                "The record.",
                {
                    "type": text("Record type."),
                    "key": text("Key among the person's records."),
                    "version": text("Version of the specification."),
                    "body": ref("Record"),
                    "marks": shape(
                        "What to know of it.",
                        {
                            "contested": list_of(
                                {"type": "string"}, "JSON Pointers where agencies differ that must not."
                            ),
                            "ruled": list_of(
                                {"type": "string"}, "JSON Pointers where they differ and an operator has ruled."
                            ),
                            "underReview": list_of(
                                {"type": "string"},
                                'JSON Pointers of levels of risk to be looked at again, which stand until then; "" '
                                "where the record as a whole is the warning.",
                            ),
                        },
                        {"contested": ["/dateOfBirth"], "ruled": [], "underReview": []},
                    ),
                },
                _DOCUMENT,
            ),
            shape(
                "There is nothing, or nothing any more.",
                {"type": text("Record type."), "key": text("Key."), "withdrawn": {"const": True}},
                {"type": "assessment", "key": _KEY, "withdrawn": True},
            ),
        ],
    },
    "Shown": shape(
        "A shared record as you may see it.",
        {
            "person": _PERSON_ID,
            "localIds": _LOCAL_IDS,
            "digest": _DIGEST_TEXT,
            "changed": text("When the shared record last changed.", format="date-time"),
            "sources": _SOURCES,
            "release": ref("Release"),
        },
        _SHOWN,
    ),
    "Records": shape(
        "Some of a person's records of one type, by key.",
        {"records": list_of(ref("Shown"), "The records."), "next": NEXT},
        {"records": [_SHOWN], "next": None},
    ),
    "Timeline": shape(
        "Some of a person's records, by their last change, newest first.",
        {
            "entries": list_of(
                shape(
                    "A record, without its body.",
                    {
                        "type": text("Record type."),
                        "key": text("Key."),
                        "when": text("When the shared record last changed.", format="date-time"),
                        "digest": _DIGEST_TEXT,
                        "link": text("Path of the record."),
                    },
                    _ENTRY,
                ),
                "The records.",
            ),
            "next": NEXT,
        },
        {"entries": [_ENTRY], "next": None},
    ),
    "Search": shape(
        "A strong identifier, as it is written on paper.",
        {
            "scheme": {"enum": ["cro", "crn", "pnc", "prison-number"], "description": "Whose number it is."},
            "value": text("The number.", minLength=1, maxLength=100),
        },
        {"scheme": "pnc", "value": "1981/0000034U"},
    ),
    "Found": shape(
        "The people somebody states this identifier of.",
        {
            "people": list_of(
                shape(
                    "A person.",
                    {"person": _PERSON_ID, "localIds": _LOCAL_IDS, "link": text("Path of the offender record.")},
                    _FOUND,
                ),
                "One, as a rule; several where it is contested.",
            )
        },
        {"people": [_FOUND]},
    ),
    "Feed": shape(
        "Deliveries by ascending number. Drop a number you have applied; gaps are normal.",
        {
            "deliveries": list_of(
                shape(
                    "A release with its number in your one order.",
                    {
                        "number": {"type": "integer", "minimum": 1},
                        "digest": _DIGEST_TEXT,
                        "person": _PERSON_ID,
                        "localIds": _LOCAL_IDS,
                        "sources": _SOURCES,
                        "movedTo": {"type": ["string", "null"], "description": "The survivor, after a merge."},
                        "event": _PERSON_EVENT,
                        "release": ref("Release"),
                    },
                    _DELIVERY,
                ),
                "The deliveries.",
            ),
            "next": {"type": "integer", "description": "Send it as `after` next time."},
        },
        {"deliveries": [_DELIVERY], "next": 12},
    ),
    "Receipts": shape(
        "What you applied, and what you could not.",
        {
            "receipts": list_of(
                shape(
                    "A delivery, and the digest computed from what you now hold.",
                    {
                        "number": {"type": "integer", "minimum": 1},
                        "digest": _DIGEST_TEXT,
                        "seen": shape(
                            "Who of your staff has seen it. It may come later, with the same receipt again.",
                            {
                                "by": text("As you name them.", minLength=1, maxLength=200),
                                "at": time("When they saw it, with its zone."),
                            },
                            {"by": "J. Marsh, duty officer", "at": "2026-03-01T09:31:00Z"},
                        ),
                    },
                    {"number": 12, "digest": _DIGEST},
                    "seen",
                ),
                "At most 1,000. Each settles every earlier delivery of its record.",
            ),
            "parked": list_of(
                shape(
                    "A delivery that your system refuses, or that cannot be said there.",
                    {
                        "number": {"type": "integer", "minimum": 1},
                        "faults": list_of(_PARKED_FAULT, "Why: from 1 to 20 places and rules."),
                    },
                    {"number": 13, "faults": [_FAULT_EXAMPLE]},
                ),
                "At most 1,000. Each stays parked until a receipt for its record settles it.",
            ),
        },
        {"receipts": [{"number": 12, "digest": _DIGEST}], "parked": [{"number": 13, "faults": [_FAULT_EXAMPLE]}]},
        "parked",
    ),
    "Settlements": shape(
        "What became of each receipt, and of each parked delivery, in their order.",
        {
            "outcomes": list_of(
                shape(
                    "One receipt.",
                    {
                        "number": {"type": "integer"},
                        "outcome": {
                            "enum": ["settled", "diverging", "unknown-delivery"],
                            "description": "`diverging`: noted, but you hold something else than was delivered; "
                            "a receipt for that is still waited for.",
                        },
                    },
                    {"number": 12, "outcome": "settled"},
                ),
                "One for each receipt.",
            ),
            "parked": list_of(
                shape(
                    "One parked delivery.",
                    {
                        "number": {"type": "integer"},
                        "outcome": {
                            "enum": ["parked", "settled", "unknown-delivery"],
                            "description": "`settled`: a receipt for it, or a later one of its record, has come.",
                        },
                    },
                    {"number": 13, "outcome": "parked"},
                ),
                "One for each parked delivery.",
            ),
        },
        {"outcomes": [{"number": 12, "outcome": "settled"}], "parked": [{"number": 13, "outcome": "parked"}]},
    ),
}
"""Name -> schema, under `components/schemas` of the API description."""
