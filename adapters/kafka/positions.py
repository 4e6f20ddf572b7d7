"""How far the hub has read what agencies send: the port `hub.ports.InputPositions` over Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, for_code
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy
from aiokafka.structs import OffsetAndMetadata

from adapters.kafka.broker import Broker
from adapters.kafka.consumer import GROUP
from adapters.kafka.reaching import reaching, started
from adapters.kafka.topic_ids import TopicIds
from adapters.kafka.topics import INPUT_PREFIX, input_topic
from hub.ports import InputPosition

_LOOKS, _LOOK_S = 40, 0.1


class _Led(NamedTuple):
    """A partition, and the broker that leads it."""

    partition: TopicPartition
    leader: int


class KafkaPositions:
    """Asks the broker anew each time: for operators, not for the hot path. Implements `hub.ports.InputPositions`."""

    def __init__(self, broker: Broker, group: str = GROUP) -> None:
        self._broker = broker
        self._group = group
        self._connection = TopicIds(broker)

    async def positions(self, agencies: Collection[str]) -> list[InputPosition]:
        """Every partition of these agencies' input, by agency and partition; none where there is no topic."""
        topics = {input_topic(agency) for agency in agencies}
        if not topics:
            return []
        async with reaching(self._broker):
            admin = AIOKafkaAdminClient(**self._broker.arguments())
            try:
                await started(admin.start())
                led = [each for topic in await admin.describe_topics() for each in _led(topic, topics)]
                committed = await self._committed(admin) if led else {}
            finally:
                await admin.close()
        starts = await self._offsets(led, OffsetResetStrategy.EARLIEST)
        ends = await self._offsets(led, OffsetResetStrategy.LATEST)
        return sorted(
            InputPosition(
                each.topic.removeprefix(INPUT_PREFIX),
                each.partition,
                starts[each],
                ends[each],
                committed.get(each),
            )
            for each, _ in led
        )

    async def _committed(self, admin: AIOKafkaAdminClient) -> dict[TopicPartition, int]:
        """What the group has committed; a cluster that never had a group makes room for them when first asked."""
        for _ in range(_LOOKS):
            with suppress(GroupCoordinatorNotAvailableError):
                return _offsets(await admin.list_consumer_group_offsets(self._group))
            await asyncio.sleep(_LOOK_S)
        return _offsets(await admin.list_consumer_group_offsets(self._group))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connection.close()

    async def _offsets(self, led: Iterable[_Led], which: int) -> dict[TopicPartition, int]:
        """The first or the next offset of each partition, asked of its leader."""
        by_leader: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for partition, leader in led:
            by_leader[leader][partition.topic].append((partition.partition, which))
        found: dict[TopicPartition, int] = {}
        async with self._connection.connection() as client:
            for leader, asked in by_leader.items():
                response = await client.send(leader, OffsetRequest(-1, 0, list(asked.items())))
                for topic, partitions in response.topics:
                    for number, error, _, offset in partitions:
                        if error:
                            raise for_code(error)(topic)
                        found[TopicPartition(topic, number)] = int(offset)
        return found


def _offsets(committed: Mapping[TopicPartition, OffsetAndMetadata]) -> dict[TopicPartition, int]:
    return {partition: each.offset for partition, each in committed.items() if each.offset >= 0}


def _led(topic: Mapping[str, Any], wanted: Collection[str]) -> list[_Led]:
    if topic["topic"] not in wanted:
        return []
    for code in (topic["error_code"], *(each["error_code"] for each in topic["partitions"])):
        if code:
            raise for_code(code)(topic["topic"])
    return [_Led(TopicPartition(topic["topic"], each["partition"]), each["leader"]) for each in topic["partitions"]]
