"""The topics: their names, how they are made, and what an output topic holds now.

`hub.in.<agency>` (the agency writes; keyed by local id), `hub.out.<agency>` (it alone reads; one partition, so that
its numbers are one order; compacted, so that the newest release of every record stays) and `hub.rejected.<agency>`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy

from adapters.kafka.broker import Broker, broker_errors
from adapters.kafka.topic_ids import TopicIds
from hub.domain.errors import Unavailable
from hub.ports import TopicExtent

INPUT_PREFIX = "hub.in."
_ENVELOPE_ROOM = 65_536
_IN_SYNC = "min.insync.replicas"
_LOOKS, _LOOK_S = 40, 0.05
_DAY_MS = 24 * 60 * 60 * 1000

_INPUT_CONFIG = {
    # An agency may compress as it likes: the broker unpacks, for the hub would not know every way.
    "compression.type": "uncompressed",
}
_OUTPUT_CONFIG = {
    "cleanup.policy": "compact",
    # A broker whose clock jumps deletes what is older than the retention: here nothing ever is.
    "retention.ms": "-1",
    "retention.bytes": "-1",
    # How long a reader that starts anew still sees that a record is gone.
    "delete.retention.ms": str(7 * _DAY_MS),
    # The segment being written is never compacted.
    "segment.bytes": str(16 * 1024 * 1024),
    "segment.ms": str(_DAY_MS),
    # A shared record gathers what several agencies said.
    "max.message.bytes": str(16 * 1024 * 1024),
}


def input_topic(agency: str) -> str:
    """Where the agency hands over submissions and receipts."""
    return f"{INPUT_PREFIX}{agency}"


def output_topic(agency: str) -> str:
    """Where the agency finds its releases."""
    return f"hub.out.{agency}"


def rejected_topic(agency: str) -> str:
    """Where the agency finds notices of what was not taken."""
    return f"hub.rejected.{agency}"


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """How topics are made.

    input_partitions: of every `hub.in.*`; more consumers than that find no work. copies: of every topic; with three,
    two must have a message before it is acknowledged. message_limit: bytes of a body that the hub takes; the input
    topics take a little more, so that what is slightly too large becomes a dead letter and not just an error there.
    """

    input_partitions: int = 4
    copies: int = 1
    message_limit: int = 1024 * 1024

    def topics_of(self, agency: str) -> list[NewTopic]:
        """The three topics of an agency."""
        durable = {_IN_SYNC: "2" if self.copies >= 3 else "1"}
        largest = {"max.message.bytes": str(self.message_limit + _ENVELOPE_ROOM)}
        return [
            NewTopic(
                input_topic(agency), self.input_partitions, self.copies, topic_configs=durable | largest | _INPUT_CONFIG
            ),
            NewTopic(output_topic(agency), 1, self.copies, topic_configs=durable | _OUTPUT_CONFIG),
            NewTopic(rejected_topic(agency), 1, self.copies, topic_configs=durable),
        ]


class Topics:
    """Makes topics and looks at them. Every method raises `Unavailable` or `Halt`, and may be called again."""

    def __init__(self, broker: Broker, plan: TopicPlan) -> None:
        self._broker = broker
        self._plan = plan
        self._ids = TopicIds(broker)

    async def make(self, agencies: Iterable[str]) -> None:
        """Make the topics of these agencies that are not there; one that is made otherwise is mended."""
        wanted = [topic for agency in agencies for topic in self._plan.topics_of(agency)]
        if not wanted:
            return
        with broker_errors():
            admin = AIOKafkaAdminClient(**self._broker.arguments())
            try:
                await admin.start()
                await _create(admin, wanted)
                await _mend(admin, wanted)
            finally:
                await admin.close()

    async def extent(self, agency: str) -> TopicExtent:
        """What `hub.out.<agency>` holds, making the topic if it is not there."""
        topic = output_topic(agency)
        if await self._ids.identify(topic) is None:
            await self.make([agency])
            return await self._first_extent(topic)
        return await self._extent(topic)

    async def _first_extent(self, topic: str) -> TopicExtent:
        """Of a topic just made, which has no leader for a moment."""
        for _ in range(_LOOKS):
            with suppress(Unavailable):
                return await self._extent(topic)
            await asyncio.sleep(_LOOK_S)
        return await self._extent(topic)

    async def _extent(self, topic: str) -> TopicExtent:
        identity = await self._ids.identify(topic)
        if identity is None:
            raise Unavailable("Kafka has not made the topic yet")
        start = await self._offset(topic, identity.leader, OffsetResetStrategy.EARLIEST)
        end = await self._offset(topic, identity.leader, OffsetResetStrategy.LATEST)
        return TopicExtent(identity.id, start, end)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._ids.close()

    async def _offset(self, topic: str, leader: int, which: int) -> int:
        async with self._ids.connection() as client:
            response = await client.send(leader, OffsetRequest(-1, 0, [(topic, [(0, which)])]))
            _, partitions = response.topics[0]
            _, error, _, offset = partitions[0]
            if error:
                raise for_code(error)(topic)
            return int(offset)


async def _create(admin: AIOKafkaAdminClient, wanted: list[NewTopic]) -> None:
    response = await admin.create_topics(wanted)
    for name, code, *_ in response.topic_errors:
        error = for_code(code) if code else None
        if error is not None and error is not TopicAlreadyExistsError:
            raise error(name)


async def _mend(admin: AIOKafkaAdminClient, wanted: list[NewTopic]) -> None:
    """Where a topic was made by somebody else, make it as the hub relies on it; how many copies it has is theirs."""
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in wanted])
    standing = {name: _set_on_topic(entries) for answer in answers for _, _, _, name, entries in answer.resources}
    mended = []
    for topic in wanted:
        relied_on = {name: value for name, value in topic.topic_configs.items() if name != _IN_SYNC}
        if not relied_on.items() <= standing[topic.name].items():
            configs = standing[topic.name] | relied_on
            mended.append(ConfigResource(ConfigResourceType.TOPIC, topic.name, configs))
    for answer in await admin.alter_configs(mended) if mended else ():
        for code, _, _, name in answer.resources:
            if code:
                raise for_code(code)(name)


def _set_on_topic(entries: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """Settings made on the topic itself, as against what it has from the broker (config source 1)."""
    return {name: value for name, value, _, source, *_ in entries if source == 1}
