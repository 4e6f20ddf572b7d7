"""What `hub.ports.Publisher` promises, of Kafka and of the simulation's memory alike."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.broker import Broker as KafkaBroker
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.topics import TopicPlan
from hub.ports import Publication, Publisher
from tests.simulation.broker import Broker, MemoryPublisher

_Read = Callable[[str], Awaitable[list[tuple[str, dict[str, bytes], bytes | None]]]]


@dataclass(frozen=True, slots=True)
class Publishing:
    """read: what a topic holds, as key, headers and value."""

    publisher: Publisher
    read: _Read


def _in_memory() -> Publishing:
    broker = Broker()

    async def read(name: str) -> list[tuple[str, dict[str, bytes], bytes | None]]:
        return [(each.key, dict(each.headers), each.value) for each in broker.topic(name).records]

    return Publishing(MemoryPublisher(broker), read)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.servers)])
async def publishing(request: pytest.FixtureRequest) -> AsyncIterator[Publishing]:
    if request.param == "memory":
        yield _in_memory()
        return
    bootstrap: str = request.getfixturevalue("kafka_bootstrap")
    publisher = KafkaPublisher(KafkaBroker(bootstrap), TopicPlan())

    async def read(name: str) -> list[tuple[str, dict[str, bytes], bytes | None]]:
        return await _read_to_the_end(bootstrap, name)

    yield Publishing(publisher, read)
    await publisher.close()


async def _read_to_the_end(bootstrap: str, name: str) -> list[tuple[str, dict[str, bytes], bytes | None]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    partition = TopicPartition(name, 0)
    consumer.assign([partition])
    await consumer.start()
    try:
        end = (await consumer.end_offsets([partition]))[partition]
        found = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found.extend(records)
    finally:
        await consumer.stop()
    return [(record.key.decode(), dict(record.headers), record.value) for record in found]


@pytest.fixture
def agency() -> str:
    return f"agency-{uuid4().hex[:12]}"


def numbered(*numbers: int) -> Sequence[Publication]:
    return [Publication(f"person/offender/{each}", {"hub-number": str(each)}, b"release") for each in numbers]


async def test_a_topic_that_is_not_there_is_made_empty(publishing: Publishing, agency: str) -> None:
    extent = await publishing.publisher.extent(agency)

    assert (extent.start, extent.end) == (0, 0)
    assert await publishing.publisher.extent(agency) == extent


async def test_what_is_published_stands_in_its_order_and_the_end_is_told(publishing: Publishing, agency: str) -> None:
    before = await publishing.publisher.extent(agency)

    assert await publishing.publisher.release(agency, numbered(1, 2, 3)) == 3
    assert await publishing.publisher.release(agency, numbered(4)) == 4

    assert await publishing.publisher.extent(agency) == before._replace(end=4)
    read = await publishing.read(f"hub.out.{agency}")
    assert [headers["hub-number"] for _, headers, _ in read] == [b"1", b"2", b"3", b"4"]
    assert read[0] == ("person/offender/1", {"hub-number": b"1"}, b"release")


async def test_a_tombstone_has_no_value_and_takes_an_offset(publishing: Publishing, agency: str) -> None:
    await publishing.publisher.extent(agency)

    assert await publishing.publisher.release(agency, [*numbered(1), Publication("key", {}, None)]) == 2

    assert (await publishing.read(f"hub.out.{agency}"))[1] == ("key", {}, None)


async def test_notices_of_rejections_have_a_topic_of_their_own(publishing: Publishing, agency: str) -> None:
    before = await publishing.publisher.extent(agency)

    await publishing.publisher.reject(agency, [Publication("hub.in.agency/0/1", {}, b"problem")])

    assert await publishing.read(f"hub.rejected.{agency}") == [("hub.in.agency/0/1", {}, b"problem")]
    assert await publishing.publisher.extent(agency) == before
