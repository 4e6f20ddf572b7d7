"""Picks out messages that the Kafka client itself cannot read, so that they stop neither their agency nor the others.

The name of a header may be any bytes on the wire; aiokafka takes it for UTF-8 and raises, for everything it fetched
together with it and for ever. Picked out, it is a message without headers and value, and is refused as such.
"""

from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import UnsupportedCodecError

UNREADABLE = (UnicodeDecodeError, UnsupportedCodecError)
"""What aiokafka raises for the content of a message."""

_AT_ONCE = (100, 10, 1)
_PATIENCE_MS = 2_000


async def pick_out(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> Mapping[TopicPartition, list[ConsumerRecord]]:
    """The next messages of these partitions, from what was committed on; unreadable ones one by one, in their place."""
    picked = {partition: await _next_of(consumer, partition) for partition in partitions}
    return {partition: records for partition, records in picked.items() if records}


async def _next_of(consumer: AIOKafkaConsumer, partition: TopicPartition) -> list[ConsumerRecord]:
    start = await consumer.committed(partition) or 0
    if start >= (consumer.highwater(partition) or 0):
        return []
    for count in _AT_ONCE:
        consumer.seek(partition, start)
        try:
            polled = await consumer.getmany(partition, timeout_ms=_PATIENCE_MS, max_records=count)
        except UNREADABLE:
            continue
        return list(polled.get(partition, ()))
    offset = await consumer.position(partition)
    consumer.seek(partition, offset + 1)
    return [_unreadable(partition, offset)]


def _unreadable(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=-1,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(),
    )
