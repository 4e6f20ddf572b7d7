"""Conflicts, as operators are shown them: by their API, and by `--json`."""

from typing import Any

from hub.api.admin.delivery_documents import record_document
from hub.api.differences import opinions_document
from hub.exchange.conflicts import Conflict
from hub.exchange.differing import Difference, Past


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    """`Conflict` of the API description: nothing of what is said."""
    return {
        "record": record_document(conflict.record),
        "differences": [
            {
                "id": conflict.id_of(each),
                "path": each.path,
                "state": each.state.value,
                "since": each.since,
                "opinions": [{"agencies": list(held.agencies), "since": held.since} for held in each.opinions],
            }
            for each in conflict.differences
        ],
    }


def conflict_asked_document(conflict: Conflict, difference: Difference) -> dict[str, Any]:
    """`ConflictAsked` of the API description: one place whole."""
    said = zip(difference.opinions, opinions_document(difference), strict=True)
    return {
        "id": conflict.id_of(difference),
        "record": record_document(conflict.record),
        "path": difference.path,
        "state": difference.state.value,
        "since": difference.since,
        "opinions": [{"name": opinion.name, **document} for opinion, document in said],
        "rulings": [_past_document(each) for each in difference.rulings],
    }


def _past_document(past: Past) -> dict[str, Any]:
    back = {"by": past.over_by, "at": past.over_at, "why": past.over_why}
    return {
        "id": past.id,
        "by": past.by,
        "at": past.at,
        "why": past.why,
        "holds": past.holds,
        "takenBack": None if past.over_at is None else back,
    }
