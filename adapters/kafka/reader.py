"""Reads one of an agency's own topics, from its side: on from where it was, or from the start."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from adapters.kafka.broker import Broker, broker_errors
from adapters.kafka.parting import part_with_consumer
from adapters.kafka.reaching import reaching, started
from adapters.kafka.topic_ids import TopicIds
from hub.domain.errors import Unavailable

_MOST_AT_ONCE = 500
_POLL_MS = 250
_LOOK_S = 1.0
_SECONDS_TO_COMMIT = 5.0


@dataclass(frozen=True, slots=True)
class Record:
    """One message. value: None for a tombstone. position: tells it from every other, also of a topic made again."""

    key: str
    headers: Mapping[str, bytes]
    value: bytes | None
    position: str


class TopicReader:
    """The only reader of a topic's partition. group: under which name its place is kept with the broker."""

    def __init__(self, broker: Broker, topic: str, group: str, partition: int = 0) -> None:
        self._broker = broker
        self._topic = topic
        self._group = group
        self._ids = TopicIds(broker)
        self._partition = TopicPartition(topic, partition)
        self._topic_id: str | None = None
        self._next: int | None = None

    async def read(self, stop: asyncio.Event, *, from_start: bool) -> AsyncGenerator[Sequence[Record], None]:
        """Records in the topic's order until told to stop; waits for a topic or a broker that is not there.

        What was yielded is committed when the next is asked for. A topic that was deleted and made again is read from
        its start: what the reader has seen comes again, and nothing is missed.

        Raises:
            Halt: credentials or access lists are wrong.
        """
        if from_start:
            self._next = 0
        try:
            while not stop.is_set():
                async with aclosing(self._until_lost(stop)) as reading:
                    async for records in reading:
                        yield records
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK_S)
        finally:
            await self._ids.close()

    async def _until_lost(self, stop: asyncio.Event) -> AsyncGenerator[Sequence[Record], None]:
        """Records over one connection, as long as topic and broker are there; afterwards reading goes on behind."""
        with suppress(Unavailable):
            if await self._is_there():
                async with self._opened() as consumer, aclosing(self._polled(consumer, stop)) as polled:
                    async for records in polled:
                        yield records
                        await self._commit(consumer)

    async def _is_there(self) -> bool:
        """Whether there is a topic; if it is not the one read before, its start is the next to be read."""
        identity = await self._ids.identify(self._topic)
        if identity is None:
            return False
        if self._topic_id not in (None, identity.id):
            self._next = 0
        self._topic_id = identity.id
        return True

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            **self._broker.arguments(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        # Assigned, not subscribed: there is one reader, so nothing to agree on and no session to run out.
        consumer.assign([self._partition])
        try:
            async with reaching(self._broker):
                await started(consumer.start())
                if self._next is not None:
                    consumer.seek(self._partition, self._next)
            yield consumer
        finally:
            await part_with_consumer(consumer)

    async def _polled(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> AsyncGenerator[Sequence[Record], None]:
        """Polls until told to stop, or until the topic is another one or gone."""
        loop = asyncio.get_running_loop()
        topic_id, look = self._topic_id, loop.time() + _LOOK_S
        while not stop.is_set():
            with broker_errors():
                polled = await consumer.getmany(self._partition, timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE)
            if loop.time() >= look:
                if not await self._is_there() or self._topic_id != topic_id:
                    return
                look = loop.time() + _LOOK_S
            for records in polled.values():
                self._next = records[-1].offset + 1
                yield [_record(each) for each in records]

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        with broker_errors():
            async with asyncio.timeout(_SECONDS_TO_COMMIT):
                await consumer.commit({self._partition: self._next})


def _record(read: ConsumerRecord) -> Record:
    position = f"{read.topic}/{read.partition}/{read.offset}/{read.timestamp}"
    return Record(
        (read.key or b"").decode(), {name: value or b"" for name, value in read.headers}, read.value, position
    )
