"""Native payloads from a Kafka topic of the agency's own; a message's place is let go when the store has it."""

import asyncio
from contextlib import aclosing
from functools import partial

from adapters.client.patience import until_answered
from adapters.client.running.inbox import Arrival
from adapters.client.running.store import Store
from adapters.client.running.waiting import LOOK_S, any_of
from adapters.kafka.broker import Broker
from adapters.kafka.reader import Record, TopicReader
from adapters.kafka.topic_ids import TopicIds
from hub.clock import Clock
from hub.domain.errors import Unavailable


class TopicSource:
    """A topic, read from every partition it has at start. group: under which name the place is kept with the broker."""

    def __init__(self, store: Store, broker: Broker, topic: str, group: str, now: Clock) -> None:
        self._store = store
        self._broker = broker
        self._topic = topic
        self._group = group
        self._now = now

    async def run(self, stop: asyncio.Event, came: asyncio.Event) -> None:
        """Bring messages in until told to stop; waits for a topic or broker that is not there. Raises `Halt`."""
        partitions = await self._partitions(stop)
        await asyncio.gather(*(self._read(partition, stop, came) for partition in range(partitions)))

    async def _partitions(self, stop: asyncio.Event) -> int:
        topic_ids = TopicIds(self._broker)
        try:
            while not stop.is_set():
                identity = await until_answered(stop, partial(topic_ids.identify, self._topic))
                if identity is not None:
                    return identity.partitions
                await any_of([stop], [], LOOK_S)
        except Unavailable:
            if not stop.is_set():
                raise
        finally:
            await topic_ids.close()
        return 0

    async def _read(self, partition: int, stop: asyncio.Event, came: asyncio.Event) -> None:
        reader = TopicReader(self._broker, self._topic, self._group, partition)
        async with aclosing(reader.read(stop, from_start=False)) as reading:
            async for records in reading:
                with self._store.transaction():
                    self._store.inbox.keep(self._arrival(each) for each in records if each.value is not None)
                came.set()

    def _arrival(self, record: Record) -> Arrival:
        about = {"topic": self._topic, "key": record.key}
        return Arrival(record.value or b"", self._now(), about, f"topic/{record.position}")
