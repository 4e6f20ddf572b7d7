"""Open reviews for operators: which two local ids may be one person, why nobody could decide, and since when."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.domain.identifiers import strong_scheme
from hub.domain.joining import Pair
from hub.domain.likelihood.score import Score
from hub.domain.recognition import dates_agree, names_agree
from hub.domain.replacement import replaced
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.describing import Describing
from hub.exchange.judging import Judging
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

    Where both are one local id that is described as somebody else than before, other is what was said before.

    names, dates: whether some name, some date of birth of both agree; None where one side says none.
    identifiers: strong numbers that both say: scheme, canonical form, and whether both are verified.
    score: how likely they are one person, field by field; None where one side says nothing.
    """

    review: Review
    one: Json
    other: Json
    names: bool | None
    dates: bool | None
    identifiers: list[tuple[str, str, bool]]
    score: Score | None


def review_id(pair: Pair) -> str:
    """How a review is asked for."""
    return pair_id(_REVIEW, pair)


def pair_of_review(review: str) -> Pair:
    """The way back. Raises `Rejected`: it is the id of no review."""
    return pair_named(_REVIEW, review, _NONE_OPEN)


class OpenReviews:
    """The use case."""

    def __init__(
        self,
        store: ReviewStore,
        people: People,
        audit: AuditStore,
        describing: Describing,
        judging: Judging,
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._describing = describing
        self._judging = judging
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
        one = self._said(row.one, question.said.get(row.one.key))
        before = self._before(question) if row.one == row.other else question.said.get(row.other.key)
        other = self._said(row.other, before)
        first, second = features(one or {}), features(other or {})
        names, dates = names_agree(first.names, second.names), dates_agree(first.dates, second.dates)
        asked = self._opened(row)
        score = self._score((asked.one, one), (asked.other, other))
        return Asked(asked, one, other, names, dates, _in_common(one, other), score)

    def _said(self, side: Side, sealed: bytes | None) -> Json:
        if sealed is None:
            return None
        body = self._body(side, sealed)
        return {name: body[name] for name in _WHO if name in body}

    def _body(self, side: Side, sealed: bytes) -> Json:
        return orjson.loads(self._seal.open(f"local:{side.key}", sealed))

    def _before(self, question: Question) -> bytes | None:
        """What was said of a local id before it was described as somebody else; None where it no longer is."""
        side, bodies = question.review.one, {order: sealed for order, sealed in question.history if sealed is not None}
        descriptions = [(order, features(self._body(side, sealed))) for order, sealed in bodies.items()]
        found = replaced(descriptions, question.settled)
        return bodies[found.before] if found else None

    def _score(self, *sides: tuple[ReviewedId, Json]) -> Score | None:
        described = [self._describing.traits(side.agency, side.local_id, said) for side, said in sides if said]
        return self._judging.score(*described) if len(described) == len(sides) else None

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
