"""Time that passes for jobs: claims end by the clock of the database, which no test can set."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.engine import writing
from hub.store.tables import job


async def silent_for(engine: AsyncEngine, time: timedelta) -> None:
    """As if all runners had given no sign of life for so long."""
    async with writing(engine) as connection:
        await connection.execute(update(job).values(runs_until=job.c.runs_until - time // timedelta(microseconds=1)))
