"""Open reviews for operators: which two local ids may be one person, why nobody could decide, and since when."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.domain.identifiers import strong_scheme
from hub.domain.joining import Pair
from hub.domain.recognition import dates_agree, names_agree
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.pairs import pair_id, pair_named
from hub.exchange.people import People
from hub.exchange.prepare import features
from hub.ports import Seal
from hub.store.auditing import AuditStore
from hub.store.reviews import Question, ReviewPlace, ReviewRow, ReviewStore, Side

_WHO = ("names", "formerNames", "aliases", "dateOfBirth", "dateOfDeath", "sex", "identifiers", "addresses")
"""What of an offender record tells who it is."""
_REVIEW = "r"
_NONE_OPEN = "no such review is open"


@dataclass(frozen=True, slots=True)
class ReviewedId:
    """One of the two: an agency's local id, and the person it belongs to while nobody has decided."""

    agency: str
    local_id: str
    person: str


@dataclass(frozen=True, slots=True)
class Review:
    """id: names the two. doubt: as `hub.domain.recognition.Doubt` names it. since: UTC."""

    id: str
    one: ReviewedId
    other: ReviewedId
    doubt: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews, the oldest first. next: the cursor to read on from, None at the end."""

    reviews: list[Review]
    next: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A review to be decided. one, other: what each agency now says of who it is; None where that is withdrawn.

    names, dates: whether some name, some date of birth of both agree; None where one side says none.
    identifiers: strong numbers that both say: scheme, canonical form, and whether both are verified.
    """

    review: Review
    one: Json
    other: Json
    names: bool | None
    dates: bool | None
    identifiers: list[tuple[str, str, bool]]


def review_id(pair: Pair) -> str:
    """How a review is asked for."""
    return pair_id(_REVIEW, pair)


def pair_of_review(review: str) -> Pair:
    """The way back. Raises `Rejected`: it is the id of no review."""
    return pair_named(_REVIEW, review, _NONE_OPEN)


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

    async def check_open(self, review: str) -> None:
        """Raises `Rejected`: no such review is open."""
        if await self._store.between(pair_of_review(review)) is None:
            raise Rejected(Reason.NOT_FOUND, _NONE_OPEN)

    async def read(self, operator: str, review: str) -> Asked:
        """One open review with both sides, and what speaks for and against. The look is audited.

        Raises:
            Rejected: no such review is open.
            Unavailable, Halt: from the store.
        """
        question = await self._store.between(pair_of_review(review))
        if question is None:
            raise Rejected(Reason.NOT_FOUND, _NONE_OPEN)
        row, now = question.review, self._now()
        concerned = sorted({row.one.person, row.other.person})
        await self._audit.note([consultation(now, operator, "review", each, ("offender", "-")) for each in concerned])
        one, other = (self._said(side, question) for side in (row.one, row.other))
        first, second = features(one or {}), features(other or {})
        names, dates = names_agree(first.names, second.names), dates_agree(first.dates, second.dates)
        return Asked(self._opened(row), one, other, names, dates, _in_common(one, other))

    def _said(self, side: Side, question: Question) -> Json:
        sealed = question.said.get(side.key)
        if sealed is None:
            return None
        body = orjson.loads(self._seal.open(f"local:{side.key}", sealed))
        return {name: body[name] for name in _WHO if name in body}

    def _opened(self, row: ReviewRow) -> Review:
        return Review(
            review_id((row.one.key, row.other.key)), self._side(row.one), self._side(row.other), row.doubt, row.since
        )

    def _side(self, side: Side) -> ReviewedId:
        return ReviewedId(side.agency, self._seal.open(f"local:{side.key}", side.sealed).decode(), side.person)


def _in_common(one: Json, other: Json) -> list[tuple[str, str, bool]]:
    first, second = _numbers(one), _numbers(other)
    return [(*number, first[number] and second[number]) for number in sorted(first.keys() & second.keys())]


def _numbers(said: Json) -> dict[tuple[str, str], bool]:
    """Strong numbers: scheme and canonical form -> whether it is verified."""
    numbers: dict[tuple[str, str], bool] = {}
    for each in (said or {}).get("identifiers") or ():
        scheme = strong_scheme(each["scheme"])
        if scheme and each.get("canonical"):
            number = scheme, each["canonical"]
            numbers[number] = numbers.get(number, False) or each["verified"]
    return numbers
