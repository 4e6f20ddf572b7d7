"""Everybody is matched anew because an operator asks for it, as a job, on both databases."""

import pytest

from hub.exchange import rematching
from hub.exchange.rematching import Rematching
from hub.store.jobs import JobRow, JobState, JobStore
from hub.store.rematching import RematchStore
from hub.store.tables import audit, likeness, unmatched
from tests.builders.hub import Hub
from tests.builders.records import PRISON, PROBATION, offender, said

SOUTH = ("probation-south", "Y000001")
DANIEL = offender(addresses=[{"lines": ["12 Milton Road"], "postcode": "NE4 6SL"}], sex="male")


def rematching_of(hub: Hub) -> Rematching:
    return Rematching(RematchStore(hub.engine), JobStore(hub.engine), lambda: hub.now, "one")


async def listed(hub: Hub) -> JobRow:
    """The one job there is."""
    (job,) = await JobStore(hub.engine).listed(2)
    return job


async def test_everybody_is_compared_again_by_what_the_hub_goes_by_now(hub: Hub) -> None:
    await hub.take(said(*PRISON, DANIEL, 1), said(*PROBATION, DANIEL, 1))
    await hub.match(links=False)
    again = rematching_of(hub)

    asked = await again.ask("anna")
    await again.step()
    await hub.match()
    await again.step()

    assert [row["link"] for row in await hub.rows(likeness)] == [True, True]
    done = await listed(hub)
    assert (done.id, done.kind, done.state, done.done, done.total) == (
        asked.id,
        "match-again",
        JobState.FINISHED,
        2,
        2,
    )
    entries = [row for row in await hub.rows(audit) if row["action"] == "match-again-asked"]
    assert [(row["actor"], row["reference"]) for row in entries] == [("anna", asked.id)]


async def test_some_are_queued_at_a_time_and_whoever_is_spoken_of_goes_before_them(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rematching, "_AT_ONCE", 2)
    await hub.take(*(said(*local, DANIEL, 1) for local in (PRISON, PROBATION, SOUTH)))
    await hub.match()
    again = rematching_of(hub)

    await again.ask("anna")
    await again.step()
    await hub.take(said(*PRISON, DANIEL, 2))
    await again.step()
    waiting = {row["local"]: row["later"] for row in await hub.rows(unmatched)}
    assert sorted(waiting.values())[0] is False
    assert (await listed(hub)).done == 2
    for done, state in ((3, JobState.RUNNING), (3, JobState.FINISHED)):
        await hub.match()
        await again.step()
        job = await listed(hub)
        assert (job.done, job.state) == (done, state)


async def test_what_is_under_way_stands_for_what_is_asked_again(hub: Hub) -> None:
    again = rematching_of(hub)
    first = await again.ask("anna")

    assert (await again.ask("bert")).id == first.id

    await again.step()
    assert (await listed(hub)).state is JobState.FINISHED
    assert (await again.ask("bert")).id != first.id
