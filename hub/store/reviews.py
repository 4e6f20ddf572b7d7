"""Open reviews: pairs of local ids that may be one person, and somebody must look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Label, Row, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.joining import Pair
from hub.domain.submission import Order
from hub.store.columns import among
from hub.store.engine import reading
from hub.store.tables import assertion, local_id, review, settled, standing
from hub.store.times import from_micros

EXAMINED = 5_000
"""Reviews looked at for one page of an agency's: a page may then be short, and not the last."""


class ReviewPlace(NamedTuple):
    """A place among the reviews, the oldest first: microseconds since when it is open, and its local keys."""

    since: int
    one: str
    other: str


class Side(NamedTuple):
    """One of the two. person: whose the local id is now. sealed: the local id."""

    key: str
    agency: str
    person: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """doubt: why nobody could decide, as `hub.domain.recognition.Doubt` names it. since: UTC."""

    one: Side
    other: Side
    doubt: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Reviews:
    """Some reviews, the oldest first. next: where to look on, None when there is nothing beyond."""

    rows: list[ReviewRow]
    next: ReviewPlace | None


@dataclass(frozen=True, slots=True)
class Question:
    """A review with what the two agencies now say. said: local key -> sealed offender record, None when withdrawn.

    history: where both are one local id, all that was ever said of it. settled: what somebody found right of that.
    """

    review: ReviewRow
    said: Mapping[str, bytes | None]
    history: Sequence[tuple[Order, bytes | None]] = ()
    settled: Order | None = None


class ReviewStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(
        self, persons: Collection[str] | None, agency: str | None, after: ReviewPlace | None, limit: int
    ) -> Reviews:
        """Open reviews of these persons, of this agency's local ids, or all (None), beyond a place."""
        async with reading(self._engine) as connection:
            keys = None if persons is None else await keys_of(connection, persons)
            candidates = _candidates(keys, after)
            window = candidates.limit(EXAMINED if agency else limit + 1).subquery()
            rows = (await connection.execute(_with_sides(window, agency).limit(limit + 1))).all()
            if len(rows) > limit:
                last = rows[limit - 1]
                return Reviews([_row(row) for row in rows[:limit]], ReviewPlace(last.since, last.one, last.other))
            beyond = candidates.offset(EXAMINED - 1).limit(1)
            end = (await connection.execute(beyond)).first() if agency else None
            return Reviews([_row(row) for row in rows], ReviewPlace(end.since, end.one, end.other) if end else None)

    async def between(self, pair: Pair) -> Question | None:
        """The open review of two local ids, with all that stands of both; None when none is open."""
        async with reading(self._engine) as connection:
            of_pair = select(review).where(review.c.one == pair[0], review.c.other == pair[1]).subquery()
            row = (await connection.execute(_with_sides(of_pair, None))).first()
            if row is None:
                return None
            standing_ = select(standing.c.local, assertion.c.body).join(
                assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id)
            )
            offenders = standing_.where(among(standing.c.local, pair), standing.c.type == "offender")
            said = {each.local: each.body for each in await connection.execute(offenders)}
            if row.one != row.other:
                return Question(_row(row), said)
            history = [(_order(each), each.body) for each in await connection.execute(_history(row.one))]
            found = (await connection.execute(select(settled).where(settled.c.local == row.one))).first()
            return Question(_row(row), said, history, _order(found) if found else None)


async def keys_of(connection: AsyncConnection, persons: Collection[str]) -> list[str]:
    """The keys of these persons' local ids."""
    found = await connection.execute(select(local_id.c.key).where(among(local_id.c.person, persons)))
    return list(found.scalars())


def _candidates(keys: Collection[str] | None, after: ReviewPlace | None) -> Select[Any]:
    query = select(review).order_by(review.c.since, review.c.one, review.c.other)
    if keys is not None:
        query = query.where(or_(among(review.c.one, keys), among(review.c.other, keys)))
    if after is not None:
        query = query.where(tuple_(review.c.since, review.c.one, review.c.other) > tuple_(*after))
    return query


def _with_sides(window: Any, agency: str | None) -> Select[Any]:  # noqa: ANN401 - a subquery of `review`
    one, other = local_id.alias("of_one"), local_id.alias("of_other")
    query = select(window, *of_side("one", one), *of_side("other", other))
    query = query.join(one, one.c.key == window.c.one).join(other, other.c.key == window.c.other)
    if agency is not None:
        query = query.where(or_(one.c.agency == agency, other.c.agency == agency))
    return query.order_by(window.c.since, window.c.one, window.c.other)


def of_side(name: str, side: FromClause) -> list[Label[Any]]:
    """What a `Side` is made of, each column under the name of the side."""
    return [side.c[each].label(f"{name}_{each}") for each in ("agency", "person", "sealed")]


def _history(local: str) -> Select[Any]:
    """All offender records that were ever said of a local id."""
    columns = (assertion.c.micros, assertion.c.sequence, assertion.c.id, assertion.c.body)
    of_local = and_(standing.c.local == local, standing.c.type == "offender")
    return select(*columns).join(standing, standing.c.slot == assertion.c.slot).where(of_local)


def _order(row: Row[Any]) -> Order:
    return Order(row.micros, row.sequence, row.id)


def _row(row: Row[Any]) -> ReviewRow:
    one = Side(row.one, row.one_agency, row.one_person, row.one_sealed)
    other = Side(row.other, row.other_agency, row.other_person, row.other_sealed)
    return ReviewRow(one, other, row.doubt, from_micros(row.since))
