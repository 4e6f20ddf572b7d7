"""An agency at work, on a link that a test holds the other end of."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal
from adapters.sandbox.agency import Agency
from adapters.sandbox.caseload.changes import Change, Mishap
from adapters.sandbox.shape import NativeSystem
from adapters.sandbox.work import PLAYED, work
from hub.domain.canonical import digest
from hub.spec.registry import Registry

_NOW = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)


class HubInMemory:
    """Takes what comes as the hub would: no id twice for two bodies, no time to come. Releases everything at once."""

    def __init__(self) -> None:
        self.taken: dict[str, Event] = {}
        self.seen: list[Event] = []
        self.receipts: list[tuple[int, str]] = []
        self._refused: asyncio.Queue[Refusal] = asyncio.Queue()
        self._released: asyncio.Queue[Delivery] = asyncio.Queue()

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        for event in events:
            self.seen.append(event)
            earlier = self.taken.get(event.id)
            if event.time > _NOW + timedelta(minutes=5):
                self._refused.put_nowait(Refusal(event.id, "time-in-future", "", ()))
            elif earlier is not None and earlier != event:
                self._refused.put_nowait(Refusal(event.id, "id-reused", "", ()))
            elif earlier is None:
                self.taken[event.id] = event
                self._released.put_nowait(_release(len(self.taken), event))
        return ()

    async def refusals(self) -> AsyncIterator[Refusal]:
        while True:
            yield await self._refused.get()

    async def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        assert applied == {}
        while True:
            yield [await self._released.get()]

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        self.receipts.extend((each.number, digest(each.release)) for each in applied)

    async def park(self, parked: Sequence[Parked]) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


def _release(number: int, event: Event) -> Delivery:
    name = RecordName(event.local_id, event.record_type, "-")
    release = {"type": name.type, "key": "-", "version": "1.0.0", "body": event.body, "marks": {"contested": []}}
    return Delivery(number, digest(release), name, (event.local_id,), {}, None, False, "1.0.0", event.body, (), release)


def _changes(count: int, mishaps: Mapping[int, Mishap]) -> list[Change]:
    return [
        Change(
            "probation",
            f"X{number:06}",
            "offender",
            "",
            _NOW - timedelta(days=1),
            {"crn": f"X{number:06}", "surname": f"Marsh-{number}"},
            mishaps.get(number),
        )
        for number in range(count)
    ]


@pytest.fixture
def agency(tmp_path: Path, systems: Mapping[str, NativeSystem], registry: Registry) -> Iterator[Agency]:
    agency = Agency(tmp_path / "probation.db", systems["probation"], registry)
    yield agency
    agency.close()


@asynccontextmanager
async def _at_work(agency: Agency, hub: HubInMemory, changes: list[Change]) -> AsyncIterator[None]:
    """The agency works; inside, it has played its part and everything has come back."""
    working = asyncio.ensure_future(work(agency, hub, changes, lambda: _NOW))
    async with asyncio.timeout(20):
        while not (agency.ledger.note(PLAYED) and len(hub.receipts) == len(changes)):
            assert not working.done()
            await asyncio.sleep(0.005)
    yield
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_everything_entered_is_said_once_applied_and_acknowledged_by_digest(agency: Agency) -> None:
    hub = HubInMemory()
    async with _at_work(agency, hub, _changes(130, {})):
        assert [event.local_id for event in hub.seen] == [f"X{number:06}" for number in range(130)]
        assert sorted(hub.receipts) == sorted(
            (number, _release(number, event).digest) for number, event in enumerate(hub.taken.values(), start=1)
        )


async def test_what_is_sent_twice_is_the_same_submission(agency: Agency) -> None:
    hub = HubInMemory()
    async with _at_work(agency, hub, _changes(3, {1: Mishap.SENT_TWICE})):
        assert hub.seen[1] == hub.seen[2]
        assert len(hub.taken) == 3


async def test_what_is_sent_late_comes_after_what_was_recorded_later(agency: Agency) -> None:
    hub = HubInMemory()
    async with _at_work(agency, hub, _changes(130, {1: Mishap.SENT_LATE})):
        order = [event.local_id for event in hub.seen]
        assert order.index("X000001") > order.index("X000051")
        assert sorted(order) == sorted({change.local_id for change in _changes(130, {})})


@pytest.mark.parametrize("mishap", [Mishap.CLOCK_AHEAD, Mishap.ID_REUSED])
async def test_what_is_refused_for_a_slip_is_mended(agency: Agency, mishap: Mishap) -> None:
    hub = HubInMemory()
    changes = _changes(60, {55: mishap})
    async with _at_work(agency, hub, changes):
        (mended,) = (event for event in hub.taken.values() if event.local_id == "X000055")
        assert mended.time == changes[55].recorded
        wrong = next(event for event in hub.seen if event.local_id == "X000055")
        assert wrong.id != mended.id
        assert replace(wrong, id=mended.id, time=mended.time, sequence=mended.sequence) == mended
