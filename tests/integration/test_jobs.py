"""Jobs, on both databases: run by one at a time, step by step, and gone on with after a crash."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hub.ports import AuditRow, Moved
from hub.store.engine import reading, writing
from hub.store.jobs import CLAIMED_FOR, JobRow, JobState, JobStore, advance
from hub.store.tables import audit
from tests.builders.hub import NOW, Hub
from tests.builders.jobs import silent_for

KINDS = ("tidy",)


@pytest.fixture
def jobs(hub: Hub) -> JobStore:
    return JobStore(hub.engine)


async def asked(jobs: JobStore, id_: str = "1", kind: str = "tidy", at: datetime = NOW) -> None:
    entry = AuditRow(at, "job-asked", "anna", "", "", "", "", id_)
    await jobs.start(JobRow(id_, kind, "anna", at, {"agency": "prison"}, 10, at), entry)


async def claimed(jobs: JobStore, runner: str, at: datetime = NOW) -> JobRow:
    row = await jobs.claim(KINDS, runner, at)
    assert row is not None
    return row


async def step(hub: Hub, row: JobRow, runner: str, cursor: str, *, done: int = 1, failed: int = 0) -> None:
    async with writing(hub.engine) as connection:
        await advance(connection, row, runner, cursor, NOW, done=done, failed=failed)


async def test_a_job_is_kept_with_who_asked_and_what_for(hub: Hub, jobs: JobStore) -> None:
    await asked(jobs)

    assert await jobs.read("1") == JobRow("1", "tidy", "anna", NOW, {"agency": "prison"}, 10, NOW)
    assert await jobs.read("2") is None
    async with reading(hub.engine) as connection:
        assert (await connection.execute(select(audit.c.actor, audit.c.reference))).all() == [("anna", "1")]


async def test_one_runner_at_a_time_has_a_job_and_the_oldest_comes_first(jobs: JobStore) -> None:
    await asked(jobs, "2")
    await asked(jobs, "1")
    await asked(jobs, "0", kind="another")

    assert (await claimed(jobs, "a")).id == "1"
    assert (await claimed(jobs, "b")).id == "2"
    assert await jobs.claim(KINDS, "c", NOW) is None
    assert await jobs.claim(KINDS, "a", NOW, only="2") is None


async def test_steps_add_up_and_the_cursor_goes_on(hub: Hub, jobs: JobStore) -> None:
    await asked(jobs)
    await step(hub, await claimed(jobs, "a"), "a", "k3", done=2, failed=1)
    await step(hub, await claimed(jobs, "a"), "a", "k5", done=2)

    row = await claimed(jobs, "a")
    assert (row.done, row.failed, row.cursor, row.state) == (4, 1, "k5", JobState.RUNNING)
    await jobs.finish(row, "a", NOW)

    assert (await jobs.listed(10))[0].state is JobState.FINISHED
    assert await jobs.claim(KINDS, "a", NOW) is None


async def test_a_runner_that_was_killed_is_replaced_and_its_late_step_counts_for_nothing(
    hub: Hub, jobs: JobStore
) -> None:
    await asked(jobs)
    killed = await claimed(jobs, "a")
    await silent_for(hub.engine, CLAIMED_FOR - timedelta(seconds=2))
    assert await jobs.claim(KINDS, "b", NOW) is None

    await silent_for(hub.engine, timedelta(seconds=3))
    replacing = await claimed(jobs, "b")
    await step(hub, replacing, "b", "k1")
    with pytest.raises(Moved):
        await step(hub, killed, "a", "k1")

    row = await jobs.read("1")
    assert row is not None
    assert (row.done, row.cursor) == (1, "k1")


async def test_a_sign_of_life_keeps_a_job_and_tells_whoever_lost_it(hub: Hub, jobs: JobStore) -> None:
    await asked(jobs)
    job = await claimed(jobs, "a")
    await silent_for(hub.engine, CLAIMED_FOR - timedelta(seconds=1))
    assert await jobs.renew(job, "a")
    await silent_for(hub.engine, CLAIMED_FOR - timedelta(seconds=1))
    assert await jobs.claim(KINDS, "b", NOW) is None

    await silent_for(hub.engine, CLAIMED_FOR)
    await claimed(jobs, "b")
    assert not await jobs.renew(job, "a")


async def test_what_a_runner_gives_back_is_gone_on_with_at_once(hub: Hub, jobs: JobStore) -> None:
    await asked(jobs, "1")
    await asked(jobs, "2")
    await step(hub, await claimed(jobs, "a"), "a", "k1")
    await claimed(jobs, "b")
    await jobs.give_back("a")

    row = await claimed(jobs, "c")
    assert (row.id, row.cursor) == ("1", "k1")
    assert await jobs.claim(KINDS, "c", NOW, only="2") is None


async def test_no_step_is_taken_twice(hub: Hub, jobs: JobStore) -> None:
    await asked(jobs)
    row = await claimed(jobs, "a")
    await step(hub, row, "a", "k1")
    with pytest.raises(Moved):
        await step(hub, row, "a", "k1")


async def test_a_job_that_cannot_go_on_says_why(jobs: JobStore) -> None:
    await asked(jobs)
    await jobs.fail(await claimed(jobs, "a"), "a", "there is no contract any more", NOW)

    (row,) = await jobs.listed(10, state=JobState.FAILED)
    assert row.why == "there is no contract any more"
    assert await jobs.claim(KINDS, "a", NOW) is None


async def test_jobs_are_listed_newest_first_page_by_page(jobs: JobStore) -> None:
    for number in range(3):
        await asked(jobs, str(number))
    await asked(jobs, "9", kind="another")

    first = await jobs.listed(2, kind="tidy")
    assert [row.id for row in first] == ["2", "1"]
    assert [row.id for row in await jobs.listed(2, before="1", kind="tidy")] == ["0"]
