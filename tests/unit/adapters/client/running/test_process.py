import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from adapters.client.link import Delivery, Event, Link, Parked, RecordName, Refusal, Sighted
from adapters.client.running.folder_out import FolderTarget
from adapters.client.running.inbox import Arrival
from adapters.client.running.process import Adapter, Bells, run
from adapters.client.running.sightings import Noted
from adapters.client.running.status import status
from adapters.client.running.store import Store, held_alone
from adapters.client.running.target import Target
from hub.domain.canonical import digest
from hub.domain.errors import Halt, Reason, Rejected
from hub.domain.seen import Seen
from tests.builders.native_releases import released, withdrawn
from tests.builders.toy_system import ToySystem
from tests.builders.valid_bodies import registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARCHER = b'{"kind": "person", "id": "A1", "surname": "Archer"}'
LATE = Refusal("", "not-covered-by-contract", "", ())


class PretendHub:
    """A link whose hub releases what it is told to, refuses what is named, and may turn the adapter away."""

    def __init__(self, *releases: Delivery) -> None:
        self.taken: list[Event] = []
        self.receipts: dict[int, str] = {}
        self.parked: list[int] = []
        self.seen: list[tuple[int, str, str]] = []
        self.asked_for: list[Mapping[RecordName, int]] = []
        self.turned_away = 0
        self._releases = releases
        self._refusals: asyncio.Queue[Refusal] = asyncio.Queue()
        self._closing = asyncio.Event()

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        if self.turned_away:
            self.turned_away -= 1
            raise Rejected(Reason.FORBIDDEN, "suspended")
        self.taken += events
        return ()

    def refuse_later(self, submission: str) -> None:
        self._refusals.put_nowait(Refusal(submission, LATE.reason, "", ()))

    async def refusals(self) -> AsyncIterator[Refusal]:
        while not self._closing.is_set():
            try:
                yield await asyncio.wait_for(self._refusals.get(), 0.05)
            except TimeoutError:
                continue

    async def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        self.asked_for.append(applied)
        yield self._releases
        await self._closing.wait()

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        self.receipts.update({each.number: digest(each.release) for each in applied})

    async def say_seen(self, sighted: Sequence[Sighted]) -> None:
        self.seen += [(each.delivery.number, digest(each.delivery.release), each.seen.by) for each in sighted]

    async def park(self, parked: Sequence[Parked]) -> None:
        self.parked += [each.number for each in parked]

    async def close(self) -> None:
        self._closing.set()


class Running:
    """An adapter that runs in this loop until its context ends."""

    def __init__(self, store: Store, hub: PretendHub, target: Target | None) -> None:
        self._bells = Bells()
        adapter = Adapter(ToySystem(), "prison", registry(), store, cast(Link, hub), (), target, lambda: NOW)
        self._task = asyncio.create_task(run(adapter, self._bells))

    async def until(self, met: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not met():  # noqa: ASYNC110 - the store rings no bells
                await asyncio.sleep(0.01)

    async def __aenter__(self) -> "Running":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bells.stop.set()
        await self._task


def came(store: Store) -> None:
    with store.transaction():
        store.inbox.keep([Arrival(ARCHER, NOW, {})])


async def test_what_came_before_it_was_started_is_said(store: Store) -> None:
    came(store)
    hub = PretendHub()
    async with Running(store, hub, None) as running:
        await running.until(lambda: len(hub.taken) == 1)
    assert hub.asked_for == []


async def test_receipts_name_what_is_really_held(store: Store, tmp_path: Path) -> None:
    first, gone = released(3, {"names": {"surname": "Archer"}, "religion": "none"}), withdrawn(5)
    for hub, last in ((PretendHub(first), first), (PretendHub(gone), gone)):
        async with Running(store, hub, FolderTarget(tmp_path / "out")) as running:
            await running.until(partial(len, hub.receipts))
        assert hub.receipts == {last.number: last.digest}
    assert [*(tmp_path / "out").rglob("*.json")] == []
    assert status(store)["lastNumberApplied"] == 5


async def test_who_has_seen_it_is_told_with_what_is_held_and_not_of_what_was_overtaken(
    store: Store, tmp_path: Path
) -> None:
    release = released(3, {"names": {"surname": "Archer"}})
    async with Running(store, PretendHub(release), FolderTarget(tmp_path / "out")) as running:
        await running.until(lambda: status(store)["lastNumberApplied"] == 3 and status(store)["receiptsDue"] == 0)
    (held,) = store.releases.all_held()
    told = []
    for number, by in ((3, "OFFICER_12"), (4, "OFFICER_13")):
        with store.transaction():
            assert store.sightings.note([held.address], number, Seen(by, NOW)) is Noted.KEPT
            store.releases.applied(replace(held, number=4))
        hub = PretendHub()
        async with Running(store, hub, FolderTarget(tmp_path / "out")) as running:
            await running.until(lambda: not store.sightings.due(1))
        told.append(hub.seen)

    assert told == [[], [(4, release.digest, "OFFICER_13")]]


async def test_record_types_it_does_not_hand_over_are_passed_over_and_not_acknowledged(
    store: Store, tmp_path: Path
) -> None:
    hub = PretendHub(released(1, {}, "movement", "m"), released(2, {"names": {"surname": "Archer"}}))
    async with Running(store, hub, FolderTarget(tmp_path / "out")) as running:
        await running.until(lambda: hub.receipts)
    assert [*hub.receipts] == [2]


async def test_the_hub_is_told_what_is_parked(store: Store, tmp_path: Path) -> None:
    hub = PretendHub(released(2, {"names": {"surname": "unsayable"}}))
    async with Running(store, hub, FolderTarget(tmp_path / "out")) as running:
        await running.until(lambda: hub.parked)
    assert (hub.parked, hub.receipts) == ([2], {})


async def test_what_the_hub_refuses_later_is_parked(store: Store) -> None:
    came(store)
    hub = PretendHub()
    async with Running(store, hub, None) as running:
        await running.until(lambda: status(store)["outbox"] == 0 and hub.taken)
        hub.refuse_later(hub.taken[0].id)
        await running.until(lambda: status(store)["parkedIn"] == 1)


async def test_turned_away_it_tries_again(store: Store) -> None:
    came(store)
    hub = PretendHub()
    hub.turned_away = 1
    async with Running(store, hub, None) as running:
        await running.until(lambda: len(hub.taken) == 1)


async def test_the_adapters_own_fault_ends_it_and_what_it_failed_on_is_parked(store: Store) -> None:
    with store.transaction():
        store.inbox.keep([Arrival(b'{"kind": "broken"}', NOW, {})])
    with pytest.raises(ZeroDivisionError):
        async with Running(store, PretendHub(), None) as running:
            await running.until(lambda: status(store)["parkedIn"] == 1)
    came(store)
    hub = PretendHub()
    async with Running(store, hub, None) as running:
        await running.until(lambda: len(hub.taken) == 1)


def test_one_adapter_at_a_time_has_a_store(tmp_path: Path) -> None:
    with held_alone(tmp_path / "a.db"), pytest.raises(Halt, match="another adapter"), held_alone(tmp_path / "a.db"):
        pass
    with held_alone(tmp_path / "a.db"):
        pass


def test_a_store_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    assert status(store)["inbox"] == 0
    assert (tmp_path / "adapter.db").stat().st_mode & 0o077 == 0


def test_a_store_that_cannot_be_opened_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Halt, match="set ADAPTER_STORE"):
        Store(tmp_path / "nowhere" / "adapter.db")
