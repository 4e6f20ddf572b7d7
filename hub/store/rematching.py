"""Everybody matched anew because an operator asked for it: jobs, whose progress is how many have had their turn."""

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow
from hub.store.bulk import upsert
from hub.store.engine import writing
from hub.store.jobs import UNFINISHED, JobRow, advance, job_row, start
from hub.store.tables import described, job, unmatched

KIND = "match-again"
"""Of the jobs. They have no parameters; their items are the local ids described when it was asked for."""

_UNDER_WAY = select(job).where(job.c.kind == KIND, job.c.state.in_(UNFINISHED)).order_by(job.c.id).limit(1)
_EVERYBODY = select(func.count()).select_from(described)
_WAITING = select(unmatched.c.local).where(unmatched.c.later).limit(1)
_NEXT = (
    select(described.c.local)
    .where(described.c.local > bindparam("after"))
    .order_by(described.c.local)
    .limit(bindparam("most"))
)


class RematchStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ask(self, row: JobRow, entry: AuditRow) -> JobRow:
        """Keep a job; its total is filled in. Returns the job that stands for it: the one under way if there is."""
        async with writing(self._engine) as connection:
            under_way = (await connection.execute(_UNDER_WAY)).first()
            if under_way is not None:
                return job_row(under_way)
            made = replace(row, total=await connection.scalar(_EVERYBODY))
            await start(connection, made, entry)
            return made

    async def queue(self, row: JobRow, runner: str, at: datetime, most: int) -> bool:
        """Have the next so many wait for a turn, as soon as nobody else of a filling does; whether there are more.

        Whoever is spoken of meanwhile goes before them.

        Raises:
            Moved: another process runs this job.
        """
        async with writing(self._engine) as connection:
            if (await connection.execute(_WAITING)).first() is not None:
                return True
            after = row.cursor or ""
            locals_ = list((await connection.execute(_NEXT, {"after": after, "most": most})).scalars())
            if locals_:
                await _wait(connection, locals_, at)
                await advance(connection, row, runner, locals_[-1], at, done=len(locals_), failed=0)
            return bool(locals_)


async def _wait(connection: AsyncConnection, locals_: list[str], at: datetime) -> None:
    waits = {"stamp": secrets.token_hex(8), "since": micros(at), "later": True}
    await upsert(connection, unmatched, [{"local": each, **waits} for each in locals_], keep=("since", "later"))
