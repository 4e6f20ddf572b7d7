"""How far agencies are, as operators see it."""

from hub.api.shaping import NEXT, Schema, count_of, list_of, maybe, ref, shape, text, time
from hub.store.deliveries import COUNTED

_TIME = "2026-03-01T09:30:00.250000Z"
_RECORD = {"person": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "type": "assessment", "key": "9630348"}
_NONE = {"count": 0, "oldest": None}
_DELIVERIES = {
    "agency": "prison",
    "delivery": "stream",
    "suspended": False,
    "inputPaused": None,
    "owed": {"count": 3, "oldest": _TIME},
    "delivered": {"last": 4711, "at": _TIME},
    "unpublished": _NONE,
    "unacknowledged": {"count": 2, "oldest": _TIME},
    "acknowledged": {"last": 4709, "at": _TIME},
    "lag": {"seconds": 12.5, "records": 5},
    "withheld": 1,
    "rejected": 0,
    "parked": 1,
}
_UNACKNOWLEDGED = {"number": 4710, "changed": _TIME, "delivered": _TIME, "due": _TIME, "record": _RECORD}
_HELD = {
    "agency": "prison",
    "record": _RECORD,
    "number": 4710,
    "withdrawn": False,
    "changed": _TIME,
    "delivered": _TIME,
    "due": _TIME,
    "applied": {"number": 4709, "at": _TIME, "agrees": False},
    "late": 0.0,
}
_FAULT = {"path": "/names/0/surname", "rule": "maxLength", "detail": "holds at most 35 characters"}
_PARKED = {"number": 4708, "record": _RECORD, "since": _TIME, "faults": [_FAULT], "retried": None}
_INPUT = {"agency": "prison", "partition": 0, "start": 0, "end": 5120, "committed": 5118, "lag": 2}
_OUTPUT = {"agency": "prison", "published": 4711, "acknowledged": 4709, "at": _TIME, "lag": 2}


def _waiting(description: str) -> Schema:
    return shape(
        description,
        {"count": _counted("How many."), "oldest": maybe(time("Since when the oldest waits; null where none does."))},
        _NONE,
    )


def _counted(description: str) -> Schema:
    return {**count_of(f"{description} {COUNTED:,} means so many or more."), "maximum": COUNTED}


def _last(description: str, at: str) -> Schema:
    return shape(description, {"last": count_of("Its number; 0 before the first."), "at": maybe(time(at))}, _NUMBERED)


_NUMBERED = {"last": 4711, "at": _TIME}
_OF_DELIVERIES: Schema = {
    "agency": text("The agency."),
    "delivery": {"enum": ["stream", "feed", None], "description": "How it is served; null where it has no contract."},
    "suspended": {
        "type": ["boolean", "null"],
        "description": "Whether it is suspended; null where it is not registered.",
    },
    "inputPaused": maybe(time("Since when its input is paused for sending nothing but rubbish.")),
    "owed": _waiting("Records whose current release it may not have yet."),
    "delivered": _last("The last delivery. Numbers are given out one by one: so many there have been.", "When."),
    "unpublished": _waiting("Deliveries that are not on its topic yet."),
    "unacknowledged": _waiting("Records whose last delivery it can have, and has not acknowledged."),
    "acknowledged": _last("The highest delivery it has acknowledged.", "When that receipt came."),
    "lag": shape(
        "How far it is behind, in what it is owed, not published and not acknowledged.",
        {
            "seconds": {"type": "number", "minimum": 0, "description": "Age of the oldest."},
            "records": count_of("How many."),
        },
        _DELIVERIES["lag"],
    ),
    "withheld": _counted("Records that limited access keeps back."),
    "rejected": _counted("Dead letters that wait to be mended."),
    "parked": _counted("Records of which it could not apply the last delivery it spoke of."),
}

SHAPES: dict[str, Schema] = {
    "RecordNamed": shape(
        "A shared record.",
        {
            "person": text("The hub's id of the person."),
            "type": text("Record type."),
            "key": text('Key among the person\'s records; "-" for the offender record.'),
        },
        _RECORD,
    ),
    "Deliveries": shape("How far one agency is.", _OF_DELIVERIES, _DELIVERIES),
    "AllDeliveries": shape(
        "How far agencies are, by name.",
        {"agencies": list_of(ref("Deliveries"), "The agencies."), "next": NEXT},
        {"agencies": [_DELIVERIES], "next": None},
    ),
    "UnacknowledgedDelivery": shape(
        "A delivery the agency can have, and has not acknowledged, nor a later one of its record.",
        {
            "number": {"type": "integer", "minimum": 1, "description": "Its number."},
            "changed": time("When the change that it carries was committed."),
            "delivered": time("When it got its number."),
            "due": maybe(time("By when the agency must have applied it; null where its contract sets no deadline.")),
            "record": ref("RecordNamed"),
        },
        _UNACKNOWLEDGED,
    ),
    "ReleaseHeld": shape(
        "What an agency was last released of a record, and what it says it applied.",
        {
            "agency": text("The agency."),
            "record": ref("RecordNamed"),
            "number": {"type": "integer", "minimum": 1, "description": "The last delivery of the record."},
            "withdrawn": {"type": "boolean", "description": "Whether it says that the record is gone."},
            "changed": time("When the change that it carries was committed."),
            "delivered": time("When it got its number."),
            "due": maybe(time("By when it must be applied; null where the contract sets no deadline.")),
            "applied": {
                "type": ["object", "null"],
                "description": "The agency's last receipt for the record; null before the first.",
                "required": ["number", "at", "agrees"],
                "properties": {
                    "number": {"type": "integer", "minimum": 1, "description": "The delivery it applied."},
                    "at": time("When the receipt came."),
                    "agrees": {
                        "type": "boolean",
                        "description": "Whether the digest it computed is that of the last delivery.",
                    },
                },
                "additionalProperties": False,
            },
            "late": {
                "type": "number",
                "minimum": 0,
                "description": "Seconds beyond `due`: until the receipt for the last delivery, or until now.",
            },
        },
        _HELD,
    ),
    "ReleasesHeld": shape(
        "Who was released what of a person.",
        {"releases": list_of(ref("ReleaseHeld"), "By agency and record."), "next": NEXT},
        {"releases": [_HELD], "next": None},
    ),
    "AgencyDeliveries": shape(
        "How far one agency is, with what waits longest for its word.",
        {
            **_OF_DELIVERIES,
            "longest": list_of(ref("UnacknowledgedDelivery"), "Not acknowledged, the oldest delivery first."),
            "next": NEXT,
        },
        {**_DELIVERIES, "longest": [_UNACKNOWLEDGED], "next": None},
    ),
    "ParkedDelivery": shape(
        "A delivery that the agency could not apply, as it says itself.",
        {
            "number": {"type": "integer", "minimum": 1, "description": "Its number."},
            "record": ref("RecordNamed"),
            "since": time("When the agency said so."),
            "faults": list_of(ref("Fault"), "Why: places in the release's body, and rules; the agency's own words."),
            "retried": maybe(time("When an operator last had the record delivered again.")),
        },
        _PARKED,
    ),
    "ParkedDeliveries": shape(
        "Some of what an agency has parked, by number.",
        {"parked": list_of(ref("ParkedDelivery"), "One for each record at most."), "next": NEXT},
        {"parked": [_PARKED], "next": None},
    ),
    "Retried": shape(
        "A record that is delivered again.",
        {
            "agency": text("To this agency."),
            "number": {"type": "integer", "minimum": 1, "description": "The number that was parked."},
            "record": ref("RecordNamed"),
        },
        {"agency": "prison", "number": 4708, "record": _RECORD},
    ),
    "InputPosition": shape(
        "How far the hub has read one partition of what an agency sends.",
        {
            "agency": text("The agency."),
            "partition": count_of("The partition."),
            "start": count_of("Offset of the first message that is there."),
            "end": count_of("Offset of the next message to come."),
            "committed": maybe(count_of("Offset of the next message the hub will take; null before the first.")),
            "lag": count_of("Messages the hub has still to take."),
        },
        _INPUT,
    ),
    "OutputPosition": shape(
        "How far an agency has got in what the hub delivers.",
        {
            "agency": text("The agency."),
            "published": count_of("The last number it can have."),
            "acknowledged": count_of("The highest number it has acknowledged; 0 before the first."),
            "at": maybe(time("When that receipt came.")),
            "lag": _counted("Records whose last delivery it can have, and has not acknowledged."),
        },
        _OUTPUT,
    ),
    "Positions": shape(
        "Who has read how far.",
        {
            "inputs": {
                "type": ["array", "null"],
                "items": ref("InputPosition"),
                "description": "The hub, by agency and partition; null where it has no broker.",
            },
            "outputs": list_of(ref("OutputPosition"), "The agencies, by name."),
        },
        {"inputs": [_INPUT], "outputs": [_OUTPUT]},
    ),
}
