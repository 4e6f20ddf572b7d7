"""Having an agency's topic filled again with all that the agency holds, as a job whose progress is watched."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from hub.clock import Clock
from hub.domain.contract import Contract, Delivery
from hub.domain.errors import Reason, Rejected
from hub.domain.ids import uuid7
from hub.exchange.renewing import given_back
from hub.exchange.rounds import rounds
from hub.ports import AuditRow, Moved
from hub.store.jobs import JobRow, JobState, JobStore
from hub.store.republishing import KIND, RepublishStore

_LOOK_AGAIN_S = 1.0
_AT_ONCE = 1_000
"""More agencies than there are."""

_log = structlog.get_logger(__name__)


class Republishing:
    """The use case. runner: a name of its own for every process. Every method raises `Unavailable` and `Halt`."""

    def __init__(
        self, store: RepublishStore, jobs: JobStore, contracts: Mapping[str, Contract], now: Clock, runner: str
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._contracts = contracts
        self._now = now
        self._runner = runner

    async def ask(self, agency: str, by: str) -> JobRow:
        """Ask the active relay, in whatever process that is. by: the operator.

        Raises:
            Rejected: the agency has no contract, or reads the feed, from wherever it likes.
        """
        contract = self._contracts.get(agency)
        if contract is None:
            raise Rejected(Reason.NOT_FOUND, "no agency of this name has a contract")
        if contract.delivery is not Delivery.STREAM:
            raise Rejected(Reason.WRONG_STATE, f"{agency} reads the feed; it may read it again from 0")
        now = self._now()
        id_ = uuid7(int(now.timestamp() * 1_000))
        entry = AuditRow(now, "republish-asked", by, agency, "", "", "", id_)
        return await self._store.ask(JobRow(id_, KIND, by, now, {"agency": agency}, None, now), entry)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch over what was asked for, until told to stop; the relay does the work."""
        await rounds("republishing", self.step, stop, _LOOK_AGAIN_S)
        await given_back(self._jobs, KIND, self._runner)

    async def step(self) -> None:
        """Note how far each has got that no other process watches."""
        for state in (JobState.WAITING, JobState.RUNNING):
            for each in await self._jobs.listed(_AT_ONCE, kind=KIND, state=state):
                job = await self._jobs.claim([KIND], self._runner, self._now(), each.id)
                if job is not None:
                    await self._watch(job)

    async def _watch(self, job: JobRow) -> None:
        try:
            going_on = await self._store.watch(job, self._runner, self._now())
            if going_on is None:
                done = replace(job, cursor=str(job.total or 0))
                await self._jobs.finish(done, self._runner, self._now())
        except Moved:
            _log.info("job_taken_over", part=KIND)
