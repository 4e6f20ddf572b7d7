"""Pretend agencies: they send what their history says, apply what they are delivered by number, and send receipts.

What an agency has applied survives its crashes; what it was about to acknowledge or to commit does not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from adapters.client.events import (
    encoded,
    kafka_headers,
    parked_message,
    read_delivery,
    read_tombstone,
    receipt_headers,
    receipts,
    structured,
)
from adapters.client.fresh import fresh, last_of_each
from adapters.client.link import Delivery, Event, Parked, RecordName
from hub.domain.canonical import digest
from hub.domain.errors import Fault, Rejected, Unavailable
from hub.exchange.envelope import from_structured
from hub.exchange.feed import Page
from hub.exchange.parked import read_parked
from hub.exchange.receipts import Receipt
from hub.ports import Publication
from tests.simulation.broker import Broker, Record
from tests.simulation.histories import Step
from tests.simulation.hub import Hub
from tests.simulation.wire import Wire

INPUT_PARTITIONS = 2
_AT_ONCE = 7
_AGAIN_S = 0.2
_IDLE_S = 0.2
_LOOK_S = 1.0
_WAIT_S = 0.5
_CANNOT = Fault("", "native-system", "cannot now")


class Applied(NamedTuple):
    """What an agency holds of a record."""

    number: int
    digest: str
    local_ids: tuple[str, ...]


class Store:
    """The agency's own database: what it applied, what it could not, and what of both the hub does not know yet."""

    def __init__(self) -> None:
        self.holds: dict[RecordName, Applied] = {}
        self.withdrawn: dict[RecordName, int] = {}
        self.unsent: dict[RecordName, Delivery] = {}
        self.parked: dict[RecordName, int] = {}
        self.untold: dict[RecordName, int] = {}

    def numbers(self) -> dict[RecordName, int]:
        """The last number of every record held or parked, or that was held."""
        return self.withdrawn | {record: applied.number for record, applied in self.holds.items()} | self.parked

    def apply(self, deliveries: Sequence[Delivery], refuses: Callable[[Delivery], bool]) -> None:
        """Apply what is news, and park what cannot be applied now, at once."""
        for each in deliveries:
            if refuses(each):
                self.parked[each.record] = self.untold[each.record] = each.number
                continue
            self.parked.pop(each.record, None)
            self.untold.pop(each.record, None)
            if each.withdrawn:
                self.holds.pop(each.record, None)
                self.withdrawn[each.record] = each.number
            else:
                self.holds[each.record] = Applied(each.number, digest(each.release), each.local_ids)
            self.unsent[each.record] = each


@dataclass
class Agency:
    """What both kinds have: a store that lasts, and a process that may die."""

    name: str
    steps: list[Step]
    store: Store
    read_to: int = 0
    """How far it has read: a number in its feed, or an offset in its topic."""
    refuses: Callable[[Delivery], bool] = lambda _: False
    """Whether its system cannot apply a delivery now."""
    forgets: Callable[[RecordName], bool] = lambda _: False
    """Of which records it never sends a receipt, though it applies them."""

    async def send(self) -> None:
        """Send all steps, each as often as it says, none waiting for another's answer."""
        underway: list[asyncio.Task[None]] = []
        for step in self.steps:
            await asyncio.sleep(step.pause)
            underway.extend(asyncio.create_task(self._send(step, copy)) for copy in range(step.copies))
        for task in underway:
            await task

    async def _send(self, step: Step, copy: int) -> None:
        await asyncio.sleep(copy * step.pause * 3)
        await self.submit(step.event)

    async def submit(self, event: Event) -> None:
        """Hand over one submission for good."""
        raise NotImplementedError

    async def read(self, wire: Wire) -> None:
        """Read, apply and acknowledge until killed."""
        seen = self.store.numbers()
        await self._acknowledge()
        async for deliveries in self.delivered(wire, resumed=bool(seen)):
            news = fresh(deliveries, seen)
            await wire.cross("agency.apply")
            self.store.apply(news, lambda each: not self.forgets(each.record) and self.refuses(each))
            await wire.cross("agency.applied")
            await self._acknowledge()

    def delivered(self, wire: Wire, *, resumed: bool) -> AsyncIterator[list[Delivery]]:
        """Deliveries as they come. What was yielded counts as applied when the next is asked for."""
        raise NotImplementedError

    async def _acknowledge(self) -> None:
        owed = last_of_each(list(self.store.unsent.values()))
        if owed:
            if told := [each for each in owed if not self.forgets(each.record)]:
                await self.acknowledge(told)
            for each in owed:
                if self.store.unsent[each.record] is each:
                    del self.store.unsent[each.record]
        if untold := dict(self.store.untold):
            await self.park([Parked(number, (_CANNOT,)) for number in untold.values()])
            for record, number in untold.items():
                if self.store.untold.get(record) == number:
                    del self.store.untold[record]

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Send receipts."""
        raise NotImplementedError

    async def park(self, parked: Sequence[Parked]) -> None:
        """Say what could not be applied."""
        raise NotImplementedError


@dataclass
class FeedAgency(Agency):
    """An agency that speaks HTTP. door: whichever process of the hub answers."""

    door: Callable[[], Hub] = field(kw_only=True)

    async def submit(self, event: Event) -> None:
        """Ask until there is an answer."""
        submission = from_structured(self.name, encoded(structured(self.name, event)))
        while True:
            hub = self.door()
            try:
                await hub.ask(hub.gatherer.take(submission))
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)
            except Rejected:
                return
            else:
                return

    async def delivered(self, wire: Wire, *, resumed: bool) -> AsyncIterator[list[Delivery]]:
        """Page by page, on from the highest number applied."""
        after = max(self.store.numbers().values(), default=0) if resumed else 0
        while True:
            page = await self._page(wire, after)
            yield [read_delivery(orjson.loads(each)) for each in page.deliveries]
            after = self.read_to = page.next

    async def _page(self, wire: Wire, after: int) -> Page:
        while True:
            hub = self.door()
            try:
                await wire.cross("agency.ask")
                page = await hub.ask(hub.feed.read(self.name, after, _AT_ONCE, _WAIT_S))
                await wire.cross("agency.answered")
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)
            else:
                return page

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Ask until there is an answer."""
        owed = [Receipt(**each) for each in receipts(applied)["receipts"]]
        while True:
            hub = self.door()
            try:
                await hub.ask(hub.settle(self.name, owed))
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def park(self, parked: Sequence[Parked]) -> None:
        """Ask until there is an answer."""
        told = read_parked(parked_message(parked))
        while True:
            hub = self.door()
            try:
                await hub.ask(hub.park(self.name, told))
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)
            else:
                return


@dataclass
class StreamAgency(Agency):
    """An agency that speaks Kafka."""

    broker: Broker = field(kw_only=True)

    async def submit(self, event: Event) -> None:
        """Append to the input; what of one local id comes first stays first."""
        self._append(event.local_id, kafka_headers(self.name, event), encoded(event.body))

    def _append(self, key: str, headers: dict[str, str], value: bytes) -> None:
        partition = sum(key.encode()) % INPUT_PARTITIONS
        self.broker.topic(f"hub.in.{self.name}/{partition}").append(Publication(key, headers, value))

    async def delivered(self, wire: Wire, *, resumed: bool) -> AsyncIterator[list[Delivery]]:
        """Poll by poll; a topic that is another one than before is read from its start."""
        topic = f"hub.out.{self.name}"
        clock = asyncio.get_running_loop().time
        known, place, looked = self.broker.topic(topic).id, self.broker.committed(topic) if resumed else 0, clock()
        while True:
            try:
                await wire.cross("agency.poll")
                if clock() - looked > _LOOK_S:
                    looked = clock()
                    if self.broker.topic(topic).id != known:
                        known, place = self.broker.topic(topic).id, 0
                records = self.broker.read(topic, place, _AT_ONCE)
                if records:
                    place = records[-1].offset + 1
                    yield [delivery_of(each) for each in records]
                    self.read_to = place
                    await wire.cross("agency.commit")
                    self.broker.commit(topic, place)
                else:
                    await asyncio.sleep(_IDLE_S)
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Append the receipts to the input."""
        self._append("receipts", receipt_headers(self.name), encoded(receipts(applied)))

    async def park(self, parked: Sequence[Parked]) -> None:
        """Append it to the input, as receipts are."""
        self._append("receipts", receipt_headers(self.name), encoded(parked_message(parked)))


def delivery_of(record: Record) -> Delivery:
    """A delivery as its topic has it."""
    if record.value is None:
        return read_tombstone(record.key, record.headers)
    return read_delivery(orjson.loads(record.value))
