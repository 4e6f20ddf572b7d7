"""Deliveries that were overtaken long ago, old reports, closed alerts and old announcements leave the database."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.submission import micros
from hub.store.engine import writing
from hub.store.tables import alert, announced, delivery, difference, inventory


class Place(NamedTuple):
    """A delivery, in the order in which all are looked through."""

    agency: str
    number: int


FIRST: Final = Place("", 0)
"""Before all."""


class ForgettingStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def forget_overtaken(self, after: Place, since: datetime, limit: int) -> Place | None:
        """Of the next so many deliveries, forget those whose record was delivered anew before then.

        Returns the last one looked at; None at the end.
        """
        at = tuple_(delivery.c.agency, delivery.c.number)
        slice_ = select(delivery.c.agency, delivery.c.number).where(at > tuple_(*after))
        newer = delivery.alias("newer")
        same = [newer.c[name] == delivery.c[name] for name in ("agency", "person", "type", "key")]
        overtaken = exists().where(*same, newer.c.number > delivery.c.number, newer.c.delivered < micros(since))
        async with writing(self._engine) as connection:
            rows = (await connection.execute(slice_.order_by(*at.clauses).limit(limit))).all()
            if not rows:
                return None
            last = Place(*rows[-1])
            within = (at > tuple_(*after)) & (at <= tuple_(*last))
            await connection.execute(delete(delivery).where(within, overtaken))
            return last if len(rows) == limit else None

    async def forget_reports(self, before: datetime) -> None:
        """Forget the inventories that came before then, and what differed."""
        old = select(inventory.c.id).where(inventory.c.at < micros(before))
        async with writing(self._engine) as connection:
            await connection.execute(delete(difference).where(difference.c.inventory.in_(old)))
            await connection.execute(delete(inventory).where(inventory.c.at < micros(before)))

    async def forget_alerts(self, before: datetime) -> None:
        """Forget the alerts that closed before then; what is not closed stays, however old it is."""
        async with writing(self._engine) as connection:
            await connection.execute(delete(alert).where(alert.c.closed < micros(before)))

    async def forget_announced(self, before: datetime) -> None:
        """Forget that agencies were told before then of days before then."""
        old = (announced.c.at < micros(before)) & (announced.c.day < before.date().isoformat())
        async with writing(self._engine) as connection:
            await connection.execute(delete(announced).where(old))
