"""Dead letters as operators see them, and what they do with them."""

from hub.api.admin.job_shapes import JOB
from hub.api.admin.routing import PRINTABLE
from hub.api.shaping import NEXT, Schema, count_of, list_of, maybe, ref, shape, text, time
from hub.domain.errors import Reason
from hub.exchange.letters import SHORTEST_REASON
from hub.exchange.replay import MOST
from hub.store.dead_letters import LetterState
from hub.store.letter_rows import ReplayOutcome, What

_TIME = "2026-03-01T09:30:00.250000Z"
_POSITION = "hub.in.prison/0/4711/1772357400250"
_FAULT = {"path": "/sex", "rule": "unknown-code", "detail": "is not on the agreed list"}
_LINE = {
    "position": _POSITION,
    "agency": "prison",
    "at": _TIME,
    "state": "waiting",
    "reason": "unknown-code",
    "detail": "is no valid offender 1.0.0",
}
_REPLAY = {
    "position": _POSITION,
    "version": 1,
    "outcome": "refused",
    "reason": "id-reused",
    "detail": "this id was used for another submission",
    "faults": [],
}
_STEP = {
    "number": 0,
    "at": _TIME,
    "by": "hub",
    "what": "refused",
    "version": 0,
    "outcome": "refused",
    "reason": "unknown-code",
    "detail": "is no valid offender 1.0.0",
    "faults": [_FAULT],
    "job": None,
}
_LETTER = {
    **_LINE,
    "faults": [_FAULT],
    "versions": [{"version": 0, "at": _TIME, "by": "prison"}],
    "history": [_STEP],
}
_MESSAGE = {
    "position": _POSITION,
    "version": 0,
    "headers": {"ce_id": "adm-77", "ce_type": "offender.submitted", "x-note": {"base64": "//4="}},
    "body": '{"names": {"surname": "Archer"}, "sex": "X9"}',
}

_STATE = {"enum": [each.value for each in LetterState], "description": "What has become of it."}
_OUTCOME = {
    "enum": [each.value for each in ReplayOutcome],
    "description": "`repeated`: it had been taken before. `noted`: it carried receipts. `refused`: it waits on.",
}
_MAYBE_OUTCOME = {"enum": [*_OUTCOME["enum"], None], "description": "Of a refusal or a replay."}
_WHY = text(
    "Why, for the history. Name no person.", minLength=SHORTEST_REASON, maxLength=500, pattern="^[^\\u0000-\\u001f]*$"
)
_POSITION_TEXT = text("Where the message stands in its topic; its identity.")
_VERSION = count_of("0 is what the agency sent; what operators made of it counts from 1.")
_FAULTS = list_of(ref("Fault"), "What was wrong, place by place.")
_CONTENT = {
    "description": "Text in UTF-8, or bytes in base64 where it is none.",
    "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Base64"}],
}
_CONTENT_GIVEN = {
    "description": "Text, or bytes in base64.",
    "anyOf": [
        {"type": "string"},
        {"type": "object", "required": ["base64"], "properties": {"base64": {"type": "string"}}},
    ],
}
_LINE_PROPERTIES = {
    "position": _POSITION_TEXT,
    "agency": text("Whose it is."),
    "at": time("When it was first refused."),
    "state": _STATE,
    "reason": text("Why it was refused when last tried."),
    "detail": text("The same in a sentence."),
}
_REPLAY_PROPERTIES = {
    "position": _POSITION_TEXT,
    "version": _VERSION,
    "outcome": _OUTCOME,
    "reason": maybe(text("Why it was refused.")),
    "detail": maybe(text("The same in a sentence.")),
    "faults": _FAULTS,
}

SHAPES: dict[str, Schema] = {
    "DeadLetterLine": shape("A message that was not taken.", _LINE_PROPERTIES, _LINE),
    "DeadLetters": shape(
        "Some of the dead letters, by their first refusal.",
        {"deadLetters": list_of(ref("DeadLetterLine"), "The letters."), "next": NEXT},
        {"deadLetters": [_LINE], "next": None},
    ),
    "DeadLetterCounts": shape(
        "How many dead letters there are.",
        {
            "counts": list_of(
                shape(
                    "So many of an agency, in a state, for a reason.",
                    {
                        "agency": text("Whose they are."),
                        "state": _STATE,
                        "reason": text("Why they were refused when last tried."),
                        "count": count_of("So many."),
                    },
                    {"agency": "prison", "state": "waiting", "reason": "unknown-code", "count": 12},
                ),
                "By agency, state and reason.",
            )
        },
        {"counts": [{"agency": "prison", "state": "waiting", "reason": "unknown-code", "count": 12}]},
    ),
    "DeadLetter": shape(
        "A message that was not taken, with all that was done to it. What it says is read apart.",
        {
            **_LINE_PROPERTIES,
            "faults": _FAULTS,
            "versions": list_of(
                shape(
                    "A version.",
                    {"version": _VERSION, "at": time("When it was made."), "by": text("Who made it.")},
                    {"version": 0, "at": _TIME, "by": "prison"},
                ),
                "What the agency sent, then what operators made of it.",
            ),
            "history": list_of(
                shape(
                    "Something that was done to it.",
                    {
                        "number": count_of("From 0, its first refusal."),
                        "at": time("When."),
                        "by": text("Who: an operator, or `hub`."),
                        "what": {"enum": [each.value for each in What], "description": "What was done."},
                        "version": _VERSION,
                        "outcome": _MAYBE_OUTCOME,
                        "reason": maybe(text("Why it was refused.")),
                        "detail": maybe(text("The same in a sentence; or why it was discarded.")),
                        "faults": _FAULTS,
                        "job": maybe(text("The job that replayed it.")),
                    },
                    _STEP,
                ),
                "The oldest first.",
            ),
        },
        _LETTER,
    ),
    "Base64": shape("Bytes.", {"base64": text("In base64.")}, {"base64": "//4="}),
    "DeadLetterMessage": shape(
        "What a version of a dead letter says.",
        {
            "position": _POSITION_TEXT,
            "version": _VERSION,
            "headers": {"type": "object", "additionalProperties": _CONTENT, "description": "Its headers by name."},
            "body": {**_CONTENT, "anyOf": [*_CONTENT["anyOf"], {"type": "null"}]},
        },
        _MESSAGE,
    ),
    "Mend": {
        **shape(
            "What a dead letter shall say. What is left out stays as it is in the newest version.",
            {
                "headers": {
                    "type": "object",
                    "additionalProperties": {**_CONTENT_GIVEN, "anyOf": [*_CONTENT_GIVEN["anyOf"], {"type": "null"}]},
                    "maxProperties": 100,
                    "description": "Headers that change, by name; null takes one away.",
                },
                "body": {**_CONTENT_GIVEN, "anyOf": [*_CONTENT_GIVEN["anyOf"], {"type": "null"}]},
            },
            {"body": '{"names": {"surname": "Archer"}, "sex": "male"}'},
            "headers",
            "body",
        ),
        "minProperties": 1,
    },
    "Discard": shape(
        "Why a dead letter is given up.", {"why": _WHY}, {"why": "the prison has sent the admission again by itself"}
    ),
    "Replay": shape("What came of a replay.", _REPLAY_PROPERTIES, _REPLAY),
    "ReplayMany": shape(
        "Which dead letters are to be replayed, of those that wait.",
        {
            "filter": {
                **shape(
                    "All that is said must hold.",
                    {
                        "agency": text("Whose they are.", maxLength=80, pattern=PRINTABLE),
                        "reason": {
                            "enum": [each.value for each in Reason],
                            "description": "Why they were refused when last tried.",
                        },
                        "since": time("First refused then or later."),
                        "until": time("First refused before."),
                    },
                    {"agency": "prison", "reason": "unknown-code"},
                    "agency",
                    "reason",
                    "since",
                    "until",
                ),
                "minProperties": 1,
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST,
                "description": "So many at most, the oldest first; 10,000 unless told.",
            },
        },
        {"filter": {"agency": "prison", "reason": "unknown-code"}},
        "limit",
    ),
    "Replays": shape(
        "A job that replays, and some of what came of it, by position.",
        {"job": ref("Job"), "replays": list_of(ref("Replay"), "One for each letter so far."), "next": NEXT},
        {"job": JOB, "replays": [_REPLAY], "next": None},
    ),
}
