"""What was decided of pairs of local ids, and holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.columns import among
from hub.store.engine import reading
from hub.store.reviews import Side, keys_of, of_side
from hub.store.tables import local_id, verdict
from hub.store.times import from_micros


class VerdictPlace(NamedTuple):
    """A place among what was decided, the newest first: microseconds when it was, and its local keys."""

    at: int
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class VerdictFound:
    """What was decided, with both sides. reason: sealed for the first of the pair, whichever side that is. at: UTC."""

    place: VerdictPlace
    one: Side
    other: Side
    apart: bool
    by: str
    at: datetime
    reason: bytes


class VerdictStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_persons(self, persons: Collection[str], after: VerdictPlace | None, limit: int) -> list[VerdictFound]:
        """What was decided of a local id of these persons, the newest first, beyond a place."""
        one, other = local_id.alias("of_one"), local_id.alias("of_other")
        place = (verdict.c.at, verdict.c.local, verdict.c.other)
        async with reading(self._engine) as connection:
            keys = await keys_of(connection, persons)
            query = (
                select(verdict, *of_side("one", one), *of_side("other", other))
                .join(one, one.c.key == verdict.c.local)
                .join(other, other.c.key == verdict.c.other)
                # Each stands once from either side; where both are theirs, the first is enough.
                .where(among(verdict.c.local, keys), or_(verdict.c.local < verdict.c.other, ~among(other.c.key, keys)))
                .order_by(*(each.desc() for each in place))
                .limit(limit)
            )
            if after is not None:
                query = query.where(tuple_(*place) < tuple_(*after))
            return [_found(row) for row in await connection.execute(query)]


def _found(row: Row[Any]) -> VerdictFound:
    one = Side(row.local, row.one_agency, row.one_person, row.one_sealed)
    other = Side(row.other, row.other_agency, row.other_person, row.other_sealed)
    return VerdictFound(
        VerdictPlace(row.at, row.local, row.other), one, other, row.apart, row.by, from_micros(row.at), row.reason
    )
