"""The topics: their names, how they are made, and what an output topic holds now.

`hub.in.<agency>` (the agency writes; keyed by local id), `hub.out.<agency>` (it alone reads; one partition, so that
its numbers are one order; compacted, so that the newest release of every record stays) and `hub.rejected.<agency>`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from aiokafka.admin import NewTopic
from aiokafka.errors import for_code
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy

from adapters.kafka.broker import Broker
from adapters.kafka.making import IN_SYNC, make_topics
from adapters.kafka.topic_ids import TopicIds
from hub.domain.errors import Unavailable
from hub.ports import TopicExtent

INPUT_PREFIX = "hub.in."
_ENVELOPE_ROOM = 65_536
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
        durable = {IN_SYNC: "2" if self.copies >= 3 else "1"}
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
        await make_topics(self._broker, [topic for agency in agencies for topic in self._plan.topics_of(agency)])

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
