"""Having everybody matched anew, as other weights ask for it: a job whose progress is watched."""

import asyncio

import structlog

from hub.clock import Clock
from hub.domain.ids import uuid7
from hub.exchange.renewing import given_back
from hub.exchange.rounds import rounds
from hub.ports import AuditRow, Moved
from hub.store.jobs import JobRow, JobStore
from hub.store.rematching import KIND, RematchStore

_LOOK_AGAIN_S = 1.0
_AT_ONCE = 1_000
"""Local ids that wait for a turn because of it at one time; some seconds' work."""

_log = structlog.get_logger(__name__)


class Rematching:
    """The use case. runner: a name of its own for every process. Every method raises `Unavailable` and `Halt`.

    Whoever matches does so under the weights it was started with: ask when all have been started with the new ones.
    """

    def __init__(self, store: RematchStore, jobs: JobStore, now: Clock, runner: str) -> None:
        self._store = store
        self._jobs = jobs
        self._now = now
        self._runner = runner

    async def ask(self, by: str) -> JobRow:
        """Have all who are described now compared again. by: the operator. What is under way already stands for it."""
        now = self._now()
        id_ = uuid7(int(now.timestamp() * 1_000))
        entry = AuditRow(now, "match-again-asked", by, "", "", "", "", id_)
        return await self._store.ask(JobRow(id_, KIND, by, now, {}, None, now), entry)

    async def run(self, stop: asyncio.Event) -> None:
        """Queue what was asked for, until told to stop; matching does the work."""
        await rounds("rematching", self.step, stop, _LOOK_AGAIN_S)
        await given_back(self._jobs, KIND, self._runner)

    async def step(self) -> None:
        """Queue some more of the oldest job that no other process runs, once those before have had their turn."""
        job = await self._jobs.claim([KIND], self._runner, self._now())
        if job is None:
            return
        try:
            if not await self._store.queue(job, self._runner, self._now(), _AT_ONCE):
                await self._jobs.finish(job, self._runner, self._now())
        except Moved:
            _log.info("job_taken_over", part=KIND)
