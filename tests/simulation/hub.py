"""One process of a hub: everything of the straight path but HTTP, Kafka and SQL, over ports in memory."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count
from random import Random
from typing import Any, TypeVar

from hub.domain.contract import Contract
from hub.domain.errors import Reason, Rejected, Unavailable
from hub.domain.ids import uuid7
from hub.domain.likelihood.score import Scale
from hub.domain.outcome import Outcome
from hub.domain.submission import Submission, micros
from hub.exchange.conflicts import Place
from hub.exchange.consume import Consumption
from hub.exchange.dead_letters import DeadLetters
from hub.exchange.decide import Deciding
from hub.exchange.describing import Describing
from hub.exchange.differing import Differing
from hub.exchange.due import Timekeeper
from hub.exchange.feed import Feed
from hub.exchange.finding import Recording
from hub.exchange.gather import Gatherer
from hub.exchange.intake import Intake
from hub.exchange.judging import Judging
from hub.exchange.matching import Matching
from hub.exchange.parked import Parked, Parking, Parkings
from hub.exchange.persons import Recognising
from hub.exchange.receipts import Receipt, Settlement, settle
from hub.exchange.relay import Relay
from hub.exchange.resolve import Resolving
from hub.exchange.risk_watch import RiskWatch
from hub.exchange.ruling import RulingOnConflicts
from hub.exchange.share import Sharing
from hub.ports import Message, Seal
from hub.spec.registry import Registry, schemas_folder
from hub.store.conflicts import DifferingRow
from hub.trust.sealing import LookupKeys
from tests.builders.hub import WEIGHTS
from tests.builders.rulings import Recorder
from tests.simulation.broker import Broker, MemoryPublisher
from tests.simulation.loop import Process
from tests.simulation.matched import MemoryMatchingStore
from tests.simulation.received import MemoryDeadLetterStore, MemoryParkedStore, MemoryReceiptStore
from tests.simulation.relayed import MemoryRelayStore
from tests.simulation.stored import MemoryStore
from tests.simulation.tables import Tables
from tests.simulation.timekept import MemoryAlertStore, MemoryWatchStore
from tests.simulation.wire import Wire

_AT_ONCE = 5
_IDLE_S = 0.15
_AGAIN_S = 0.2
_BODY_LIMIT = 100_000
_REJECTIONS = 10_000

_Answer = TypeVar("_Answer")


@lru_cache
def registry() -> Registry:
    """The specification, read once."""
    return Registry.load(schemas_folder())


class Died(Exception):
    """A process, or a request to one, ended in an error that is not the hub's own."""


class OwnersSeal:
    """A seal that opens only for the owner it was made for, as encryption with a key of each owner's will."""

    def seal(self, owner: str, content: bytes) -> bytes:
        """The content, marked."""
        return f"{owner}\n".encode() + content

    def open(self, owner: str, sealed: bytes) -> bytes:
        """The content again."""
        marked, _, content = sealed.partition(b"\n")
        if marked != owner.encode():
            raise AssertionError(f"sealed for {marked.decode()}, opened for {owner}")
        return content


@dataclass(frozen=True)
class Ground:
    """What all processes of a hub share."""

    tables: Tables
    broker: Broker
    contracts: dict[str, Contract]
    inputs: Sequence[str]
    """Topics the hub reads: `hub.in.<agency>/<partition>`."""
    now: Callable[[], datetime]
    random: Random
    alone: bool
    """Whether the database takes one transaction at a time."""
    told: Callable[[Submission, Outcome], None] = lambda _submission, _outcome: None
    """Called for everything that was shared, as often as it was."""

    keys = LookupKeys(b"simulation")
    seal: Seal = field(default_factory=OwnersSeal)

    def sharing(self, wire: Wire | None = None) -> Sharing:
        """The spine, over these tables."""
        store = MemoryStore(self.tables, wire, alone=self.alone)
        return Sharing(store, registry(), self.contracts, self.keys, self.seal, self.now, self._new_person)

    def resolving(self) -> Resolving:
        """Operators' decisions, over these tables."""
        store = MemoryStore(self.tables, alone=self.alone)
        recognising = Recognising(self.seal, self._new_person)
        return Resolving(store, recognising, self._deciding(), self.keys, self.seal, self.now)

    def ruling(self) -> RulingOnConflicts:
        """Operators' rulings, over these tables."""
        store, ids = MemoryStore(self.tables, alone=self.alone), count()
        return RulingOnConflicts(
            store,
            self._differing_row,
            Recognising(self.seal, self._new_person),
            self._deciding(),
            self.keys,
            self.seal,
            self.now,
            lambda: f"ruling-{next(ids)}",
        )

    def differing(self) -> Differing:
        """Where agencies differ."""
        return Differing(self._deciding().rules, self.contracts, self.keys, self.seal)

    def recorder(self) -> Recorder:
        """Records rulings as they are."""
        store = MemoryStore(self.tables, alone=self.alone)
        return Recorder(store, Recognising(self.seal, self._new_person), self._deciding(), self.seal, self.now)

    async def _differing_row(self, place: Place) -> DifferingRow:
        """As `OpenConflicts.row`."""
        for record in self.tables.records.values():
            if (record.id.person, record.rid) == (place.person, place.rid) and record.content is not None:
                return self.tables.differing(record)
        raise Rejected(Reason.NOT_FOUND, "there is no such record")

    def _deciding(self) -> Deciding:
        return Deciding(registry(), self.contracts, self.keys, self.seal)

    def matching(self, wire: Wire | None = None, told: Callable[[], None] = lambda: None) -> Matching:
        """Matching by likelihood, over these tables. told: called when something was recorded."""
        store = MemoryStore(self.tables, wire, alone=self.alone)
        deciding = Deciding(registry(), self.contracts, self.keys, self.seal)
        recognising, judging = Recognising(self.seal, self._new_person), Judging(Scale(WEIGHTS), links=True)
        return Matching(
            MemoryMatchingStore(self.tables, wire),
            Recording(store, recognising, deciding, judging, self.keys, self.seal, self.now),
            Describing(self.contracts),
            judging,
            self.keys,
            self.seal,
            self.now,
            lambda _recorded: told(),
        )

    def risk_watch(self, wire: Wire | None = None) -> RiskWatch:
        """The watch over people at risk, over these tables."""
        store = MemoryWatchStore(self.tables, wire, alone=self.alone)
        return RiskWatch(store, self.contracts, self.keys, self.seal, self.now)

    def timekeeper(self, wire: Wire) -> Timekeeper:
        """Whoever wakes what waits for a date, over these tables."""
        return Timekeeper(MemoryAlertStore(self.tables, wire), self.risk_watch(wire), self.now, tells=True)

    def _new_person(self) -> str:
        return uuid7(micros(self.now()) // 1000, self.random.getrandbits(74))


class Hub:
    """A process of the hub."""

    def __init__(self, ground: Ground, process: Process, wire: Wire, partitions: Callable[[], Sequence[str]]) -> None:
        """partitions: the inputs that are assigned to this process now."""
        tables, now = ground.tables, ground.now
        self.process = process
        self._ground = ground
        self._wire = wire
        self._partitions = partitions
        self._sharing = ground.sharing(wire)
        self._stop, self._said, self._wake, self._delivered = (asyncio.Event() for _ in range(4))
        self._receipts = MemoryReceiptStore(tables, wire)
        self._parkings = Parkings(MemoryParkedStore(tables, wire), self._receipts, ground.seal, now)
        publisher = MemoryPublisher(ground.broker, wire)
        self._relay_store = relay_store = MemoryRelayStore(tables, wire)
        self._relay = Relay(relay_store, publisher, ground.contracts, ground.seal, now)
        self._matching = ground.matching(wire, self._wake.set)
        self._timekeeper = ground.timekeeper(wire)
        self.feed = Feed(relay_store, ground.contracts, ground.seal, now, self._delivered, self._stop)
        self._dead_letters = DeadLetters(MemoryDeadLetterStore(tables, wire), publisher, ground.seal, now, _REJECTIONS)
        self._consumption = Consumption(
            Intake(self.share, self.settle, self._parkings.park, _BODY_LIMIT), self._dead_letters
        )
        self.gatherer = Gatherer(self.share)

    @property
    def leads(self) -> bool:
        """Whether its relay is the active one, as the database sees it."""
        return self._relay_store.locked

    async def share(self, submissions: Sequence[Submission]) -> Sequence[Outcome]:
        """The spine, waking matching and the relay."""
        outcomes = await self._sharing.share(submissions)
        for submission, outcome in zip(submissions, outcomes, strict=True):
            self._ground.told(submission, outcome)
        self._said.set()
        self._wake.set()
        return outcomes

    async def settle(self, agency: str, receipts: Sequence[Receipt]) -> Sequence[Settlement]:
        """Note receipts."""
        return await settle(self._receipts, agency, receipts, self._ground.now())

    async def park(self, agency: str, parked: Sequence[Parked]) -> Sequence[Parking]:
        """Keep what an agency could not apply."""
        return await self._parkings.park(agency, parked)

    async def run(self) -> None:
        """Until the process is killed."""
        async with self.gatherer:
            consuming = asyncio.create_task(self._consume())
            relaying = asyncio.create_task(self._relay.run(self._stop, self._wake, self._delivered))
            matching = asyncio.create_task(self._matching.run(self._stop, self._said))
            timekeeping = asyncio.create_task(self._timekeeper.run(self._stop))
            await asyncio.gather(consuming, relaying, matching, timekeeping)

    async def ask(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        """Have something done in this process, as by a request.

        Raises:
            Rejected: as whoever asks is told.
            Unavailable: also when the process dies over it; whether it was done is then unknown.
            Died: the hub itself is wrong.
        """
        if not self.process.alive:
            work.close()
            raise Unavailable("nobody answers")
        task = self.process.start(work)
        await asyncio.wait((task,))
        if task.cancelled():
            raise Unavailable("the connection broke off")
        error = task.exception()
        if error is not None and not isinstance(error, Rejected | Unavailable):
            raise Died(f"a request to {self.process.name} ended in {error!r}") from error
        return task.result()

    async def _consume(self) -> None:
        told = False
        while True:
            try:
                if not told:
                    await self._dead_letters.notify()
                    told = True
                await self._poll()
            except Unavailable:
                await asyncio.sleep(_AGAIN_S)

    async def _poll(self) -> None:
        await self._wire.cross("consume.poll")
        broker, messages, places = self._ground.broker, [], {}
        for topic in self._partitions():
            records = broker.read(topic, broker.committed(topic), _AT_ONCE)
            agency = topic.removeprefix("hub.in.").partition("/")[0]
            messages += [Message(agency, f"{topic}/{each.offset}", each.headers, each.value) for each in records]
            if records:
                places[topic] = records[-1].offset + 1
        if not messages:
            await asyncio.sleep(_IDLE_S)
            return
        await self._consumption.take(messages)
        await self._wire.cross("consume.commit")
        for topic, place in places.items():
            if topic in self._partitions():
                broker.commit(topic, place)
        await self._wire.cross("consume.committed")
