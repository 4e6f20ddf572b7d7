"""Replaying dead letters: through the very intake that polled messages go through, one by one or many as a job.

A replay is judged anew: envelope, contract, validation, recognition, and the check of its id, so that replaying
twice never doubles. It keeps its own time, so that what is newer stands. What is refused again waits on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.errors import Halt, Reason, Rejected
from hub.domain.ids import uuid7
from hub.domain.outcome import Accepted, Refused
from hub.exchange.dead_letters import faults_written, opened_contents
from hub.exchange.intake import Intake, Verdict
from hub.exchange.renewing import given_back, kept
from hub.exchange.rounds import rounds
from hub.ports import AuditRow, Message, Moved, Seal
from hub.store.dead_letters import LetterState
from hub.store.handling import HandlingStore, Step
from hub.store.jobs import JobRow, JobStore
from hub.store.letter_rows import Contents, Handling, LetterFilter, Place, Replay, ReplayOutcome
from hub.store.letters import LetterStore

KIND = "replay"
"""The kind of its jobs. Their parameters: the members of the filter, and `limit`; times in ISO 8601."""

MOST = 1_000_000
"""Letters one job replays at most."""

_AT_ONCE = 50
"""Letters that are replayed together: their bodies are in memory at one time."""
_LOOK_AGAIN_S = 1.0
_WHILE_ANOTHER_RUNS_S = 0.2

Suspended: TypeAlias = Callable[[], Awaitable[frozenset[str]]]
"""The agencies from which nothing is taken now."""

_log = structlog.get_logger(__name__)


class Replaying:
    """The use case. runner: a name of its own for every process. by: the operator.

    Every method raises `Unavailable` and `Halt`, and `Rejected` as it says.
    """

    def __init__(
        self,
        letters: LetterStore,
        handling: HandlingStore,
        jobs: JobStore,
        intake: Intake,
        suspended: Suspended,
        seal: Seal,
        now: Clock,
        runner: str,
    ) -> None:
        self._letters = letters
        self._handling = handling
        self._jobs = jobs
        self._intake = intake
        self._suspended = suspended
        self._seal = seal
        self._now = now
        self._runner = runner

    async def one(self, position: str, by: str) -> Replay:
        """Replay the newest version of a letter. One that was taken before goes the same way, and is `repeated`.

        Raises:
            Rejected: there is no such letter, it was discarded, or its agency is suspended.
        """
        dossier = await self._letters.dossier(position)
        if dossier is None:
            raise Rejected(Reason.NOT_FOUND, "there is no such dead letter")
        if dossier.line.state is LetterState.DISCARDED:
            raise Rejected(Reason.WRONG_STATE, "the letter is discarded already")
        if dossier.line.agency in await self._suspended():
            raise Rejected(Reason.WRONG_STATE, "the agency is suspended: nothing is taken from it")
        (replay,) = await self._taken(await self._letters.newest([position]))
        await self._handling.replayed([replay], by, self._now())
        return replay

    async def ask(self, which: LetterFilter, limit: int, by: str) -> JobRow:
        """Have the letters that wait now and match replayed as a job, so many at most, the oldest first.

        They are replayed once each, by whatever process runs the hub's jobs.

        Raises:
            Rejected: the agency named is suspended.
        """
        now = self._now()
        suspended = await self._suspended()
        if which.agency in suspended:
            raise Rejected(Reason.WRONG_STATE, "the agency is suspended: nothing is taken from it")
        tallied = await self._letters.tallied(_waiting(which, now))
        total = sum(each.count for each in tallied if each.agency not in suspended)
        parameters = {
            "agency": which.agency,
            "reason": which.reason,
            "since": which.since and which.since.isoformat(),
            "until": which.until and which.until.isoformat(),
            "limit": limit,
        }
        id_ = uuid7(int(now.timestamp() * 1_000))
        row = JobRow(id_, KIND, by, now, parameters, min(total, limit), now)
        entry = AuditRow(now, "dead-letters-replay-asked", by, which.agency or "", "", "", "", id_)
        await self._jobs.start(row, entry)
        return row

    async def outcomes(self, job: str, limit: int, after: str = "") -> list[Handling]:
        """What came of each letter of a job so far, by position beyond `after`. Raises `Rejected`: no such job."""
        await self.job(job)
        return await self._letters.replayed_by(job, limit, after)

    async def job(self, id_: str) -> JobRow:
        """A job that replays. Raises `Rejected`: there is no such job."""
        row = await self._jobs.read(id_)
        if row is None or row.kind != KIND:
            raise Rejected(Reason.NOT_FOUND, "there is no such job")
        return row

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until told to stop; what is under way then is gone on with at once, by whoever is next."""
        await rounds("jobs", self.step, stop, _LOOK_AGAIN_S)
        await self.give_back()

    async def give_back(self) -> None:
        """Leave the job that is under way to whoever is next; without the database, they wait for the claim to end."""
        await given_back(self._jobs, KIND, self._runner)

    async def finish_some(self, job: str) -> None:
        """Do some of this job, or wait a moment while another process does."""
        if not await self.step(job):
            await asyncio.sleep(_WHILE_ANOTHER_RUNS_S)

    async def step(self, only: str | None = None) -> bool:
        """Do some of the oldest job, or of this one; whether there was one."""
        job = await self._jobs.claim([KIND], self._runner, self._now(), only)
        if job is None:
            return False
        try:
            async with kept(self._jobs, job, self._runner):
                await self._go_on(job)
        except Moved:
            _log.info("job_taken_over", part=KIND)
        return True

    async def _go_on(self, job: JobRow) -> None:
        given = job.parameters
        left = given["limit"] - job.done - job.failed
        lines = await self._letters.listed(
            _waiting(_filter(given), job.asked),
            min(left, _AT_ONCE),
            Place.parse(job.cursor) if job.cursor else None,
            not_of=await self._suspended(),
        )
        if not lines:
            await self._jobs.finish(job, self._runner, self._now())
            return
        newest = await self._letters.newest([line.position for line in lines])
        try:
            replays = await self._taken(newest)
        except Halt as error:
            # An operator must act before this job can go on; nothing else of the hub need stop for it.
            _log.error("job_failed", part=KIND, why=str(error))
            await self._jobs.fail(job, self._runner, str(error), self._now())
            return
        step = Step(job, self._runner, lines[-1].place.cursor)
        await self._handling.replayed(replays, job.by, self._now(), step)

    async def _taken(self, contents: Sequence[Contents]) -> list[Replay]:
        messages = [
            Message(each.agency, each.position, *opened_contents(self._seal, each.agency, each.headers, each.value))
            for each in contents
        ]
        verdicts = await self._intake.take(messages)
        return [_replay(each, verdict) for each, verdict in zip(contents, verdicts, strict=True)]


def _replay(contents: Contents, verdict: Verdict) -> Replay:
    of = (contents.position, contents.agency, contents.version)
    match verdict:
        case Refused(rejection):
            faults = faults_written(rejection.faults)
            return Replay(*of, ReplayOutcome.REFUSED, rejection.reason.value, rejection.detail, faults)
        case Accepted(id=id_, repeated=repeated):
            return Replay(*of, ReplayOutcome.REPEATED if repeated else ReplayOutcome.ACCEPTED, submission=id_)
        case _:
            return Replay(*of, ReplayOutcome.NOTED)


def _waiting(which: LetterFilter, asked: datetime) -> LetterFilter:
    """Those of them that wait, and were there when it was asked for."""
    then = asked + timedelta(microseconds=1)
    until = min(which.until or then, then)
    return LetterFilter(which.agency, which.reason, LetterState.WAITING, which.since, until)


def _filter(given: Json) -> LetterFilter:
    since, until = (datetime.fromisoformat(given[name]) if given[name] else None for name in ("since", "until"))
    return LetterFilter(given["agency"], given["reason"], None, since, until)
