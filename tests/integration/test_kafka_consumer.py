"""Consuming on a real broker: nothing is committed before it is safe, nobody waits for a paused neighbour."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from adapters.kafka.broker import Broker
from adapters.kafka.consumer import InputConsumer
from adapters.kafka.producer import Producer
from adapters.kafka.topics import TopicPlan, Topics, input_topic
from hub.domain.errors import Halt, Unavailable
from hub.ports import Message, Publication


@pytest.fixture
def agency() -> str:
    return f"consumer-{uuid4().hex[:12]}"


class Inbox:
    """A handler that keeps what it is given; `fails` is raised instead, once each. Other tests' messages pass by."""

    def __init__(self, *agencies: str) -> None:
        self.agencies = agencies
        self.fails: list[Exception] = []
        self.polls: list[list[Message]] = []
        self.paused: set[str] = set()
        self._changed = asyncio.Condition()

    @property
    def values(self) -> list[bytes | None]:
        return [message.value for poll in self.polls for message in poll]

    async def take(self, messages: Sequence[Message]) -> None:
        mine = [message for message in messages if message.agency in self.agencies]
        if mine and self.fails:
            raise self.fails.pop(0)
        async with self._changed:
            self.polls.append(mine)
            self._changed.notify_all()

    async def are_paused(self) -> Collection[str]:
        return self.paused

    async def until(self, true: Callable[[], bool]) -> None:
        async with self._changed, asyncio.timeout(30):
            await self._changed.wait_for(true)


class Input:
    """What the tests do with the broker."""

    def __init__(self, bootstrap: str) -> None:
        self.broker = Broker(bootstrap)
        self.producer = Producer(self.broker)
        self.topics = Topics(self.broker, TopicPlan(input_partitions=2))

    async def send(self, agency: str, *values: bytes, key: str = "A1") -> None:
        await self.producer.spread(input_topic(agency), [Publication(key, {"ce_id": "1"}, value) for value in values])

    @asynccontextmanager
    async def consuming(self, inbox: Inbox) -> AsyncIterator["asyncio.Task[None]"]:
        """A consumer, always the same member of the group, told to stop at the end."""
        stop = asyncio.Event()
        consumer = InputConsumer(self.broker, "tests", inbox.take, inbox.are_paused, look_for_topics_s=0.5)
        running = asyncio.create_task(consumer.run(stop))
        try:
            yield running
        finally:
            stop.set()
            await asyncio.wait((running,))
        running.result()


@pytest.fixture
async def given(kafka_bootstrap: str) -> AsyncIterator[Input]:
    given = Input(kafka_bootstrap)
    yield given
    await given.producer.close()
    await given.topics.close()


async def test_a_message_comes_with_its_agency_position_and_headers(given: Input, agency: str) -> None:
    await given.topics.make([agency])
    await given.send(agency, b"one")
    inbox = Inbox(agency)
    async with given.consuming(inbox):
        await inbox.until(lambda: inbox.values == [b"one"])
    (message,) = (message for poll in inbox.polls for message in poll)
    topic, partition, offset, _time = message.position.split("/")
    assert (message.agency, topic, offset, message.headers) == (agency, input_topic(agency), "0", {"ce_id": b"1"})
    assert partition in "01"


async def test_what_was_handled_does_not_come_again(given: Input, agency: str) -> None:
    await given.topics.make([agency])
    await given.send(agency, b"one")
    first, second = Inbox(agency), Inbox(agency)
    async with given.consuming(first):
        await first.until(lambda: first.values == [b"one"])
    await given.send(agency, b"two")
    async with given.consuming(second):
        await second.until(lambda: b"two" in second.values)
    assert second.values == [b"two"]


async def test_what_cannot_be_taken_now_comes_again_in_its_order(given: Input, agency: str) -> None:
    await given.topics.make([agency])
    await given.send(agency, b"one", b"two", b"three")
    inbox = Inbox(agency)
    inbox.fails = [Unavailable("no database"), Unavailable("no database")]
    async with given.consuming(inbox):
        await inbox.until(lambda: len(inbox.values) >= 3)
    assert inbox.values == [b"one", b"two", b"three"]


async def test_a_halt_ends_consuming_and_commits_nothing(given: Input, agency: str) -> None:
    await given.topics.make([agency])
    await given.send(agency, b"one", b"two")
    halted, again = Inbox(agency), Inbox(agency)
    halted.fails = [Halt("wrong schema")]
    with pytest.raises(Halt, match="wrong schema"):
        async with given.consuming(halted) as running:
            await running
    async with given.consuming(again):
        await again.until(lambda: len(again.values) >= 2)
    assert again.values == [b"one", b"two"]


async def test_a_paused_agency_waits_and_its_neighbour_does_not(given: Input, agency: str) -> None:
    neighbour = f"{agency}-neighbour"
    await given.topics.make([agency, neighbour])
    inbox = Inbox(agency, neighbour)
    inbox.paused = {agency}
    await given.send(agency, b"kept back")
    async with given.consuming(inbox):
        for number in range(3):
            await given.send(neighbour, b"%d" % number)
            await inbox.until(lambda number=number: b"%d" % number in inbox.values)  # type: ignore[misc]  # bound now
        assert b"kept back" not in inbox.values
        inbox.paused = set()
        await inbox.until(lambda: b"kept back" in inbox.values)
        inbox.paused = {agency}
        await given.send(neighbour, b"3")
        await inbox.until(lambda: b"3" in inbox.values)
        await given.send(agency, b"kept back too")
        await asyncio.sleep(0.7)
        assert b"kept back too" not in inbox.values
        inbox.paused = set()
        await inbox.until(lambda: b"kept back too" in inbox.values)


async def test_an_agency_that_comes_later_is_found(given: Input, agency: str) -> None:
    late = f"{agency}-late"
    await given.topics.make([agency])
    await given.send(agency, b"early")
    inbox = Inbox(agency, late)
    async with given.consuming(inbox):
        await inbox.until(lambda: b"early" in inbox.values)
        await given.topics.make([late])
        await given.send(late, b"late")
        await inbox.until(lambda: b"late" in inbox.values)


async def test_a_poll_is_never_larger_than_one_transaction_likes(given: Input, agency: str) -> None:
    await given.topics.make([agency])
    await given.send(agency, *[b"%d" % number for number in range(1_300)])
    inbox = Inbox(agency)
    async with given.consuming(inbox):
        await inbox.until(lambda: len(inbox.values) >= 1_300)
    assert [int(value or b"") for value in inbox.values] == list(range(1_300))
    assert max(len(poll) for poll in inbox.polls) <= 500


async def test_a_message_that_the_client_cannot_read_stops_nobody(
    given: Input, agency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour = f"{agency}-neighbour"
    await given.topics.make([agency, neighbour])
    await given.send(agency, *[b"%d" % number for number in range(250)])
    with monkeypatch.context() as patched:
        await send_with_header_of_bytes(patched, given, agency)
    await given.send(agency, b"after", b"and after")
    await given.send(neighbour, b"unharmed")
    inbox = Inbox(agency, neighbour)
    async with given.consuming(inbox):
        await inbox.until(lambda: {b"and after", b"unharmed"} <= set(inbox.values))
    mine = [message for poll in inbox.polls for message in poll if message.agency == agency]
    assert [message.value for message in mine] == [
        *[b"%d" % number for number in range(250)],
        None,
        b"after",
        b"and after",
    ]
    assert mine[250].headers == {}
    assert mine[250].position.split("/")[2] == "250"


async def send_with_header_of_bytes(patched: pytest.MonkeyPatch, given: Input, agency: str) -> None:
    """As clients in other languages can: the name of a header is no UTF-8. aiokafka has to be talked into it."""

    class Bytes(str):
        def encode(self, *_: object) -> bytes:
            return b"\xff\xfe"

    class Size:
        estimate_size_in_bytes = staticmethod(lambda *_: 100)

    patched.setattr("aiokafka.producer.producer.DefaultRecordBatchBuilder", Size)
    patched.setattr("aiokafka.producer.message_accumulator.DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    producer = AIOKafkaProducer(bootstrap_servers=given.broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(input_topic(agency), b"unreadable", b"A1", headers=[(Bytes("name"), b"value")])
    await producer.stop()
