"""What agencies were released of a person, and what they said they applied."""

from collections.abc import Collection

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ports import HeldId, HeldRow
from hub.store.columns import among
from hub.store.engine import reading
from hub.store.relaying import held_row
from hub.store.tables import held


class PunctualityStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_persons(
        self, agencies: Collection[str], persons: Collection[str], after: HeldId | None, limit: int
    ) -> list[HeldRow]:
        """The last release of every record of these persons to these agencies, by agency and record, beyond one."""
        place = (held.c.agency, held.c.person, held.c.type, held.c.key)
        query = select(held).where(among(held.c.agency, agencies), among(held.c.person, persons))
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(after.agency, *after.record))
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query.order_by(*place).limit(limit))).mappings()
            return [held_row(row) for row in rows]
