"""How far agencies agree with what they were released, measured now and then, with a row for every day."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, case, distinct, func, not_, null, or_, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.store.bulk import upsert
from hub.store.engine import reading, writing
from hub.store.tables import (
    DIFFERING,
    announced,
    assertion,
    convergence,
    filled,
    held,
    local_id,
    record,
    review,
    risk_review,
    sighting,
    standing,
)
from hub.store.times import from_micros

_MICRO = timedelta(microseconds=1)


class Property(NamedTuple):
    """A property of the specification that an agency was seen to say."""

    agency: str
    type: str
    property: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A standing assertion. body: sealed."""

    agency: str
    local: str
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of what an agency holds: how many records there are, how many agree, since when the oldest of the rest does not.

    A record agrees when the digest the agency computed is that of its last release. conflicts: contested records that
    it holds. reviews: open ones on a local id of its own, or on a level of risk that are put to it.
    """

    records: int = 0
    agreeing: int = 0
    oldest: datetime | None = None
    conflicts: int = 0
    reviews: int = 0


@dataclass(frozen=True, slots=True)
class Risks:
    """What somebody of an agency's staff must see, by its contract: how much, and how much has been seen as it is now.

    staff: by how many. slowest: the longest time from the commit of a change until it was seen.
    """

    risks: int = 0
    seen: int = 0
    staff: int = 0
    slowest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Announcements:
    """Of what an agency was told is to happen to people at risk.

    late: of these, what it was told too late, or when the day had passed. missed: releases that it was not told of.
    """

    announced: int = 0
    late: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """An agency on a day, as last measured. properties: of the specification; filled: those it was seen to say;
    taken: those its contract lets it have.
    """

    agency: str
    day: date
    measured: datetime
    agreement: Agreement
    risks: Risks
    announcements: Announcements
    properties: int
    filled: int
    taken: int

    @property
    def agreed(self) -> float | None:
        """The share of records that agree; None where there are none."""
        return self.agreement.agreeing / self.agreement.records if self.agreement.records else None


class MeasuringStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def agreements(self) -> dict[str, Agreement]:
        """By agency, counted over all that agencies hold: one pass."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_AGREEMENT)).all()
            conflicts = await _counts(connection, _CONFLICTS)
            reviews = Counter(await _counts(connection, _REVIEWS)) + Counter(await _counts(connection, _RISK_REVIEWS))
        agencies = {row.agency: row for row in rows}
        return {name: _agreement(name, agencies.get(name), conflicts, reviews) for name in {*agencies, *reviews}}

    async def risks(self) -> dict[str, Risks]:
        """By agency, counted over all that must be seen."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(_RISKS)
            return {row.agency: Risks(row.risks, int(row.seen), row.staff, _span(row.slowest)) for row in rows}

    async def announcements(self, since: datetime) -> dict[str, Announcements]:
        """By agency, of the notices first given since then; counted by its local ids."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(_ANNOUNCEMENTS, {"since": micros(since)})
            return {row.agency: Announcements(int(row.given), int(row.late), int(row.missed)) for row in rows}

    async def sample(self, beyond: str, limit: int) -> list[Sample]:
        """So many standing assertions that come after a place among the slots, which are as good as random."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(_SAMPLE, {"beyond": beyond, "limit": limit})
            return [Sample(row.agency, row.local, row.type, row.body) for row in rows]

    async def seen(self, properties: Collection[Property], at: datetime) -> None:
        """Note properties that were seen to be said."""
        rows = [{**each._asdict(), "seen": micros(at)} for each in properties]
        async with writing(self._engine) as connection:
            await upsert(connection, filled, rows)

    async def properties(self, since: datetime) -> list[Property]:
        """Those seen since then."""
        query = select(filled.c.agency, filled.c.type, filled.c.property).where(filled.c.seen >= micros(since))
        async with reading(self._engine) as connection:
            return [Property(*row) for row in await connection.execute(query)]

    async def keep(self, measured: Sequence[Measured]) -> None:
        """Keep them as their day's."""
        async with writing(self._engine) as connection:
            await upsert(connection, convergence, [_values(each) for each in measured])

    async def history(self, since: date, agency: str | None = None) -> list[Measured]:
        """Every day from one on, by agency and day; of one agency, or all (None)."""
        async with reading(self._engine) as connection:
            return await measured_since(connection, since, agency)


async def measured_since(connection: AsyncConnection, since: date, agency: str | None = None) -> list[Measured]:
    """As `MeasuringStore.history`, in a transaction there is."""
    query = select(convergence).where(convergence.c.day >= since.isoformat())
    if agency is not None:
        query = query.where(convergence.c.agency == agency)
    rows = await connection.execute(query.order_by(convergence.c.agency, convergence.c.day))
    return [_measured(row) for row in rows]


async def _counts(connection: AsyncConnection, query: Any) -> dict[str, int]:  # noqa: ANN401 - a select of two columns
    return {str(name): int(count) for name, count in await connection.execute(query)}


def _agreement(
    agency: str, row: Row[Any] | None, conflicts: Mapping[str, int], reviews: Mapping[str, int]
) -> Agreement:
    open_ = Agreement(conflicts=conflicts.get(agency, 0), reviews=reviews.get(agency, 0))
    if row is None:
        return open_
    oldest = None if row.oldest is None else from_micros(row.oldest)
    return replace(open_, records=int(row.records), agreeing=int(row.agreeing), oldest=oldest)


_AGREES = and_(
    held.c.applied_number.is_not(None), held.c.applied_number >= held.c.number, held.c.applied_digest == held.c.digest
)
_GONE = and_(held.c.withdrawn, or_(held.c.applied_number.is_(None), _AGREES))
_AGREEMENT = (
    select(
        held.c.agency,
        func.count().label("records"),
        func.sum(case((_AGREES, 1), else_=0)).label("agreeing"),
        func.min(case((_AGREES, null()), else_=held.c.since)).label("oldest"),
    )
    .where(not_(_GONE))
    .group_by(held.c.agency)
)
_CONFLICTS = (
    select(held.c.agency, func.count())
    .select_from(record)
    .join(held, and_(*(held.c[name] == record.c[name] for name in ("person", "type", "key"))))
    .where(text(f"({DIFFERING})"), record.c.contested != "", held.c.withdrawn.is_(False))
    .group_by(held.c.agency)
)
_IS_SEEN = sighting.c.seen_number >= sighting.c.number
_RISKS = (
    select(
        sighting.c.agency,
        func.count().label("risks"),
        func.sum(case((_IS_SEEN, 1), else_=0)).label("seen"),
        func.count(distinct(case((_IS_SEEN, sighting.c.seen_by)))).label("staff"),
        func.max(case((_IS_SEEN, sighting.c.seen_at - held.c.since))).label("slowest"),
    )
    .join(held, and_(*(held.c[name] == sighting.c[name] for name in ("agency", "person", "type", "key"))))
    .group_by(sighting.c.agency)
)
_ANNOUNCEMENTS = (
    select(
        announced.c.agency,
        func.sum(case((announced.c.missed, 0), else_=1)).label("given"),
        func.sum(case((and_(announced.c.late, not_(announced.c.missed)), 1), else_=0)).label("late"),
        func.sum(case((announced.c.missed, 1), else_=0)).label("missed"),
    )
    .where(announced.c.at >= bindparam("since"))
    .group_by(announced.c.agency)
)
_SIDES = union(
    *(
        select(local_id.c.agency, review.c.one, review.c.other).join(review, side == local_id.c.key)
        for side in (review.c.one, review.c.other)
    )
).subquery()
_REVIEWS = select(_SIDES.c.agency, func.count()).group_by(_SIDES.c.agency)
_RISK_REVIEWS = (
    select(risk_review.c.agency, func.count()).where(risk_review.c.closed.is_(None)).group_by(risk_review.c.agency)
)
_SAMPLE = (
    select(standing.c.agency, standing.c.local, standing.c.type, assertion.c.body)
    .join(assertion, and_(assertion.c.agency == standing.c.agency, assertion.c.id == standing.c.id))
    .where(standing.c.slot > bindparam("beyond"), assertion.c.body.is_not(None))
    .order_by(standing.c.slot)
    .limit(bindparam("limit"))
)


def _values(row: Measured) -> dict[str, Any]:
    agreement = asdict(row.agreement) | asdict(row.risks) | asdict(row.announcements)
    agreement["slowest"] = None if row.risks.slowest is None else row.risks.slowest // _MICRO
    agreement["oldest"] = None if row.agreement.oldest is None else micros(row.agreement.oldest)
    named = {"agency": row.agency, "day": row.day.isoformat(), "measured": micros(row.measured)}
    return {**named, **agreement, "properties": row.properties, "filled": row.filled, "taken": row.taken}


def _measured(row: Row[Any]) -> Measured:
    oldest = None if row.oldest is None else from_micros(row.oldest)
    agreement = Agreement(row.records, row.agreeing, oldest, row.conflicts, row.reviews)
    day, measured = date.fromisoformat(row.day), from_micros(row.measured)
    risks = Risks(row.risks, row.seen, row.staff, _span(row.slowest))
    notices = Announcements(row.announced, row.late, row.missed)
    return Measured(row.agency, day, measured, agreement, risks, notices, row.properties, row.filled, row.taken)


def _span(micros_: int | None) -> timedelta | None:
    """Where clocks differ, something may have been seen before it was there: that is at once."""
    return None if micros_ is None else max(timedelta(), micros_ * _MICRO)
