"""A producer that outlives its connections: idempotent, acknowledged by all copies, built anew when it must be."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder

from adapters.kafka.broker import REQUEST_TIMEOUT_MS, Broker, broker_errors
from adapters.kafka.parting import part_with_producer
from adapters.kafka.reaching import reaching, started
from hub.domain.errors import Unavailable
from hub.ports import Publication

_BATCH_BYTES = 512 * 1024
_LARGEST_REQUEST = 32 * 1024 * 1024
_SECONDS_TO_PUBLISH = 1.5 * REQUEST_TIMEOUT_MS / 1000
_FIRST_PARTITION = 0


class Producer:
    """Publishes and waits until every copy has it.

    Both ways of publishing raise `Unavailable` when the broker does not answer: what got through is then unknown,
    and publishing the same again is right. `Halt` when credentials, access lists or sizes are wrong.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._running: AIOKafkaProducer | None = None
        self._changing = asyncio.Lock()

    async def append(self, topic: str, publications: Sequence[Publication]) -> int:
        """Publish one or more on a topic's first partition, in this order; returns the offset after the last one."""
        async with self._producer() as producer:
            written = []
            for batch in _batches(producer, publications):
                written.append(await producer.send_batch(batch, topic, partition=_FIRST_PARTITION))
            *_, last = await asyncio.gather(*written)
        if last.offset < 0:
            raise Unavailable("Kafka had a batch already and does not say where")
        return int(last.offset) + int(batch.record_count())

    async def spread(self, topic: str, publications: Sequence[Publication]) -> None:
        """Publish each where its key belongs; for one key the order holds."""
        async with self._producer() as producer:
            written = []
            for each in publications:
                headers = _encoded(each.headers)
                written.append(await producer.send(topic, each.value, each.key.encode(), headers=headers))
            await asyncio.gather(*written)

    async def close(self) -> None:
        """Finish what is under way, within seconds, and let go of the connection."""
        producer, self._running = self._running, None
        if producer is not None:
            await part_with_producer(producer)

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """The running producer, for a publication that must end in time.

        After a time-out the producer goes on trying, and whatever is published later comes after that: so the order
        of a partition holds. After any other error its sequence numbers may be lost, and another is built.
        """
        async with reaching(self._broker):
            producer = await self._started()
        with broker_errors():
            try:
                async with asyncio.timeout(_SECONDS_TO_PUBLISH):
                    yield producer
            except KafkaTimeoutError:
                raise
            except KafkaError:
                await self._discard(producer)
                raise

    async def _started(self) -> AIOKafkaProducer:
        async with self._changing:
            if self._running is None:
                producer = AIOKafkaProducer(
                    **self._broker.arguments(),
                    enable_idempotence=True,
                    max_batch_size=_BATCH_BYTES,
                    max_request_size=_LARGEST_REQUEST,
                )
                try:
                    async with asyncio.timeout(_SECONDS_TO_PUBLISH):
                        await started(producer.start())
                except (KafkaError, OSError, TimeoutError, asyncio.CancelledError):
                    await part_with_producer(producer)
                    raise
                self._running = producer
            return self._running

    async def _discard(self, failed: AIOKafkaProducer) -> None:
        async with self._changing:
            if self._running is not failed:
                return
            self._running = None
        await part_with_producer(failed)


def _batches(producer: AIOKafkaProducer, publications: Sequence[Publication]) -> Iterator[BatchBuilder]:
    """The publications in as few batches as hold them; one that is larger than a batch stands alone."""
    batch = producer.create_batch()
    for each in publications:
        message = {"key": each.key.encode(), "value": each.value, "headers": _encoded(each.headers), "timestamp": None}
        if batch.append(**message) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(**message)
    yield batch


def _encoded(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in headers.items()]
