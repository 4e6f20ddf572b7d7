"""Open reviews for operators: which two local ids may be one person, why nobody could decide, and since when."""

from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.people import People
from hub.ports import Seal
from hub.store.auditing import AuditStore
from hub.store.reviews import ReviewPlace, ReviewRow, ReviewStore, Side


@dataclass(frozen=True, slots=True)
class ReviewedId:
    """One of the two: an agency's local id, and the person it belongs to while nobody has decided."""

    agency: str
    local_id: str
    person: str


@dataclass(frozen=True, slots=True)
class Review:
    """doubt: as `hub.domain.recognition.Doubt` names it. since: UTC."""

    one: ReviewedId
    other: ReviewedId
    doubt: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews, the oldest first. next: the cursor to read on from, None at the end."""

    reviews: list[Review]
    next: str | None


class OpenReviews:
    """The use case."""

    def __init__(self, store: ReviewStore, people: People, audit: AuditStore, seal: Seal, now: Clock) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._seal = seal
        self._now = now

    async def listed(
        self, operator: str, person: str | None, agency: str | None, after: str | None, limit: int
    ) -> ReviewPage:
        """Open reviews, of a person or of an agency's local ids if one is named.

        A page may be short of `limit` and yet not the last.

        Raises:
            Rejected: there is no such person, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, int, str, str)
        persons = None if person is None else await self._people.family(person)
        found = await self._store.listed(persons, agency, ReviewPlace(*place) if place else None, limit)  # type: ignore[arg-type]  # checked by place_of
        concerned = sorted({side.person for row in found.rows for side in (row.one, row.other)})
        now = self._now()
        await self._audit.note(
            [consultation(now, operator, "reviews", each, agency=agency or HUB) for each in concerned]
        )
        return ReviewPage([self._opened(row) for row in found.rows], cursor_of(found.next))

    def _opened(self, row: ReviewRow) -> Review:
        return Review(self._side(row.one), self._side(row.other), row.doubt, row.since)

    def _side(self, side: Side) -> ReviewedId:
        return ReviewedId(side.agency, self._seal.open(f"local:{side.key}", side.sealed).decode(), side.person)
