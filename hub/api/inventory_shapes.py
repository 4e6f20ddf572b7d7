"""Inventories, as agencies send them and are answered."""

from hub.api.shaping import Schema, count_of, ref, shape, text
from hub.domain.inventory import BUCKETS, Difference

_ID = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
_RECORD = {"person": _ID, "type": "assessment", "key": "9630348"}

_BUCKET = text("Three lower-case hex digits.", pattern="^[0-9a-f]{3}$")
_DIGEST_TEXT = text("SHA-256, 64 lower-case hex digits.", pattern="^[0-9a-f]{64}$")
_AS_OF = count_of("Every delivery up to this number has been read, and applied or parked; 0 before the first.")
_TYPES: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Record types."}
_NAMES: Schema = {
    "person": text("The hub's id of the person, as the release says."),
    "type": text("Record type."),
    "key": text("Key of the record, as the release says."),
}
_HEADER = {"asOf": 4711, "types": ["offender", "assessment"]}
_OPENED = {"inventory": _ID, "asOf": 4711, "buckets": 1024, "differing": 1}
_COUNTS = {"missing": 1, "stale": 0, "diverging": 0, "unknown": 0}
_COMPARED = {"inventory": _ID, **_COUNTS, "inFlight": 0, "parked": 0, "awaited": 0}
COUNTED: Schema = {
    "missing": count_of("Delivered, and not held."),
    "stale": count_of("Held as an older delivery said it."),
    "diverging": count_of("Held otherwise than the delivery that was applied says it."),
    "unknown": count_of("Held, though withdrawn or never released."),
}
"""How many records differ, by kind."""


def _one_of(description: str, *names: str) -> Schema:
    return {"description": description, "oneOf": [ref(name) for name in names]}


SHAPES: dict[str, Schema] = {
    "InventoryHeader": shape("What an inventory is about.", {"asOf": _AS_OF, "types": _TYPES}, _HEADER),
    "BucketDigest": shape(
        f"One of {BUCKETS} buckets of records.",
        {"bucket": _BUCKET, "digest": _DIGEST_TEXT},
        {"bucket": "0a3", "digest": _DIGEST},
    ),
    "InventoryGiven": _one_of("The first line, or one of the others.", "InventoryHeader", "BucketDigest"),
    "InventoryOpened": shape(
        "An inventory whose buckets have been compared.",
        {
            "inventory": text("Its id."),
            "asOf": _AS_OF,
            "buckets": count_of("How many buckets it named."),
            "differing": count_of("How many differ."),
        },
        _OPENED,
    ),
    "DifferingBucket": shape("A bucket whose records are to be brought.", {"bucket": _BUCKET}, {"bucket": "0a3"}),
    "InventoryLine": _one_of("The first line, or one of the others.", "InventoryOpened", "DifferingBucket"),
    "RecordsHeader": shape(
        "The buckets whose records follow, all of them.",
        {"buckets": {"type": "array", "items": _BUCKET, "minItems": 1, "description": "Buckets that differ."}},
        {"buckets": ["0a3"]},
    ),
    "HeldRecord": shape(
        "A record as you hold it.",
        {
            **_NAMES,
            "number": {
                "type": ["integer", "null"],
                "minimum": 1,
                "description": "The last delivery of it that you applied or are applying; null where you cannot say.",
            },
            "digest": _DIGEST_TEXT,
        },
        {**_RECORD, "number": 4708, "digest": _DIGEST},
    ),
    "RecordGiven": _one_of("The first line, or one of the others.", "RecordsHeader", "HeldRecord"),
    "InventoryCompared": shape(
        "What the records came to.",
        {
            "inventory": text("The inventory."),
            **COUNTED,
            "inFlight": count_of("Passed over: a newer delivery of them is on its way, or was when you read."),
            "parked": count_of("Passed over: you have said that you could not apply their last delivery."),
            "awaited": count_of("Buckets whose records have not come yet."),
        },
        _COMPARED,
    ),
    "RecordDiffers": shape(
        "A record that differs, and is owed to you again.",
        {**_NAMES, "difference": {"enum": [each.value for each in Difference], "description": "How."}},
        {**_RECORD, "difference": "missing"},
    ),
    "DifferenceLine": _one_of("The first line, or one of the others.", "InventoryCompared", "RecordDiffers"),
}
"""Name -> schema, under `components/schemas` of the API description."""
