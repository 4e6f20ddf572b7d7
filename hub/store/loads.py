"""Loads of extracts as jobs: how far each has got, found again by what is in the extract."""

from dataclasses import asdict, replace

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import Clock
from hub.domain.ids import uuid7
from hub.ports import AuditRow, Position
from hub.store.engine import reading, writing
from hub.store.jobs import JobRow, JobState, JobStore, advance
from hub.store.tables import job

KIND = "load"
"""Of the jobs. Their parameters are agency and fingerprint of the extract, their items its lines."""


class LoadJob:
    """The job of one extract. Every method raises `Unavailable`, `Halt`."""

    def __init__(self, engine: AsyncEngine, now: Clock, agency: str, extract: str, system: str | None) -> None:
        """extract: its fingerprint. system: whose native payloads it holds; None: submissions."""
        self._engine = engine
        self._jobs = JobStore(engine)
        self._now = now
        self._agency = agency
        self._extract = extract
        self._system = system
        self._row: JobRow | None = None
        self._at = Position()

    async def find(self) -> Position | None:
        """How far an earlier run has got; None when there was none, or it had settled nothing."""
        parameters = orjson.dumps(self._parameters).decode()
        sought = select(job.c.id).where(job.c.kind == KIND, job.c.parameters == parameters)
        async with reading(self._engine) as connection:
            id_ = await connection.scalar(sought)
        self._row = await self._jobs.read(id_) if id_ else None
        if self._row is None or self._row.cursor is None:
            return None
        self._at = Position(**orjson.loads(self._row.cursor))
        return self._at

    @property
    def finished(self) -> bool:
        """Whether an earlier run has come to its end."""
        return self._row is not None and self._row.state is JobState.FINISHED

    async def run(self, by: str) -> None:
        """Begin it, or take it up again; by: who asked. One file of rejected lines keeps two loads apart."""
        now = self._now()
        if self._row is None:
            id_ = uuid7(int(now.timestamp() * 1_000))
            asked = JobRow(id_, KIND, by, now, self._parameters, None, now)
            await self._jobs.start(asked, AuditRow(now, "load", by, self._agency, "-", "-", "-", id_))
            self._row = asked
        self._row = await self._jobs.claim((KIND,), self._runner, now, only=self._row.id) or self._row

    async def note(self, position: Position) -> None:
        """How far now. Raises `Moved`: another load of the same extract has gone on meanwhile."""
        row, cursor = self._running, orjson.dumps(asdict(position)).decode()
        done = position.taken + position.repeated - self._at.taken - self._at.repeated
        failed = position.rejected - self._at.rejected
        async with writing(self._engine) as connection:
            await advance(connection, row, self._runner, cursor, self._now(), done=done, failed=failed)
        self._at = position
        self._row = replace(row, cursor=cursor, done=row.done + done, failed=row.failed + failed)

    async def finish(self) -> None:
        """It has come to its end. Raises `Moved`, as `note`."""
        await self._jobs.finish(self._running, self._runner, self._now())

    @property
    def _running(self) -> JobRow:
        if self._row is None:
            raise ValueError("a load is run before it is noted how far it has got")
        return self._row

    @property
    def _runner(self) -> str:
        """The same for every run, so that what was killed is taken up again at once."""
        return f"{KIND} {self._extract}"

    @property
    def _parameters(self) -> dict[str, str]:
        parameters = {"agency": self._agency, "extract": self._extract}
        return parameters | {"system": self._system} if self._system else parameters
