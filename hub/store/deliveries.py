"""How far each agency is: what it is owed, what it was given, what it has acknowledged; counted within bounds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    RowMapping,
    ScalarSelect,
    Select,
    Text,
    TextClause,
    case,
    column,
    func,
    literal,
    select,
    text,
    values,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ports import RecordId
from hub.store.dead_letters import LetterState
from hub.store.engine import reading
from hub.store.tables import acknowledged, dead_letter, delivery, held, outlet, owed, parked, withheld
from hub.store.times import from_micros

COUNTED = 10_000
"""Nothing is counted further than this: to count a million entries is to read them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, at most `COUNTED`, and since when the oldest does, UTC; None where none waits."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How far one agency is.

    number: the last delivery, 0 before the first; delivered: when. published: up to which number it can have it.
    acknowledged: the highest number of a receipt, 0 before the first; acknowledged_at: when that came.
    unpublished: deliveries its topic does not have. unacknowledged: records whose last delivery it can have and has
    not applied, but for those that were withdrawn before it acknowledged anything of them.
    withheld, rejected (dead letters that wait), parked: counted to `COUNTED`.
    """

    agency: str
    number: int
    delivered: datetime | None
    published: int
    acknowledged: int
    acknowledged_at: datetime | None
    owed: Waiting
    unpublished: Waiting
    unacknowledged: Waiting
    withheld: int
    rejected: int
    parked: int


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """A delivery the agency has not acknowledged, nor a later one of its record."""

    number: int
    record: RecordId
    delivered: datetime
    changed: datetime
    """When the change that it carries was committed, UTC."""
    due: datetime | None
    """By when the agency must have applied what it has not applied of this record, UTC; None for no deadline."""


class DeliveriesStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def states(self, agencies: Collection[str], streams: Collection[str]) -> dict[str, DeliveryState]:
        """The states of these agencies, as one snapshot. streams: those that are served by topic."""
        if not agencies:
            return {}
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_states(agencies, streams))).mappings()
            return {row["name"]: _state(row) for row in rows}

    async def unacknowledged(self, agency: str, after: int, up_to: int, limit: int) -> list[Unacknowledged]:
        """What an agency has not acknowledged of the numbers beyond `after`, the oldest first."""
        numbers = held.c.number.between(after + 1, up_to)
        query = select(held).where(held.c.agency == agency, _UNACKNOWLEDGED, numbers)
        async with reading(self._engine) as connection:
            rows = await connection.execute(query.order_by(held.c.number).limit(limit))
            return [
                Unacknowledged(
                    row.number,
                    RecordId(row.person, row.type, row.key),
                    from_micros(row.delivered),
                    from_micros(row.since),
                    _time(row.last_due if row.due is None else row.due),
                )
                for row in rows
            ]


_UNACKNOWLEDGED = text("((held.applied_number IS NULL AND NOT held.withdrawn) OR held.applied_number < held.number)")
"""Word for word what the index on such records says of itself."""


def _states(agencies: Collection[str], streams: Collection[str]) -> Select[Any]:
    """A row for each agency; every figure comes from an index, and is counted no further than `COUNTED`."""
    given = values(column("name", Text), column("streamed", Integer), name="given")
    named = given.data([(name, int(name in streams)) for name in sorted(agencies)]).cte("named")
    # Who reads the feed has been given whatever has a number; what is streamed, when its topic has it.
    published = case(
        (named.c.streamed == 1, func.coalesce(outlet.c.published, 0)), else_=func.coalesce(outlet.c.number, 0)
    )
    given_out = held.c.number <= published
    return (
        select(
            named.c.name,
            func.coalesce(outlet.c.number, 0).label("number"),
            published.label("published"),
            delivery.c.delivered,
            func.coalesce(acknowledged.c.number, 0).label("acknowledged"),
            acknowledged.c.at.label("acknowledged_at"),
            _counted(named, owed, owed.c.since).label("owed"),
            _first(named, owed, owed.c.since, owed.c.since).label("owed_since"),
            _counted(named, held, held.c.number, held.c.number > published).label("unpublished"),
            _first(named, held, held.c.delivered, held.c.number, held.c.number > published).label("unpublished_since"),
            _counted(named, held, held.c.number, _UNACKNOWLEDGED, given_out).label("unacknowledged"),
            _first(named, held, held.c.delivered, held.c.number, _UNACKNOWLEDGED, given_out).label(
                "unacknowledged_since"
            ),
            _counted(named, withheld, withheld.c.person).label("withheld"),
            _counted(named, dead_letter, dead_letter.c.at, dead_letter.c.state == LetterState.WAITING).label(
                "rejected"
            ),
            _counted(named, parked, parked.c.number).label("parked"),
        )
        .select_from(named)
        .outerjoin(outlet, outlet.c.agency == named.c.name)
        .outerjoin(delivery, (delivery.c.agency == named.c.name) & (delivery.c.number == outlet.c.number))
        .outerjoin(acknowledged, acknowledged.c.agency == named.c.name)
    )


def _counted(
    named: CTE, table: FromClause, by: ColumnElement[Any], *conditions: ColumnElement[bool] | TextClause
) -> ScalarSelect[int]:
    """How many rows of an agency, at most `COUNTED`.

    by: the order of the index they are counted in. Without one, PostgreSQL may read the table until it has found so
    many, which is all of it where there are fewer.
    """
    of_agency = select(literal(1)).select_from(table).where(table.c.agency == named.c.name, *conditions)
    some = of_agency.order_by(by).limit(COUNTED)
    return select(func.count()).select_from(some.correlate(named, outlet).subquery()).scalar_subquery()


def _first(
    named: CTE,
    table: FromClause,
    what: ColumnElement[int],
    by: ColumnElement[int],
    *conditions: ColumnElement[bool] | TextClause,
) -> ScalarSelect[int]:
    """What the first row of an agency says, by its order."""
    first = select(what).where(table.c.agency == named.c.name, *conditions).order_by(by).limit(1)
    return first.correlate(named, outlet).scalar_subquery()


def _state(row: RowMapping) -> DeliveryState:
    return DeliveryState(
        row["name"],
        row["number"],
        _time(row["delivered"]),
        row["published"],
        row["acknowledged"],
        _time(row["acknowledged_at"]),
        Waiting(row["owed"], _time(row["owed_since"])),
        Waiting(row["unpublished"], _time(row["unpublished_since"])),
        Waiting(row["unacknowledged"], _time(row["unacknowledged_since"])),
        row["withheld"],
        row["rejected"],
        row["parked"],
    )


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
