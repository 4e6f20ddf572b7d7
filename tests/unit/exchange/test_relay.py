"""The relay numbers, commits, then publishes; a topic that fails or a crash between the two loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from hub.domain.contract import Delivery, People
from hub.domain.errors import Halt, Unavailable
from hub.ports import Publication, TopicExtent
from hub.store.tables import owed
from tests.builders.hub import NOW, Hub, contract, quick_engine
from tests.builders.records import PNC, PRISON, PROBATION, assessment, movement, offender, said, withdrawn

CONTRACTS = {
    each.agency: each
    for each in (
        contract("prison", delivery=Delivery.STREAM),
        contract("probation", delivery=Delivery.FEED),
        contract("police", delivery=Delivery.STREAM, people=People.ALL),
    )
}


class Topics:
    """Every agency's output topic as a list. broken: agencies whose topic does not answer."""

    def __init__(self) -> None:
        self.of: dict[str, list[Publication]] = {"prison": [], "police": []}
        self.broken: set[str] = set()
        self.arrived = asyncio.Event()

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        if agency in self.broken:
            raise Unavailable("no answer")
        self.of[agency].extend(publications)
        self.arrived.set()
        return len(self.of[agency])

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        raise NotImplementedError("the relay rejects nothing")

    async def extent(self, agency: str) -> TopicExtent:
        if agency in self.broken:
            raise Unavailable("no answer")
        return TopicExtent("t1", 0, len(self.of[agency]))

    async def until(self, agency: str, number: int) -> None:
        """Wait until a delivery of this number has come."""
        async with asyncio.timeout(30):
            while number not in self.numbers(agency):
                self.arrived.clear()
                await self.arrived.wait()

    def numbers(self, agency: str) -> list[int]:
        """The numbers of the deliveries, in the order of the topic."""
        return [orjson.loads(each.value)["number"] for each in self.of[agency] if each.value is not None]


@pytest.fixture
def topics() -> Topics:
    return Topics()


@pytest.fixture
async def hub(tmp_path: Path, topics: Topics) -> AsyncIterator[Hub]:
    engine = quick_engine(tmp_path / "hub.db")
    hub = Hub(engine, CONTRACTS, publisher=topics)
    await look(hub)
    yield hub
    await engine.dispose()


async def look(hub: Hub) -> None:
    """One look at the topics: catch up whoever is behind."""
    assert hub.relay.streams is not None
    await hub.relay.streams.look()


def restarted(hub: Hub) -> Hub:
    """The same hub in a new process."""
    return replace(hub)


# --- published ----------------------------------------------------------------------------------------------


async def test_a_delivery_is_published_under_person_type_and_key_with_number_and_digest(
    hub: Hub, topics: Topics
) -> None:
    await hub.take(said(*PRISON, movement(7), 1))
    await hub.deliver()

    (published,) = topics.of["prison"]
    assert published.value is not None
    delivery = orjson.loads(published.value)
    assert published.key == f"{await hub.person_of(*PRISON)}/movement/prison/B1/7"
    assert published.headers == {
        "hub-number": "1",
        "hub-digest": delivery["digest"],
        "content-type": "application/json",
    }
    assert delivery["localIds"] == ["A1234BC"]
    assert delivery["release"]["body"] == movement(7)


async def test_numbers_are_published_in_their_order(hub: Hub, topics: Topics) -> None:
    for minute in range(1, 6):
        await hub.take(said(*PRISON, offender(f"Name {minute}"), minute), said(*PRISON, movement(minute), minute))
        await hub.relay.step()

    assert topics.numbers("prison") == list(range(1, 11))


async def test_an_agency_that_reads_the_feed_has_no_topic(hub: Hub, topics: Topics) -> None:
    await hub.take(said(*PROBATION, offender(), 1))
    await hub.deliver()

    assert (topics.of["prison"], topics.numbers("police")) == ([], [1])
    assert await hub.numbers("probation") == {"offender": 1}


async def test_after_a_release_that_withdraws_comes_a_tombstone_of_the_same_key(hub: Hub, topics: Topics) -> None:
    await hub.take(said(*PRISON, movement(), 1))
    await hub.deliver()

    await hub.take(withdrawn(*PRISON, movement(), 2))
    await hub.deliver()

    _, gone, tombstone = topics.of["prison"]
    assert gone.value is not None
    assert orjson.loads(gone.value)["release"] == {"type": "movement", "key": "prison/B1/1", "withdrawn": True}
    assert (tombstone.key, tombstone.value) == (gone.key, None)


async def test_the_records_of_a_person_merged_away_are_withdrawn_and_say_where_they_went(
    hub: Hub, topics: Topics
) -> None:
    await hub.take(said(*PROBATION, offender(), 1))
    await hub.take(said(*PRISON, offender(), 1))
    survivor, removed = await hub.person_of(*PROBATION), await hub.person_of(*PRISON)
    await hub.deliver()
    topics.of["prison"].clear()

    await hub.take(said(*PRISON, offender(pnc=PNC), 2), said(*PROBATION, offender(pnc=PNC), 2))
    await hub.deliver()

    told = {
        delivery["person"]: (delivery["movedTo"], delivery["release"].get("withdrawn", False))
        for delivery in (orjson.loads(each.value) for each in topics.of["prison"] if each.value)
    }
    assert told == {removed: (survivor, True), survivor: (None, False)}
    assert [each.key for each in topics.of["prison"] if each.value is None] == [f"{removed}/offender/-"]


# --- what fails ---------------------------------------------------------------------------------------------


async def test_what_was_committed_before_a_crash_is_published_after_it(hub: Hub, topics: Topics) -> None:
    await hub.take(said(*PRISON, offender(), 1), said(*PRISON, movement(), 1))
    topics.broken = {"prison", "police"}
    await hub.deliver()
    assert topics.of["prison"] == []

    topics.broken = set()
    again = restarted(hub)
    await look(again)

    assert topics.numbers("prison") == topics.numbers("police") == [1, 2]
    await look(again)
    assert topics.numbers("prison") == [1, 2]


async def test_a_topic_that_does_not_answer_holds_up_no_other(hub: Hub, topics: Topics) -> None:
    topics.broken = {"prison"}

    await hub.take(said(*PRISON, offender(), 1))
    await hub.deliver()

    assert (topics.numbers("prison"), topics.numbers("police")) == ([], [1])
    assert await hub.numbers("prison") == {"offender": 1}


async def test_a_topic_that_answers_again_gets_all_it_missed_in_order_and_once(hub: Hub, topics: Topics) -> None:
    topics.broken = {"prison"}
    for minute in range(1, 4):
        await hub.take(said(*PRISON, movement(minute), minute))
        await hub.deliver()

    topics.broken = set()
    await look(hub)
    await hub.take(said(*PRISON, assessment(), 5))
    await hub.deliver()

    assert topics.numbers("prison") == [1, 2, 3, 4]


async def test_what_changed_before_it_could_be_published_is_sent_once_as_it_is_now(hub: Hub, topics: Topics) -> None:
    topics.broken = {"prison"}
    await hub.take(said(*PRISON, offender("Before"), 1))
    await hub.deliver()
    await hub.take(said(*PRISON, offender("Now"), 2))

    topics.broken = set()
    await look(hub)
    await hub.deliver()

    names = [orjson.loads(each.value)["release"]["body"]["names"] for each in topics.of["prison"] if each.value]
    assert [name["surname"] for name in names] == ["Now"]


async def test_a_debt_to_an_agency_without_a_contract_is_dropped_and_harms_nobody(hub: Hub, topics: Topics) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    without = replace(hub, contracts={name: each for name, each in CONTRACTS.items() if name != "police"})
    await look(without)

    await without.deliver()

    assert (topics.numbers("prison"), topics.numbers("police")) == ([1], [])
    assert await hub.rows(owed) == []


async def test_an_agency_whose_contract_changes_is_owed_everything_once(hub: Hub, topics: Topics) -> None:
    await hub.relay.owe_under_new_contracts()
    await hub.take(said(*PRISON, offender(), 1), said(*PROBATION, assessment(), 1))
    await hub.deliver()
    narrower = contract(
        "police", delivery=Delivery.STREAM, people=People.ALL, fields={"offender": frozenset({"names"})}
    )
    changed = replace(hub, contracts={**CONTRACTS, "police": narrower})
    await look(changed)

    for _ in range(2):
        await changed.relay.owe_under_new_contracts()
        await changed.deliver()

    bodies = [orjson.loads(each.value)["release"]["body"] for each in topics.of["police"] if each.value]
    assert len(bodies) == 3
    assert set(bodies[-1]) == {"names"}
    assert topics.numbers("prison") == [1]


# --- running ------------------------------------------------------------------------------------------------


class Running:
    """A relay that runs until the test stops it."""

    def __init__(self, hub: Hub) -> None:
        self.stop, self.wake, self.delivered = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(hub.relay.run(self.stop, self.wake, self.delivered))

    async def ended(self) -> None:
        self.stop.set()
        self.wake.set()
        await asyncio.wait_for(self.task, 30)


async def test_a_running_relay_delivers_when_woken_and_stops_when_told(hub: Hub, topics: Topics) -> None:
    running = Running(hub)
    await hub.take(said(*PRISON, offender(), 1))
    running.wake.set()

    await asyncio.wait_for(running.delivered.wait(), 30)
    await topics.until("prison", 1)
    await running.ended()

    assert topics.numbers("prison") == [1]


async def test_a_running_relay_commits_a_round_while_the_one_before_is_published_and_publishes_them_in_order(
    hub: Hub, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, slow, may_go_on = topics.release, asyncio.Event(), asyncio.Event()

    async def release_slowly(agency: str, publications: Sequence[Publication]) -> int:
        slow.set()
        await may_go_on.wait()
        return await release(agency, publications)

    await hub.relay.owe_under_new_contracts()
    while await hub.relay_store.backfill(10, NOW):
        await hub.deliver()
    monkeypatch.setattr(topics, "release", release_slowly)
    running = Running(hub)
    await hub.take(said(*PRISON, offender(), 1))
    running.wake.set()
    await asyncio.wait_for(slow.wait(), 30)

    await hub.take(said(*PRISON, movement(), 2))
    running.wake.set()
    async with asyncio.timeout(30):
        while {row.number for row in (await hub.held()).values() if row.id.agency == "prison"} != {1, 2}:
            await running.delivered.wait()
            running.delivered.clear()
    assert topics.numbers("prison") == []

    may_go_on.set()
    await topics.until("prison", 2)
    await running.ended()
    assert topics.numbers("prison") == [1, 2]


async def test_a_second_relay_waits_and_takes_over_where_the_first_left_off(hub: Hub, topics: Topics) -> None:
    first, second = Running(hub), Running(restarted(hub))
    await hub.take(said(*PRISON, offender(), 1))
    await asyncio.wait_for(first.delivered.wait(), 30)
    assert not second.delivered.is_set()
    await first.ended()

    await hub.take(said(*PRISON, movement(), 2))
    await asyncio.wait_for(second.delivered.wait(), 30)
    await topics.until("prison", 2)
    await second.ended()

    assert await hub.numbers("prison") == {"offender": 1, "movement": 2}


async def test_a_database_that_is_away_for_a_moment_is_waited_for(
    hub: Hub, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter([Unavailable("no answer")])
    reliable = hub.relay_store.look

    async def look_with_a_gap(limit: int, later: int) -> object:
        for error in away:
            raise error
        return await reliable(limit, later)

    monkeypatch.setattr(hub.relay_store, "look", look_with_a_gap)
    await hub.take(said(*PRISON, offender(), 1))

    running = Running(hub)
    await topics.until("prison", 1)
    await running.ended()

    assert set(topics.numbers("prison")) == {1}


async def test_a_hub_that_is_itself_wrong_stops_relaying(
    hub: Hub, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(agency: str) -> TopicExtent:
        raise Halt(f"the topic of {agency} is not the hub's")

    monkeypatch.setattr(topics, "extent", broken)

    with pytest.raises(Halt):
        await asyncio.wait_for(Running(hub).task, 30)
