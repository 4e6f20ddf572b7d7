"""Reconciliations, as operators see them."""

from hub.api.inventory_shapes import COUNTED
from hub.api.shaping import NEXT, Schema, count_of, list_of, ref, shape, text, time
from hub.domain.inventory import Difference

_ID = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_COUNTS = {"missing": 1, "stale": 0, "diverging": 0, "unknown": 0}
_EXAMPLE = {
    "id": _ID,
    "agency": "prison",
    "at": "2026-03-01T09:30:00.250000Z",
    "asOf": 4711,
    "types": ["offender"],
    "buckets": {"given": 1024, "differing": 1, "awaited": 0},
    "differences": _COUNTS,
    "inFlight": 0,
    "parked": 0,
}
_RECORD = {"person": _ID, "type": "assessment", "key": "9630348"}
_DIFFERENCE = {"record": _RECORD, "difference": "missing", "healed": True}
_BUCKETS = {"given": 1024, "differing": 1, "awaited": 0}
_OF_RECONCILIATION: Schema = {
    "id": text("The inventory it came of."),
    "agency": text("Whose copy was compared."),
    "at": time("When the inventory came."),
    "asOf": count_of("Up to which delivery the agency had read."),
    "types": list_of({"type": "string"}, "The record types it was about."),
    "buckets": shape(
        "How many buckets of records.",
        {
            "given": count_of("That the agency named."),
            "differing": count_of("That were not as delivered."),
            "awaited": count_of("Of which the agency has not brought the records."),
        },
        _BUCKETS,
    ),
    "differences": shape("How many records differed.", COUNTED, _COUNTS),
    "inFlight": count_of("Records passed over because a newer delivery of them was on its way."),
    "parked": count_of("Records passed over because the agency has said that it could not apply them."),
}

SHAPES: dict[str, Schema] = {
    "Reconciliation": shape("An agency's copy, held against what it was delivered.", _OF_RECONCILIATION, _EXAMPLE),
    "Reconciliations": shape(
        "Reconciliations, the newest first.",
        {"reconciliations": list_of(ref("Reconciliation"), "Some of them."), "next": NEXT},
        {"reconciliations": [_EXAMPLE], "next": None},
    ),
    "FoundDifference": shape(
        "A record that differed and was owed again.",
        {
            "record": ref("RecordNamed"),
            "difference": {"enum": [each.value for each in Difference], "description": "How."},
            "healed": {
                "type": "boolean",
                "description": "Whether the agency has since acknowledged what it was sent because of it.",
            },
        },
        _DIFFERENCE,
    ),
    "OneReconciliation": shape(
        "A reconciliation with the records that differed, by their names only.",
        {**_OF_RECONCILIATION, "found": list_of(ref("FoundDifference"), "By name."), "next": NEXT},
        {**_EXAMPLE, "found": [_DIFFERENCE], "next": None},
    ),
}
"""Name -> schema, under `components/schemas` of the API description."""
