"""An agency's link to the hub over Kafka."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import orjson

from adapters.client.events import (
    encoded,
    kafka_headers,
    parked_message,
    read_delivery,
    read_refusal,
    read_tombstone,
    receipt_headers,
    receipts,
    seen_receipts,
)
from adapters.client.fresh import fresh, last_of_each
from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal, Sighted
from adapters.client.patience import until_answered
from adapters.kafka.broker import Broker
from adapters.kafka.producer import Producer
from adapters.kafka.reader import Record, TopicReader
from adapters.kafka.topics import input_topic, output_topic, rejected_topic
from hub.domain.canonical import Json
from hub.ports import Publication

_RECEIPTS_AT_ONCE = 500


class StreamLink:
    """Submits on `hub.in.<agency>`, reads `hub.out.<agency>` and `hub.rejected.<agency>`. Implements `Link`.

    One process of an agency holds it; its place in the topics is kept with the broker under the agency's name.
    """

    def __init__(self, broker: Broker, agency: str) -> None:
        self._agency = agency
        self._producer = Producer(broker)
        self._releases = TopicReader(broker, output_topic(agency), agency)
        self._notices = TopicReader(broker, rejected_topic(agency), agency)
        self._closing = asyncio.Event()

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """Hand over submissions, in this order; returns when the broker has them for good. Refusals come later."""
        await self._publish(
            [Publication(each.local_id, kafka_headers(self._agency, each), encoded(each.body)) for each in events]
        )
        return ()

    async def refusals(self) -> AsyncIterator[Refusal]:
        """What the hub did not take, as it becomes known."""
        async with aclosing(self._notices.read(self._closing, from_start=False)) as reading:
            async for notices in reading:
                for notice in notices:
                    if notice.value is not None:
                        yield read_refusal(orjson.loads(notice.value))

    async def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        """What the hub releases to this agency. What was yielded counts as applied when the next is asked for."""
        seen = dict(applied)
        async with aclosing(self._releases.read(self._closing, from_start=not seen)) as reading:
            async for records in reading:
                if deliveries := fresh([_delivery(record) for record in records], seen):
                    yield deliveries

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Send receipts for deliveries that are in the agency's own store."""
        last = last_of_each(applied)
        together = [last[start : start + _RECEIPTS_AT_ONCE] for start in range(0, len(last), _RECEIPTS_AT_ONCE)]
        await self._say([receipts(each) for each in together])

    async def say_seen(self, sighted: Sequence[Sighted]) -> None:
        """Send the receipts of deliveries again, with who has seen them."""
        together = [sighted[start : start + _RECEIPTS_AT_ONCE] for start in range(0, len(sighted), _RECEIPTS_AT_ONCE)]
        await self._say([seen_receipts(each) for each in together])

    async def park(self, parked: Sequence[Parked]) -> None:
        """Say which deliveries could not be applied."""
        together = [parked[start : start + _RECEIPTS_AT_ONCE] for start in range(0, len(parked), _RECEIPTS_AT_ONCE)]
        await self._say([parked_message(each) for each in together])

    async def close(self) -> None:
        """Finish what is under way and let go of the broker; ends the iterators."""
        self._closing.set()
        await self._producer.close()

    async def _say(self, words: Iterable[Json]) -> None:
        """Hand over receipts and what is parked; all under one key, so that they stay in order."""
        await self._publish([Publication("receipts", receipt_headers(self._agency), encoded(each)) for each in words])

    async def _publish(self, publications: Sequence[Publication]) -> None:
        if publications:
            await until_answered(self._closing, partial(self._producer.spread, input_topic(self._agency), publications))


def _delivery(record: Record) -> Delivery:
    if record.value is None:
        return read_tombstone(record.key, record.headers)
    return read_delivery(orjson.loads(record.value))
