"""What was decided of a person and holds: with whom they are one, from whom they are kept apart, by whom, and why."""

from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.domain.joining import Pair, pair_of
from hub.exchange.consulting import consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.pairs import pair_id, pair_named
from hub.exchange.people import People
from hub.exchange.resolve import Choice
from hub.exchange.reviews import ReviewedId
from hub.ports import Seal
from hub.store.auditing import AuditStore
from hub.store.reviews import Side
from hub.store.verdicts import VerdictFound, VerdictPlace, VerdictStore

_DECISION = "d"


@dataclass(frozen=True, slots=True)
class Decided:
    """id: names the two. one: of the person asked for. choice: `LINK` or `KEEP_APART`. by: the operator. at: UTC."""

    id: str
    one: ReviewedId
    other: ReviewedId
    choice: Choice
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """Some decisions, the newest first. next: the cursor to read on from, None at the end."""

    decisions: list[Decided]
    next: str | None


def pair_of_decision(decision: str) -> Pair:
    """Of whom it was decided. Raises `Rejected`: it is the id of no decision."""
    return pair_named(_DECISION, decision, "there is no such decision")


class StandingDecisions:
    """The use case."""

    def __init__(self, store: VerdictStore, people: People, audit: AuditStore, seal: Seal, now: Clock) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._seal = seal
        self._now = now

    async def of_person(self, operator: str, person: str, after: str | None, limit: int) -> DecidedPage:
        """What holds of a person, whoever that is by now. The look is audited.

        Raises:
            Rejected: there is no such person, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, int, str, str)
        beyond = VerdictPlace(*place) if place else None  # type: ignore[arg-type]  # checked by place_of
        family = await self._people.family(person)
        rows = await self._store.of_persons(family, beyond, limit + 1)
        found = rows[:limit]
        concerned = sorted({person, *(side.person for row in found for side in (row.one, row.other))})
        now = self._now()
        await self._audit.note([consultation(now, operator, "decisions", each) for each in concerned])
        last = found[-1].place if len(rows) > limit else None
        return DecidedPage([self._opened(row) for row in found], cursor_of(last))

    def _opened(self, row: VerdictFound) -> Decided:
        pair = pair_of(row.one.key, row.other.key)
        id_, why = pair_id(_DECISION, pair), self._seal.open(f"local:{pair[0]}", row.reason).decode()
        choice = Choice.KEEP_APART if row.apart else Choice.LINK
        return Decided(id_, self._side(row.one), self._side(row.other), choice, row.by, row.at, why)

    def _side(self, side: Side) -> ReviewedId:
        return ReviewedId(side.agency, self._seal.open(f"local:{side.key}", side.sealed).decode(), side.person)
