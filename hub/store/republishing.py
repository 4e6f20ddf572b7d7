"""Topics that are filled again because an operator asked for it: jobs, whose progress the outlet tells."""

from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.ports import AuditRow
from hub.store.bulk import insert_or_ignore
from hub.store.engine import writing
from hub.store.jobs import UNFINISHED, JobRow, advance, job_row, start
from hub.store.relaying import new_outlet
from hub.store.tables import job, outlet

KIND = "republish"
"""Of the jobs. Their parameter is the agency, their items are its numbers up to the last one when it was asked for."""


class RepublishStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ask(self, row: JobRow, entry: AuditRow) -> JobRow:
        """Ask the active relay to publish again all that an agency holds. What is under way is begun again.

        row: the job for it; its total is filled in. Returns the job that stands for it: the one under way if there is.
        """
        agency = row.parameters["agency"]
        async with writing(self._engine) as connection:
            await insert_or_ignore(connection, outlet, [new_outlet(agency)])
            asked = update(outlet).where(outlet.c.agency == agency).values(refill=True).returning(outlet.c.number)
            total = (await connection.execute(asked)).scalar_one()
            under_way = await _under_way(connection, row)
            if under_way is not None:
                return under_way
            made = replace(row, total=total)
            await start(connection, made, entry)
            return made

    async def watch(self, row: JobRow, runner: str, at: datetime) -> JobRow | None:
        """Note how far the topic has got; the job as it is then, None when all has been published again.

        Raises:
            Moved: another process runs this job.
        """
        async with writing(self._engine) as connection:
            of_agency = select(outlet.c.refill, outlet.c.published).where(outlet.c.agency == row.parameters["agency"])
            refill, published = (await connection.execute(of_agency)).one()
            total = row.total or 0
            reached = 0 if refill else min(published, total)
            await advance(connection, row, runner, str(reached), at, done=reached - row.done, failed=0)
        noted = replace(row, cursor=str(reached), done=reached)
        return noted if refill or reached < total else None


async def _under_way(connection: AsyncConnection, row: JobRow) -> JobRow | None:
    same = job.c.parameters == orjson.dumps(row.parameters).decode()
    query = select(job).where(job.c.kind == KIND, job.c.state.in_(UNFINISHED), same).limit(1)
    found = (await connection.execute(query)).first()
    return job_row(found) if found else None
