"""Crowded identifiers: those that more local ids hold than one person can have."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.engine import reading
from hub.store.reviews import Side, of_side
from hub.store.tables import assertion, claim, crowd, local_id, standing
from hub.store.times import from_micros


class CrowdPlace(NamedTuple):
    """A place among them, the oldest first: microseconds since when it is crowded, and its digest."""

    since: int
    digest: str


@dataclass(frozen=True, slots=True)
class CrowdRow:
    """holder: one of the many. said: the sealed body of that one's offender record, None where it is withdrawn."""

    place: CrowdPlace
    holders: int
    since: datetime
    holder: Side
    said: bytes | None


class CrowdStore:
    """Raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(self, after: CrowdPlace | None, limit: int) -> list[CrowdRow]:
        """Crowded identifiers beyond a place, the oldest first."""
        place = tuple_(crowd.c.since, crowd.c.digest)
        first = select(func.min(claim.c.local)).where(claim.c.digest == crowd.c.digest).scalar_subquery()
        page = select(crowd, first.label("first")).order_by(crowd.c.since, crowd.c.digest).limit(limit)
        rows = (page.where(place > tuple_(*after)) if after else page).subquery()
        offender = and_(standing.c.local == local_id.c.key, standing.c.type == "offender")
        said = and_(assertion.c.agency == standing.c.agency, assertion.c.id == standing.c.id)
        query = (
            select(rows, *of_side("holder", local_id), assertion.c.body)
            .join(local_id, local_id.c.key == rows.c.first)
            .join(standing, offender, isouter=True)
            .join(assertion, said, isouter=True)
            .order_by(rows.c.since, rows.c.digest)
        )
        async with reading(self._engine) as connection:
            return [
                CrowdRow(
                    CrowdPlace(row.since, row.digest),
                    row.holders,
                    from_micros(row.since),
                    Side(row.first, row.holder_agency, row.holder_person, row.holder_sealed),
                    row.body,
                )
                for row in await connection.execute(query)
            ]
