"""A broker or a member of the group is lost and comes back: what was acknowledged is there, and all is handled."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import aclosing

import pytest

from adapters.kafka.broker import Broker
from adapters.kafka.consumer import InputConsumer
from adapters.kafka.producer import Producer
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import TopicReader
from adapters.kafka.topics import TopicPlan, Topics, input_topic, output_topic
from deploy.servers import Kafka
from hub.domain.errors import Unavailable
from hub.ports import Message, Publication

pytestmark = [pytest.mark.servers, pytest.mark.crash]

PLAN = TopicPlan(input_partitions=6)
MESSAGES = 3_000
SESSION_S = 10
"""After which the group gives up a member that is silent."""


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[Kafka]:
    """A broker that may be killed: no other test stands on it."""
    with Kafka() as kafka:
        yield kafka


class Handled:
    """A slow database that both members share, and how often it was given each message."""

    def __init__(self, agency: str) -> None:
        self.agency = agency
        self.times: Counter[bytes] = Counter()
        self.by: dict[str, int] = {}

    def member(self, name: str) -> "Member":
        return Member(self, name)


class Member:
    """The handler of one member; it can be killed in the middle of its work."""

    def __init__(self, handled: Handled, name: str) -> None:
        self.handled = handled
        self.name = name

    async def take(self, messages: Sequence[Message]) -> None:
        await asyncio.sleep(0.02)
        mine = [message.value or b"" for message in messages if message.agency == self.handled.agency]
        self.handled.times.update(mine)
        self.handled.by[self.name] = self.handled.by.get(self.name, 0) + len(mine)


async def nobody() -> Collection[str]:
    return ()


def start(broker: Broker, member: Member, stop: asyncio.Event) -> "asyncio.Task[None]":
    return asyncio.create_task(InputConsumer(broker, member.name, member.take, nobody).run(stop))


async def send(producer: Producer, agency: str, begin: int, end: int) -> None:
    """Every message until the broker has it, as an agency would: an unknown outcome is sent again."""
    for first in range(begin, end, 50):
        batch = [Publication(f"A{number}", {}, b"%d" % number) for number in range(first, first + 50)]
        while True:
            try:
                await producer.spread(input_topic(agency), batch)
                break
            except Unavailable:
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.01)


async def all_handled(handled: Handled, messages: int) -> None:
    async with asyncio.timeout(50):
        while len(handled.times) < messages:  # noqa: ASYNC110 - counted by two members
            await asyncio.sleep(0.05)


async def test_two_members_share_the_work_and_a_lost_one_leaves_nothing_undone(own_kafka: Kafka) -> None:
    broker = Broker(own_kafka.bootstrap)
    producer, topics, stop, gone = Producer(broker), Topics(broker, PLAN), asyncio.Event(), asyncio.Event()
    await topics.make(["shared"])
    handled = Handled("shared")
    first, second = start(broker, handled.member("first"), stop), start(broker, handled.member("second"), gone)
    sent = 0
    while len(handled.by) < 2:
        await send(producer, "shared", sent, sent + 50)
        sent += 50
    second.cancel()
    await asyncio.wait((second,))
    await send(producer, "shared", sent, sent + 1_000)
    await all_handled(handled, sent + 1_000)
    stop.set()
    await first
    await producer.close()
    assert second.cancelled()
    assert set(handled.times) == {b"%d" % number for number in range(sent + 1_000)}
    # A member that leaves in the middle of a poll leaves that poll to the other, and ids stop doubles.
    assert sum(handled.times.values()) <= sent + 1_000 + 500


async def test_a_member_told_to_stop_leaves_its_work_to_the_others_at_once(own_kafka: Kafka) -> None:
    broker = Broker(own_kafka.bootstrap)
    producer, topics, stop, gone = Producer(broker), Topics(broker, PLAN), asyncio.Event(), asyncio.Event()
    await topics.make(["left"])
    handled = Handled("left")
    first, second = start(broker, handled.member("first"), stop), start(broker, handled.member("second"), gone)
    sent = 0
    while len(handled.by) < 2:
        await send(producer, "left", sent, sent + 50)
        sent += 50
    gone.set()
    await second
    began = asyncio.get_running_loop().time()
    await send(producer, "left", sent, sent + 50)
    await all_handled(handled, sent + 50)
    taken_over_after = asyncio.get_running_loop().time() - began
    stop.set()
    await first
    await producer.close()
    assert taken_over_after < SESSION_S / 2


async def test_a_broker_killed_and_started_again_loses_nothing(own_kafka: Kafka) -> None:
    broker = Broker(own_kafka.bootstrap)
    producer, topics, stop = Producer(broker), Topics(broker, PLAN), asyncio.Event()
    await topics.make(["killed"])
    handled = Handled("killed")
    consuming = start(broker, handled.member("first"), stop)
    sending = asyncio.create_task(send(producer, "killed", 0, MESSAGES))
    while sum(handled.times.values()) < 500:  # noqa: ASYNC110 - counted by a member
        await asyncio.sleep(0.05)
    await asyncio.to_thread(own_kafka.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(own_kafka.start)
    await sending
    await all_handled(handled, MESSAGES)
    stop.set()
    await consuming
    await producer.close()
    assert set(handled.times) == {b"%d" % number for number in range(MESSAGES)}


async def test_releases_published_across_the_loss_of_the_broker_stay_in_order(own_kafka: Kafka) -> None:
    broker = Broker(own_kafka.bootstrap)
    publisher, stop = KafkaPublisher(broker, PLAN), asyncio.Event()
    await publisher.extent("ordered")
    killing = asyncio.create_task(asyncio.to_thread(own_kafka.kill))
    restarted = False
    for first in range(0, 1_000, 100):
        batch = [Publication(f"p/t/{number}", {}, b"%d" % number) for number in range(first, first + 100)]
        while True:
            try:
                await publisher.release("ordered", batch)
                break
            except Unavailable:
                pass
            if not restarted:
                await killing
                await asyncio.to_thread(own_kafka.start)
                restarted = True
    read: list[int] = []
    reader = TopicReader(broker, output_topic("ordered"), "ordered")
    async with aclosing(reader.read(stop, from_start=True)) as reading:
        async for records in reading:
            read.extend(int(record.value or b"") for record in records)
            if read[-1] == 999:
                break
    await publisher.close()
    last_place = {number: place for place, number in enumerate(read)}
    assert sorted(last_place) == list(range(1_000))
    assert sorted(last_place, key=last_place.__getitem__) == list(range(1_000))
