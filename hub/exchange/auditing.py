"""Searching the audit: who did what with whose data, and when. That somebody searched stands in it, too."""

from dataclasses import dataclass, replace

from hub.clock import Clock
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.people import People
from hub.ports import AuditRow
from hub.store.auditing import AuditPlace, AuditStore, Sought


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, the newest first. next: the cursor to read on from, None at the end."""

    entries: list[AuditRow]
    next: str | None


class Auditing:
    """The use case."""

    def __init__(self, store: AuditStore, people: People, now: Clock) -> None:
        self._store = store
        self._people = people
        self._now = now

    async def search(
        self, operator: str, person: str | None, sought: Sought, after: str | None, limit: int
    ) -> AuditPage:
        """Entries about a person (under whatever id that person had), if one is named, and as sought.

        A page may be short of `limit` and yet not the last.

        Raises:
            Rejected: there is no such person, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, int, int)
        if person is not None:
            sought = replace(sought, persons=await self._people.family(person))
        found = await self._store.search(sought, AuditPlace(*place) if place else None, limit)  # type: ignore[arg-type]  # checked by place_of
        await self._store.note(
            [consultation(self._now(), operator, "audit", person or "", agency=sought.agency or HUB)]
        )
        return AuditPage(found.entries, cursor_of(found.next))
