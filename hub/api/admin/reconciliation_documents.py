"""Reconciliations, as operators are shown them: by their API, and by `--json`."""

from typing import Any

from hub.store.reconciling import DifferenceRow, InventoryRow


def reconciliation_document(row: InventoryRow) -> dict[str, Any]:
    """`Reconciliation` of the API description."""
    return {
        "id": row.id,
        "agency": row.agency,
        "at": row.at,
        "asOf": row.as_of,
        "types": list(row.types),
        "buckets": {"given": row.buckets, "differing": len(row.differing), "awaited": len(row.awaited)},
        "differences": {kind.value: count for kind, count in row.counts.items()},
        "inFlight": row.in_flight,
        "parked": row.parked,
    }


def difference_document(row: DifferenceRow) -> dict[str, Any]:
    """`FoundDifference` of the API description."""
    return {"record": row.record._asdict(), "difference": row.kind.value, "healed": row.healed}
