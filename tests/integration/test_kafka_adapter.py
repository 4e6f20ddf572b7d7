"""Native payloads from a topic of the agency's own, on a real broker: each kept once, none let go before it is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from adapters.client.running.store import Store
from adapters.client.running.topic_in import TopicSource
from adapters.kafka.broker import Broker
from adapters.kafka.producer import Producer
from hub.ports import Publication

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTITIONS = 3


class Topic:
    """A topic of several partitions, in which a native system writes."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.name = f"native-{uuid4().hex}"

    async def make(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(self.name, PARTITIONS, 1)])
        finally:
            await admin.close()

    async def write(self, *documents: str) -> None:
        producer = Producer(self.broker)
        await producer.spread(self.name, [Publication(each, {}, each.encode()) for each in documents])
        await producer.close()

    @asynccontextmanager
    async def read_into(self, store: Store) -> AsyncIterator[None]:
        stop = asyncio.Event()
        source = TopicSource(store, self.broker, self.name, self.name, lambda: NOW)
        running = asyncio.create_task(source.run(stop, asyncio.Event()))
        yield
        stop.set()
        await running


@pytest.fixture
def topic(kafka_bootstrap: str) -> Topic:
    return Topic(Broker(kafka_bootstrap))


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not met():  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(0.05)


def kept(store: Store) -> list[str]:
    return sorted(row.document.decode() for row in store.inbox.waiting(1_000))


async def test_every_partition_is_read_and_goes_on_where_it_was(topic: Topic, tmp_path: Path) -> None:
    store = Store(tmp_path / "adapter.db")
    documents = [f'{{"n": {number}}}' for number in range(20)]
    await topic.make()
    await topic.write(*documents)
    async with topic.read_into(store):
        await until(lambda: len(kept(store)) == len(documents))
    assert kept(store) == sorted(documents)
    await topic.write('{"n": "more"}')
    async with topic.read_into(store):
        await until(lambda: len(kept(store)) == len(documents) + 1)
    assert store.inbox.waiting(1)[0].about["topic"] == topic.name
    store.close()


async def test_what_comes_again_because_its_place_was_not_noted_is_kept_once(topic: Topic, tmp_path: Path) -> None:
    """A crash between the store and the broker: the same messages come again, as to a reader of another name."""
    store = Store(tmp_path / "adapter.db")
    await topic.make()
    await topic.write('{"n": 1}', '{"n": 2}')
    async with topic.read_into(store):
        await until(lambda: len(kept(store)) == 2)
    stop = asyncio.Event()
    again = TopicSource(store, topic.broker, topic.name, f"{topic.name}-again", lambda: NOW)
    running = asyncio.create_task(again.run(stop, asyncio.Event()))
    await topic.write('{"n": 3}')
    await until(lambda: len(kept(store)) == 3)
    stop.set()
    await running
    assert kept(store) == ['{"n": 1}', '{"n": 2}', '{"n": 3}']
    store.close()


async def test_it_waits_for_a_topic_that_is_not_there_yet(topic: Topic, tmp_path: Path) -> None:
    store = Store(tmp_path / "adapter.db")
    async with topic.read_into(store):
        await asyncio.sleep(1)
        await topic.make()
        await topic.write('{"n": 1}')
        await until(lambda: kept(store) == ['{"n": 1}'])
    async with topic.read_into(store):
        pass
    store.close()
