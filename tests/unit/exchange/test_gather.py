"""Group commit: batches, order, company, limits, and what becomes of callers when things go wrong."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from hub.domain.errors import Halt, Reason, Rejected, Unavailable
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.gather import Gatherer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def submission(name: str) -> Submission:
    return Submission(
        "probation", name, "offender", "1.0.0", withdrawn=False, local_id="X1", time=NOON, sequence=-1, body={}
    )


class Sharing:
    """Shares at once, or waits at the gate; keeps the batches it was given."""

    def __init__(self, *, open_gate: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.failure: BaseException | None = None
        if open_gate:
            self.gate.set()

    async def share(self, batch: Sequence[Submission]) -> list[Outcome]:
        self.batches.append([each.id for each in batch])
        self.called.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return [self._outcome(each) for each in batch]

    def _outcome(self, each: Submission) -> Outcome:
        if each.id.startswith("bad"):
            return Refused(Rejected(Reason.INVALID_BODY, "not as the specification has it"))
        return Accepted(each.agency, each.id, each.record_type, "-", NOON)


async def test_what_arrives_together_is_shared_together() -> None:
    sharing = Sharing()
    async with Gatherer(sharing.share) as gatherer:
        accepted = await asyncio.gather(*(gatherer.take(submission(str(n))) for n in range(20)))
    assert sharing.batches == [[str(n) for n in range(20)]]
    assert [each.id for each in accepted] == [str(n) for n in range(20)]


async def test_what_arrives_while_a_batch_is_under_way_goes_into_the_next() -> None:
    sharing = Sharing(open_gate=False)
    async with Gatherer(sharing.share) as gatherer:
        first = asyncio.create_task(gatherer.take(submission("first")))
        await sharing.called.wait()
        others = [asyncio.create_task(gatherer.take(submission(name))) for name in "abc"]
        await asyncio.sleep(0.01)
        sharing.gate.set()
        await asyncio.gather(first, *others)
    assert sharing.batches == [["first"], ["a", "b", "c"]]


async def test_who_says_more_when_answered_comes_along_with_those_who_wait() -> None:
    sharing = Sharing(open_gate=False)
    async with Gatherer(sharing.share) as gatherer:

        async def one_after_the_other() -> None:
            for name in ("first", "next"):
                await gatherer.take(submission(name))

        talking = asyncio.create_task(one_after_the_other())
        await sharing.called.wait()
        waiting = asyncio.create_task(gatherer.take(submission("waiting")))
        await asyncio.sleep(0)
        sharing.gate.set()
        await asyncio.gather(talking, waiting)
    assert sharing.batches == [["first"], ["waiting", "next"]]


async def test_a_batch_has_a_limit() -> None:
    sharing = Sharing()
    async with Gatherer(sharing.share, batch=3) as gatherer:
        await asyncio.gather(*(gatherer.take(submission(str(n))) for n in range(7)))
    assert [len(batch) for batch in sharing.batches] == [3, 3, 1]


async def test_a_bad_submission_does_not_fail_its_neighbours() -> None:
    sharing = Sharing()
    async with Gatherer(sharing.share) as gatherer:
        good, bad = await asyncio.gather(
            gatherer.take(submission("good")), gatherer.take(submission("bad")), return_exceptions=True
        )
    assert isinstance(good, Accepted)
    assert isinstance(bad, Rejected)
    assert len(sharing.batches) == 1


@pytest.mark.parametrize("failure", [Unavailable("away"), Halt("wrong"), ZeroDivisionError()])
async def test_an_error_reaches_every_caller_of_the_batch_and_no_later_one(failure: Exception) -> None:
    sharing = Sharing()
    sharing.failure = failure
    async with Gatherer(sharing.share) as gatherer:
        met = await asyncio.gather(*(gatherer.take(submission(name)) for name in "ab"), return_exceptions=True)
        sharing.failure = None
        later = await gatherer.take(submission("c"))
    assert met == [failure, failure]
    assert later.id == "c"


async def test_a_caller_that_gives_up_harms_nobody_and_its_submission_is_shared() -> None:
    sharing = Sharing()
    async with Gatherer(sharing.share) as gatherer:
        leaving = asyncio.create_task(gatherer.take(submission("leaving")))
        staying = asyncio.create_task(gatherer.take(submission("staying")))
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).id == "staying"
    assert leaving.cancelled()
    assert sharing.batches == [["leaving", "staying"]]


async def test_too_many_waiting_are_told_to_try_again() -> None:
    sharing = Sharing(open_gate=False)
    async with Gatherer(sharing.share, waiting=2) as gatherer:
        under_way = asyncio.create_task(gatherer.take(submission("under way")))
        await sharing.called.wait()
        waiting = [asyncio.create_task(gatherer.take(submission(name))) for name in "ab"]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await gatherer.take(submission("one too many"))
        sharing.gate.set()
        await asyncio.gather(under_way, *waiting)


async def test_closing_shares_what_waits_and_takes_nothing_more() -> None:
    sharing = Sharing(open_gate=False)
    gatherer = Gatherer(sharing.share)
    async with gatherer:
        tasks = [asyncio.create_task(gatherer.take(submission(name))) for name in "ab"]
        await asyncio.sleep(0)
        sharing.gate.set()
    assert [(await task).id for task in tasks] == ["a", "b"]
    with pytest.raises(Unavailable):
        await gatherer.take(submission("late"))
