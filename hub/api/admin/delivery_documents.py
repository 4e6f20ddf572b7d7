"""How far agencies are, as operators are shown it: by their API, and by `--json`."""

from datetime import datetime
from typing import Any

from hub.exchange.deliveries import Progress
from hub.exchange.positions import Positions
from hub.exchange.punctuality import late_s
from hub.exchange.retries import ParkedDelivery
from hub.ports import HeldRow, InputPosition, RecordId
from hub.store.alerts import AlertRow
from hub.store.deliveries import Unacknowledged, Waiting


def progress_document(progress: Progress) -> dict[str, Any]:
    """`Deliveries` of the API description."""
    state, registered = progress.state, progress.registered
    return {
        "agency": progress.agency,
        "delivery": progress.delivery,
        "suspended": registered.suspended if registered else None,
        "inputPaused": registered.paused if registered else None,
        "owed": _waiting(state.owed),
        "delivered": {"last": state.number, "at": state.delivered},
        "unpublished": _waiting(state.unpublished),
        "unacknowledged": _waiting(state.unacknowledged),
        "acknowledged": {"last": state.acknowledged, "at": state.acknowledged_at},
        "lag": {"seconds": round(progress.lag_s, 3), "records": progress.lag_records},
        "withheld": state.withheld,
        "rejected": state.rejected,
        "parked": state.parked,
    }


def unacknowledged_document(waiting: Unacknowledged) -> dict[str, Any]:
    """`UnacknowledgedDelivery` of the API description."""
    return {
        "number": waiting.number,
        "changed": waiting.changed,
        "delivered": waiting.delivered,
        "due": waiting.due,
        "record": record_document(waiting.record),
    }


def release_held_document(row: HeldRow, now: datetime) -> dict[str, Any]:
    """`ReleaseHeld` of the API description."""
    applied = {"number": row.applied_number, "at": row.applied_at, "agrees": row.applied_digest == row.digest}
    return {
        "agency": row.id.agency,
        "record": record_document(row.id.record),
        "number": row.number,
        "withdrawn": row.withdrawn,
        "changed": row.since,
        "delivered": row.delivered,
        "due": row.last_due,
        "applied": applied if row.applied_number else None,
        "late": round(late_s(row, now), 3),
    }


def parked_document(parked: ParkedDelivery) -> dict[str, Any]:
    """`ParkedDelivery` of the API description."""
    return {
        "number": parked.number,
        "record": record_document(parked.record),
        "since": parked.since,
        "faults": [{"path": each.path, "rule": each.rule, "detail": each.detail} for each in parked.faults],
        "retried": parked.retried,
    }


def retry_document(agency: str, number: int, record: RecordId) -> dict[str, Any]:
    """`Retried` of the API description."""
    return {"agency": agency, "number": number, "record": record_document(record)}


def alert_document(alert: AlertRow) -> dict[str, Any]:
    """`Alert` of the API description."""
    seen = {"at": alert.acknowledged, "by": alert.acknowledged_by, "reason": alert.reason}
    return {
        "id": alert.id,
        "agency": alert.agency,
        "why": alert.why,
        "state": alert.state,
        "record": record_document(alert.record),
        "number": alert.number or None,
        "review": alert.review or None,
        "due": alert.due,
        "raised": alert.raised,
        "acknowledged": seen if alert.acknowledged else None,
        "closed": {"at": alert.closed, "by": alert.closed_by} if alert.closed else None,
    }


def positions_document(positions: Positions) -> dict[str, Any]:
    """`Positions` of the API description."""
    inputs = positions.inputs
    return {
        "inputs": None if inputs is None else [_input(each) for each in inputs],
        "outputs": [_output(each) for each in positions.outputs],
    }


def record_document(record: RecordId) -> dict[str, Any]:
    """`RecordNamed` of the API description."""
    return record._asdict()


def _input(position: InputPosition) -> dict[str, Any]:
    return {**position._asdict(), "lag": position.lag}


def _output(progress: Progress) -> dict[str, Any]:
    state = progress.state
    return {
        "agency": progress.agency,
        "published": state.published,
        "acknowledged": state.acknowledged,
        "at": state.acknowledged_at,
        "lag": state.unacknowledged.count,
    }


def _waiting(waiting: Waiting) -> dict[str, Any]:
    return {"count": waiting.count, "oldest": waiting.oldest}
