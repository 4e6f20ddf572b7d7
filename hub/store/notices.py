"""Notices that are to be sent outside: a queue that outlives every crash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.submission import micros
from hub.store.engine import writing
from hub.store.tables import notice
from hub.store.times import from_micros


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What is to be told outside. content: without any person's data. attempts: so far. next: not before, UTC."""

    id: str
    content: bytes
    attempts: int
    next: datetime


class NoticeStore:
    """Notices that wait to be sent. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, now: datetime, until: datetime) -> NoticeRow | None:
        """The one that waits longest and may be sent now, which nobody else takes before then; None: there is none."""
        waiting = select(notice).where(notice.c.next <= micros(now)).order_by(notice.c.next, notice.c.id).limit(1)
        async with writing(self._engine) as connection:
            row = (await connection.execute(waiting.with_for_update(skip_locked=True))).first()
            if row is None:
                return None
            await connection.execute(update(notice).where(notice.c.id == row.id).values(next=micros(until)))
            return NoticeRow(row.id, row.content, row.attempts, from_micros(row.next))

    async def sent(self, id_: str) -> None:
        """It has arrived: forget it."""
        async with writing(self._engine) as connection:
            await connection.execute(notice.delete().where(notice.c.id == id_))

    async def failed(self, id_: str, attempts: int, next_: datetime) -> None:
        """It may not have arrived: so many attempts by now, the next one then."""
        later = {"attempts": attempts, "next": micros(next_)}
        async with writing(self._engine) as connection:
            await connection.execute(update(notice).where(notice.c.id == id_).values(later))


def notice_values(row: NoticeRow) -> dict[str, Any]:
    """A notice as its table keeps it."""
    return {"id": row.id, "content": row.content, "attempts": row.attempts, "next": micros(row.next)}
