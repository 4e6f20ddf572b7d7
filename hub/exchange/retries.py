"""Parked deliveries for operators: what an agency could not apply and why, and having it delivered again."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from hub.clock import Clock
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.consulting import consultation
from hub.exchange.parked import owner
from hub.ports import AuditRow, RecordId, Seal
from hub.store.auditing import AuditStore
from hub.store.parked import ParkedRow, ParkedStore


@dataclass(frozen=True, slots=True)
class ParkedDelivery:
    """What an agency could not apply. since, retried: as in `hub.store.parked.ParkedRow`."""

    number: int
    record: RecordId
    since: datetime
    faults: tuple[Fault, ...]
    retried: datetime | None


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """Some of what is parked. last: the number after which there is more, None at the end."""

    parked: list[ParkedDelivery]
    last: int | None


class Retries:
    """The use case. Every method raises `Unavailable` or `Halt`. operator: who asks, for the audit."""

    def __init__(self, store: ParkedStore, audit: AuditStore, seal: Seal, now: Clock) -> None:
        self._store = store
        self._audit = audit
        self._seal = seal
        self._now = now

    async def listed(self, operator: str, agency: str, after: int, limit: int) -> ParkedPage:
        """What an agency has parked, by ascending number beyond `after`."""
        rows = await self._store.listed(agency, after, limit + 1)
        found = [self._opened(row) for row in rows[:limit]]
        now = self._now()
        looks = [
            consultation(now, operator, "parked deliveries", each.record.person, each.record[1:], agency)
            for each in found
        ]
        await self._audit.note(looks)
        return ParkedPage(found, found[-1].number if len(rows) > limit else None)

    async def retry(self, operator: str, agency: str, number: int) -> RecordId:
        """Have a parked record delivered again, under a new number, though it may not have changed.

        Raises:
            Rejected: `not-found` when nothing of that number is parked.
        """
        entry = AuditRow(self._now(), "parked-retried", operator, agency, "", "", "", str(number))
        record = await self._store.retry(agency, number, entry)
        if record is None:
            raise Rejected(Reason.NOT_FOUND, "the agency has parked no delivery of this number")
        return record

    def _opened(self, row: ParkedRow) -> ParkedDelivery:
        faults = orjson.loads(self._seal.open(owner(row.record), row.faults))
        return ParkedDelivery(row.number, row.record, row.since, tuple(Fault(**each) for each in faults), row.retried)
