"""Per agency and record: what was released, what was applied, and how late; for operators."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.exchange.consulting import consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.people import People
from hub.ports import HeldId, HeldRow, RecordId
from hub.store.auditing import AuditStore
from hub.store.punctuality import PunctualityStore


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Some of what agencies were released. next: cursor of what comes after, None at the end. at: as of when, UTC."""

    held: list[HeldRow]
    next: str | None
    at: datetime


class Punctuality:
    """The use case. agencies: those that receive anything."""

    def __init__(
        self, store: PunctualityStore, people: People, audit: AuditStore, agencies: Collection[str], now: Clock
    ) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._agencies = agencies
        self._now = now

    async def of_person(self, operator: str, person: str, after: str | None, limit: int) -> HeldPage:
        """What every agency was last released of a person, whoever that is by now. The look is audited.

        Raises:
            Rejected: there is no such person, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, str, str, str, str)
        beyond = None if place is None else HeldId(str(place[0]), RecordId(*map(str, place[1:])))
        family = await self._people.family(person)
        rows = await self._store.of_persons(self._agencies, family, beyond, limit + 1)
        found, now = rows[:limit], self._now()
        await self._audit.note([consultation(now, operator, "receipts", person)])
        last = found[-1].id if len(rows) > limit else None
        return HeldPage(found, cursor_of((last.agency, *last.record) if last else None), now)


def late_s(row: HeldRow, now: datetime) -> float:
    """Seconds beyond its deadline: until the last delivery was applied, or until now while it is not."""
    if row.last_due is None:
        return 0.0
    applied = row.applied_at if (row.applied_number or 0) >= row.number else None
    return max(0.0, ((applied or now) - row.last_due).total_seconds())
