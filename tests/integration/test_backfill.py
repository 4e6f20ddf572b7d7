"""Filling an agency from what is there, on both databases: changes go first, nothing is missed or doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.contract import People
from hub.domain.ids import uuid7
from hub.exchange import relay
from hub.exchange.share import Sharing
from hub.store.backfilling import KIND
from hub.store.jobs import JobRow, JobState, JobStore
from hub.store.sharing import SqlStore
from hub.store.tables import delivery, owed
from tests.builders.hub import KEYS, NOW, SEAL, Hub, contract
from tests.builders.records import PRISON, movement, said
from tests.builders.valid_bodies import registry

RECORDS = 45
SLICE = 10


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "LATER", SLICE)


@pytest.fixture
async def filled(hub: Hub) -> Hub:
    """A hub with records that the prison has, and which the police, who are new, are about to be given."""
    await hub.relay.owe_under_new_contracts()
    await hub.deliver()
    await hub.take(*(said(*PRISON, movement(number), 1, sequence=number) for number in range(1, RECORDS + 1)))
    await hub.deliver()
    return with_police(hub)


def with_police(hub: Hub) -> Hub:
    """The same hub as a process that starts under contracts in which the police are to receive everything."""
    return replace(hub, contracts={**hub.contracts, "police": contract("police", people=People.ALL)})


async def job_of(hub: Hub, agency: str) -> JobRow:
    jobs = await JobStore(hub.engine).listed(10, kind=KIND)
    return next(job for job in jobs if job.parameters == {"agency": agency})


async def numbers(hub: Hub) -> dict[str, list[int]]:
    """Movement -> the numbers under which the police were given it."""
    given: dict[str, list[int]] = {}
    for row in sorted(await hub.rows(delivery), key=lambda row: row["number"]):
        if row["agency"] == "police":
            given.setdefault(row["key"], []).append(row["number"])
    return given


async def test_a_change_is_delivered_at_once_while_a_backfill_is_far_from_its_end(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.relay.step()
    await filled.relay.step()
    assert 2 * SLICE <= len(await numbers(filled)) < RECORDS / 2 + SLICE

    changed = movement(RECORDS, reason="imprisonment")
    filled.now += timedelta(minutes=5)
    await filled.take(said(*PRISON, changed, 2, sequence=99))
    await filled.relay.step()

    given = await numbers(filled)
    key = f"prison/B1/{RECORDS}"
    assert key in given
    assert len(given) < RECORDS - SLICE
    assert not [row for row in await filled.rows(owed) if not row["later"]]

    await filled.deliver()
    given = await numbers(filled)
    assert len(given) == RECORDS
    assert {len(each) for each in given.values()} == {1}, "what did not change is delivered once"
    current, held = await filled.current(), await filled.held()
    assert all(current[id_].is_held(row) for id_, row in held.items() if id_.agency == "police")


async def test_what_changes_after_it_was_filled_and_before_is_right_in_the_end(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.relay.step()
    first, last = sorted(await numbers(filled))[0], RECORDS
    done = int(first.rpartition("/")[2])

    for number in (done, last):
        await filled.take(said(*PRISON, movement(number, reason="imprisonment"), 2, sequence=100 + number))
    await filled.deliver()

    given = await numbers(filled)
    assert (len(given), len(given[first]), len(given[f"prison/B1/{last}"])) == (RECORDS, 2, 1)
    bodies = {id_.key: body for id_, body in (await filled.bodies("police")).items()}
    assert [bodies[key]["reason"] for key in (first, f"prison/B1/{last}")] == ["imprisonment"] * 2


async def test_a_killed_backfill_goes_on_where_it_was(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.relay.step()
    half = await job_of(filled, "police")
    assert (half.state, half.total) == (JobState.RUNNING, RECORDS)
    assert 0 < half.done < RECORDS

    restarted = replace(filled)
    await restarted.relay.owe_under_new_contracts()
    await restarted.deliver()

    given = await numbers(restarted)
    assert (len(given), {len(each) for each in given.values()}) == (RECORDS, {1})
    ended = await job_of(restarted, "police")
    assert (ended.id, ended.state, ended.done) == (half.id, JobState.FINISHED, RECORDS)


async def test_an_agency_that_is_to_have_less_is_told_of_everything_it_held(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.deliver()
    police = filled.contracts["police"]
    nothing = replace(police, receives={"offender": police.receives["offender"]})
    narrowed = replace(filled, contracts={**filled.contracts, "police": nothing})

    await narrowed.relay.owe_under_new_contracts()
    await narrowed.deliver()

    held = [row for id_, row in (await narrowed.held()).items() if id_.agency == "police"]
    assert [row.withdrawn for row in held] == [True] * RECORDS


async def test_what_a_process_under_the_contracts_before_takes_reaches_whoever_is_new(filled: Hub) -> None:
    before = replace(filled, contracts={name: each for name, each in filled.contracts.items() if name != "police"})
    await filled.relay.owe_under_new_contracts()
    await filled.deliver()

    await before.take(said(*PRISON, movement(7, reason="imprisonment"), 2, sequence=99))
    await filled.deliver()

    assert len((await numbers(filled))["prison/B1/7"]) == 2
    current, held = await filled.current(), await filled.held()
    assert all(current[id_].is_held(row) for id_, row in held.items() if id_.agency == "police")


async def test_whose_contract_ended_is_owed_nothing_more(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.deliver()
    after = replace(filled, contracts={name: each for name, each in filled.contracts.items() if name != "police"})

    await after.relay.owe_under_new_contracts()
    await after.take(said(*PRISON, movement(7, reason="imprisonment"), 2, sequence=99))

    owes = {row["agency"] for row in await after.rows(owed)}
    assert "prison" in owes
    assert "police" not in owes


async def test_a_backfill_cut_short_by_another_contract_begins_again(filled: Hub) -> None:
    await filled.relay.owe_under_new_contracts()
    await filled.relay.step()
    first = await job_of(filled, "police")
    police = filled.contracts["police"]
    wider = replace(filled, contracts={**filled.contracts, "police": replace(police, limited_access=True)})
    wider.now += timedelta(minutes=1)

    await wider.relay.owe_under_new_contracts()
    await wider.deliver()

    jobs = {job.id: job for job in await JobStore(wider.engine).listed(10, kind=KIND)}
    assert jobs[first.id].state is JobState.FAILED
    assert (await job_of(wider, "police")).state is JobState.FINISHED
    assert len(await numbers(wider)) == RECORDS


async def test_what_a_first_filling_changes_goes_out_behind_what_changes_meanwhile(hub: Hub) -> None:
    store, now = SqlStore(hub.engine), lambda: NOW
    filling = Sharing(store, registry(), hub.contracts, KEYS, SEAL, now, lambda: uuid7(1_000), later=True)
    await filling.share([said(*PRISON, movement(number), 1, sequence=number) for number in range(1, RECORDS + 1)])
    await hub.relay.step()

    await hub.take(said(*PRISON, movement(RECORDS + 1), 2, sequence=RECORDS + 1))
    await hub.relay.step()

    held = {id_.record.key for id_ in await hub.held() if id_.agency == "prison"}
    assert f"prison/B1/{RECORDS + 1}" in held
    assert len(held) <= 2 * SLICE + 1
