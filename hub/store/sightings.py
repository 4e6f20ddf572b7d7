"""Deliveries that a named member of staff must have seen: which, by when, and who has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.submission import micros
from hub.ports import AuditRow, HeldRow, RecordId
from hub.store.awaiting import due_after, still_to_be_seen
from hub.store.bulk import delete_rows, execute_many, insert_rows, upsert
from hub.store.rows import audit_values
from hub.store.tables import audit, sighting


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an agency says: by whom a delivery of a record was seen, and when (UTC)."""

    number: int
    record: RecordId
    by: str
    at: datetime


async def to_be_seen(connection: AsyncConnection, deliveries: Sequence[HeldRow]) -> None:
    """Wait until somebody has seen what must be seen of these, and no longer for what need not be."""
    waited_for = [
        {**_named(row), "number": row.number, "due": due, "awaited": row.number, "last_due": due}
        for row in deliveries
        if row.seen_due is not None and (due := micros(row.seen_due))
    ]
    await upsert(connection, sighting, waited_for, merge=still_to_be_seen)
    await delete_rows(connection, sighting, [_named(row) for row in deliveries if row.seen_due is None])


async def note_seen(connection: AsyncConnection, agency: str, seen: Sequence[Sighting], at: datetime) -> None:
    """Note who has seen what, in the audit too; an older sighting than there is stays without effect but there."""
    rows = [
        {
            "of": each.record.person,
            "what": each.record.type,
            "named": each.record.key,
            "settled": each.number,
            "who": each.by,
            "when": micros(each.at),
        }
        for each in sorted(seen, key=lambda each: (each.record, each.number))
    ]
    await execute_many(connection, _SEEN.where(sighting.c.agency == agency), rows)
    entries = [AuditRow(at, "seen", each.by, agency, *each.record, reference=str(each.number)) for each in seen]
    await insert_rows(connection, audit, [audit_values(entry) for entry in entries])


_SEEN = (
    update(sighting)
    .where(
        sighting.c.person == bindparam("of"),
        sighting.c.type == bindparam("what"),
        sighting.c.key == bindparam("named"),
        or_(sighting.c.seen_number.is_(None), sighting.c.seen_number <= bindparam("settled")),
    )
    .values(
        seen_number=bindparam("settled"),
        seen_by=bindparam("who"),
        seen_at=bindparam("when"),
        **due_after(bindparam("settled", type_=BigInteger), sighting),
    )
)


def _named(row: HeldRow) -> dict[str, str]:
    return {"agency": row.id.agency, **row.id.record._asdict()}
