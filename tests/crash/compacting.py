"""A topic that the broker compacts while a test waits: what a reader finds there who comes long after."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.kafka.topics import output_topic
from tests.crash.installed import Installed
from tests.crash.submissions import PRISON

_WITHIN_S = 40.0


async def compacted(installed: Installed, change: Callable[[int], Awaitable[None]]) -> None:
    """Have the broker compact the prison's topic; it does so with what stands before the segment being written.

    change: has something said that is released to the prison, so that there is such a segment; told a number from 0.
    """
    topic = ConfigResource(
        ConfigResourceType.TOPIC,
        output_topic(installed.names[PRISON]),
        {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001"},
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=installed.kafka)
    await admin.start()
    await admin.alter_configs([topic])
    await admin.close()
    full = len(await _offsets(installed))
    async with asyncio.timeout(_WITHIN_S):
        for number in count():
            await change(number)
            await asyncio.sleep(0.5)
            if len(await _offsets(installed)) < full:
                return


async def _offsets(installed: Installed) -> list[int]:
    """The offsets that the prison's topic still has."""
    place = TopicPartition(output_topic(installed.names[PRISON]), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=installed.kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    found: list[int] = []
    while await consumer.position(place) < end:
        polled = await consumer.getmany(place, timeout_ms=500)
        found += [record.offset for record in polled.get(place, ())]
    await consumer.stop()
    return found
