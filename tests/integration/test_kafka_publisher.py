"""Publishing on a real broker: order, size, and topics that keep everything, whatever is done to them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.kafka.broker import Broker
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.topics import TopicPlan, Topics, input_topic, output_topic, rejected_topic
from hub.ports import Publication, TopicExtent

PLAN = TopicPlan(input_partitions=3)


@pytest.fixture
def agency() -> str:
    return f"publisher-{uuid4().hex[:12]}"


@pytest.fixture
async def publisher(kafka_bootstrap: str) -> AsyncIterator[KafkaPublisher]:
    publisher = KafkaPublisher(Broker(kafka_bootstrap), PLAN)
    yield publisher
    await publisher.close()


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    yield admin
    await admin.close()


async def read_all(bootstrap: str, topic: str) -> list[tuple[str, bytes | None, dict[str, bytes]]]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        end = (await consumer.end_offsets([TopicPartition(topic, 0)]))[TopicPartition(topic, 0)]
        found: list[ConsumerRecord] = []
        while not found or found[-1].offset < end - 1:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found.extend(records)
    finally:
        await consumer.stop()
    return [(record.key.decode(), record.value, dict(record.headers)) for record in found]


async def settings_of(admin: AIOKafkaAdminClient, topic: str, **expected: str) -> dict[str, str]:
    """The topic's settings, as soon as those expected are there: a broker learns of a change a moment later."""
    wanted = {name.replace("_", "."): value for name, value in expected.items()}
    async with asyncio.timeout(10):
        while not wanted.items() <= (found := await told_settings(admin, topic)).items():
            pass
    return found


async def told_settings(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    _, _, _, _, entries = answers[0].resources[0]
    return {name: value for name, value, *_ in entries}


def releases(count: int, start: int = 0) -> list[Publication]:
    return [Publication(f"p/{number}/-", {"hub-number": str(number)}, b"{}") for number in range(start, start + count)]


async def test_releases_stand_in_the_topic_in_the_order_they_were_given(
    publisher: KafkaPublisher, agency: str, kafka_bootstrap: str
) -> None:
    await publisher.extent(agency)
    assert await publisher.release(agency, releases(1_200)) == 1_200
    assert await publisher.release(agency, releases(3, start=1_200)) == 1_203
    found = await read_all(kafka_bootstrap, output_topic(agency))
    assert [int(headers["hub-number"]) for _, _, headers in found] == list(range(1_203))


async def test_a_tombstone_and_a_release_of_many_megabytes_pass(
    publisher: KafkaPublisher, agency: str, kafka_bootstrap: str
) -> None:
    await publisher.extent(agency)
    large = b"x" * 5_000_000
    await publisher.release(
        agency, [Publication("a", {}, b"1"), Publication("b", {}, large), Publication("a", {}, None)]
    )
    found = [(key, value) for key, value, _ in await read_all(kafka_bootstrap, output_topic(agency))]
    assert found == [("a", b"1"), ("b", large), ("a", None)]


async def test_an_output_topic_never_forgets_the_newest_release(
    publisher: KafkaPublisher, agency: str, admin: AIOKafkaAdminClient
) -> None:
    await publisher.extent(agency)
    found = await settings_of(admin, output_topic(agency), cleanup_policy="compact", retention_ms="-1")
    assert found["retention.bytes"] == "-1"
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    assert [partitions[name(agency)] for name in (input_topic, output_topic, rejected_topic)] == [3, 1, 1]


async def test_an_output_topic_made_by_somebody_else_is_mended(
    kafka_bootstrap: str, agency: str, admin: AIOKafkaAdminClient
) -> None:
    topic = output_topic(agency)
    await admin.create_topics(
        [NewTopic(topic, 1, 1, topic_configs={"cleanup.policy": "delete", "segment.jitter.ms": "7"})]
    )
    topics = Topics(Broker(kafka_bootstrap), PLAN)
    await topics.make([agency])
    await topics.make([agency])
    found = await settings_of(admin, topic, cleanup_policy="compact", retention_ms="-1")
    assert found["segment.jitter.ms"] == "7"


async def test_an_input_topic_holds_what_the_hub_can_unpack(
    publisher: KafkaPublisher, agency: str, admin: AIOKafkaAdminClient
) -> None:
    """An agency's producer may compress as it likes."""
    await admin.create_topics([NewTopic(input_topic(agency), 1, 1)])
    await publisher.extent(agency)
    found = await settings_of(admin, input_topic(agency), compression_type="uncompressed")
    assert found["max.message.bytes"] == str(1_048_576 + 65_536)


async def test_a_topic_deleted_and_made_again_has_another_id(
    publisher: KafkaPublisher, agency: str, admin: AIOKafkaAdminClient
) -> None:
    await publisher.extent(agency)
    await publisher.release(agency, releases(5))
    before = await publisher.extent(agency)
    assert before == await publisher.extent(agency) == TopicExtent(before.id, 0, 5)
    await admin.delete_topics([output_topic(agency)])
    while (after := await publisher.extent(agency)).id == before.id:
        pass
    assert (after.start, after.end) == (0, 0)
    assert await publisher.release(agency, releases(2)) == 2


async def test_a_topic_emptied_behind_the_back_begins_later(
    publisher: KafkaPublisher, agency: str, admin: AIOKafkaAdminClient
) -> None:
    await publisher.extent(agency)
    await publisher.release(agency, releases(5))
    topic = output_topic(agency)
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"cleanup.policy": "delete"})])
    await settings_of(admin, topic, cleanup_policy="delete")
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(5)})
    assert (await publisher.extent(agency))[1:] == (5, 5)


async def test_a_notice_finds_its_topic_even_where_nobody_made_one(
    publisher: KafkaPublisher, agency: str, kafka_bootstrap: str
) -> None:
    await publisher.reject(agency, [Publication("1", {}, b"1")])
    await publisher.reject(agency, [Publication("2", {}, b"2")])
    assert [key for key, _, _ in await read_all(kafka_bootstrap, rejected_topic(agency))] == ["1", "2"]
