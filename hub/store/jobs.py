"""Jobs: work that takes longer than a request, advanced in steps, so that it goes on where a crash left it.

Whoever runs a job claims it for a while and renews the claim with every step. A step's results are written in the
transaction that advances the cursor: each item is done once, whoever ran what.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.canonical import Json
from hub.domain.submission import micros
from hub.ports import AuditRow, Moved
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.rows import audit_values
from hub.store.tables import audit, job
from hub.store.times import database_micros, from_micros

CLAIMED_FOR = timedelta(seconds=5)
"""How long nobody else runs a job after its runner's last sign of life; one that was killed is replaced after it.

By the clock of the database, as the clocks of runners may differ by more. Too short a time costs work done twice,
never a result: whoever comes late with a step is told so.
"""


class JobState(StrEnum):
    """WAITING: nobody has begun. RUNNING: begun, maybe left by its runner. FAILED: given up, with the reason."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job. id: UUIDv7, so ids sort by when they were asked for. by: who asked. asked, updated: UTC.

    parameters: JSON, of the kind's own. total: items, None while nobody knows. done: items that came to a good end,
    failed: that did not. cursor: of the kind's own, up to where it has got; None before the first step.
    why: why it failed.
    """

    id: str
    kind: str
    by: str
    asked: datetime
    parameters: Json
    total: int | None
    updated: datetime
    done: int = 0
    failed: int = 0
    cursor: str | None = None
    state: JobState = JobState.WAITING
    why: str | None = None


class JobStore:
    """Jobs in the database. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def start(self, row: JobRow, entry: AuditRow) -> None:
        """Keep a new job, for whoever claims it, with its audit entry."""
        async with writing(self._engine) as connection:
            await start(connection, row, entry)

    async def read(self, id_: str) -> JobRow | None:
        """One job."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(job).where(job.c.id == id_))).first()
            return job_row(row) if row else None

    async def listed(
        self, limit: int, before: str | None = None, *, kind: str | None = None, state: JobState | None = None
    ) -> list[JobRow]:
        """Jobs, the newest first. before: the id of the last one already seen."""
        query = select(job).order_by(job.c.id.desc()).limit(limit)
        for column, value in ((job.c.kind, kind), (job.c.state, state)):
            query = query if value is None else query.where(column == value)
        if before is not None:
            query = query.where(job.c.id < before)
        async with reading(self._engine) as connection:
            return [job_row(row) for row in await connection.execute(query)]

    async def claim(self, kinds: Collection[str], runner: str, at: datetime, only: str | None = None) -> JobRow | None:
        """The oldest unfinished job of these kinds that nobody runs, from now on this runner's; None: there is none.

        runner: a name of its own for every process. only: this job or none.
        """
        free = or_(job.c.runner.is_(None), job.c.runner == runner, job.c.runs_until < database_micros())
        query = select(job.c.id).where(among(job.c.kind, kinds), job.c.state.in_(UNFINISHED), free)
        if only is not None:
            query = query.where(job.c.id == only)
        query = query.order_by(job.c.id).limit(1).with_for_update(skip_locked=True)
        async with writing(self._engine) as connection:
            id_ = await connection.scalar(query)
            if id_ is None:
                return None
            change = update(job).where(job.c.id == id_).values(state=JobState.RUNNING, **_claimed(runner, at))
            return job_row((await connection.execute(change.returning(*job.c))).one())

    async def renew(self, row: JobRow, runner: str) -> bool:
        """A sign of life from within a step that takes long; False where somebody else runs the job by now."""
        change = update(job).where(job.c.id == row.id, job.c.runner == runner, job.c.state == JobState.RUNNING)
        async with writing(self._engine) as connection:
            return (await connection.execute(change.values(runs_until=_until()))).rowcount == 1

    async def give_back(self, runner: str) -> None:
        """This runner ends: whoever is next goes on at once with what it has claimed."""
        change = update(job).where(job.c.state == JobState.RUNNING, job.c.runner == runner)
        async with writing(self._engine) as connection:
            await connection.execute(change.values(runner=None, runs_until=None))

    async def finish(self, row: JobRow, runner: str, at: datetime) -> None:
        """All its items are done. Raises `Moved`: somebody else runs it."""
        await self._end(row, runner, {"state": JobState.FINISHED, "updated": micros(at)})

    async def fail(self, row: JobRow, runner: str, why: str, at: datetime) -> None:
        """It cannot go on. why: a sentence without any person's data. Raises `Moved`: somebody else runs it."""
        await self._end(row, runner, {"state": JobState.FAILED, "why": why, "updated": micros(at)})

    async def _end(self, row: JobRow, runner: str, values: dict[str, Any]) -> None:
        async with writing(self._engine) as connection:
            await _change(connection, row, runner, values)


async def start(connection: AsyncConnection, row: JobRow, entry: AuditRow) -> None:
    """Keep a new job with its audit entry, in the transaction of what it is asked for with."""
    values = {name: getattr(row, name) for name in row.__slots__} | {
        "asked": micros(row.asked),
        "updated": micros(row.updated),
        "parameters": orjson.dumps(row.parameters).decode(),
    }
    await connection.execute(insert(job).values(values))
    await connection.execute(insert(audit).values(audit_values(entry)))


async def advance(
    connection: AsyncConnection, row: JobRow, runner: str, cursor: str, at: datetime, *, done: int, failed: int
) -> None:
    """Note a step, in the transaction that writes its results. row: the job as it was before this step.

    done, failed: items of this step alone.

    Raises:
        Moved: somebody else runs it, or has taken this step already; nothing of the step may be written.
    """
    counted = {"done": row.done + done, "failed": row.failed + failed}
    await _change(connection, row, runner, {"cursor": cursor, **counted, **_claimed(runner, at)})


async def _change(connection: AsyncConnection, row: JobRow, runner: str, values: dict[str, Any]) -> None:
    own = and_(job.c.id == row.id, job.c.runner == runner, job.c.state == JobState.RUNNING)
    here = job.c.cursor.is_not_distinct_from(row.cursor)
    changed = await connection.execute(update(job).where(own, here).values(values))
    if changed.rowcount != 1:
        raise Moved("another process runs this job")


def _claimed(runner: str, at: datetime) -> dict[str, Any]:
    return {"runner": runner, "runs_until": _until(), "updated": micros(at)}


def _until() -> ColumnElement[int]:
    return database_micros() + CLAIMED_FOR // timedelta(microseconds=1)


def job_row(row: Row[Any]) -> JobRow:
    """A job as its table keeps it."""
    return JobRow(
        id=row.id,
        kind=row.kind,
        by=row.by,
        asked=from_micros(row.asked),
        parameters=orjson.loads(row.parameters),
        total=row.total,
        updated=from_micros(row.updated),
        done=row.done,
        failed=row.failed,
        cursor=row.cursor,
        state=JobState(row.state),
        why=row.why,
    )
