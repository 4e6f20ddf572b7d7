"""Publishes the hub's releases and rejection notices: the port `hub.ports.Publisher` over Kafka."""

from collections.abc import Sequence

from adapters.kafka.broker import Broker
from adapters.kafka.producer import Producer
from adapters.kafka.topics import TopicPlan, Topics, output_topic, rejected_topic
from hub.ports import Publication, TopicExtent


class KafkaPublisher:
    """One producer and one look at the topics for all agencies. Implements `hub.ports.Publisher`."""

    def __init__(self, broker: Broker, plan: TopicPlan) -> None:
        self._producer = Producer(broker)
        self._topics = Topics(broker, plan)
        self._told: set[str] = set()

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        """Publish on `hub.out.<agency>` in this order; returns the offset after the last one."""
        return await self._producer.append(output_topic(agency), publications)

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        """Publish on `hub.rejected.<agency>`, making the topic if it is not there: anybody may send rubbish."""
        if agency not in self._told:
            await self._topics.make([agency])
        self._told.discard(agency)
        await self._producer.append(rejected_topic(agency), publications)
        self._told.add(agency)

    async def extent(self, agency: str) -> TopicExtent:
        """What `hub.out.<agency>` holds, making the topic if it is not there."""
        return await self._topics.extent(agency)

    async def close(self) -> None:
        """Finish what is under way and let go of the broker."""
        await self._producer.close()
        await self._topics.close()
