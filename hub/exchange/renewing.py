"""Keeping a job that one runs, however long a step of it takes, and giving it back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from hub.domain.errors import Unavailable
from hub.store.jobs import CLAIMED_FOR, JobRow, JobStore

_EVERY_S = CLAIMED_FOR.total_seconds() / 4

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept(jobs: JobStore, job: JobRow, runner: str) -> AsyncIterator[None]:
    """Within it, nobody else takes the job over as long as this process lives and the database answers it.

    Raises:
        Halt: the database is not as it should be.
    """
    renewing = asyncio.create_task(_renew(jobs, job, runner))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def given_back(jobs: JobStore, kind: str, runner: str) -> None:
    """Whoever is next goes on at once; where the database does not answer, when the claim has ended. Raises `Halt`."""
    try:
        await jobs.give_back(runner)
    except Unavailable as error:
        _log.warning("job_not_given_back", part=kind, why=str(error))


async def _renew(jobs: JobStore, job: JobRow, runner: str) -> None:
    """Until it is told to end, or somebody else runs the job: the step finds that out by itself."""
    mine = True
    while mine:
        await asyncio.sleep(_EVERY_S)
        try:
            mine = await jobs.renew(job, runner)
        except Unavailable as error:
            _log.warning("job_not_renewed", part=job.kind, why=str(error))
