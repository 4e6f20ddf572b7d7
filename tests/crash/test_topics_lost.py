"""The hub's store is the record: what a topic of its own loses behind its back is noticed and filled again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.kafka.topics import output_topic
from tests.crash.holding import Holding
from tests.crash.running import Running
from tests.crash.senders import Senders
from tests.crash.submissions import PRISON, submissions

pytestmark = [pytest.mark.servers, pytest.mark.crash]

Loss = Callable[[AIOKafkaAdminClient, str, int], Awaitable[None]]
"""Makes a topic lose something. Takes the topic and where it ends."""


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    yield admin
    await admin.close()


@dataclass
class Scene:
    """A prison that was there before, and what the hub holds for it, as its feed says. topic: its own."""

    senders: Senders
    live: Holding
    by_feed: Holding
    topic: str

    async def agree(self, *others: Holding) -> None:
        """Return when all hold the same."""
        stores = (self.live, *others)
        await self.by_feed.until(lambda: all(each.digests == self.by_feed.digests != {} for each in stores))
        assert not [fault for each in stores for fault in each.faults]


@pytest.fixture
async def scene(running: Running) -> AsyncIterator[Scene]:
    installed, hub = running.installed, running.hub
    async with (
        Senders(installed, hub.url) as senders,
        Holding(PRISON, installed.stream()) as live,
        Holding(PRISON, installed.feed(hub.url, PRISON)) as by_feed,
    ):
        senders.put(submissions(200, seed=1))
        await senders.done(within=30)
        scene = Scene(senders, live, by_feed, output_topic(installed.names[PRISON]))
        await scene.agree()
        yield scene


async def emptied(admin: AIOKafkaAdminClient, topic: str, end: int) -> None:
    await _forgotten_before(admin, topic, end)


async def cut_in_half(admin: AIOKafkaAdminClient, topic: str, end: int) -> None:
    await _forgotten_before(admin, topic, end // 2)


async def deleted(admin: AIOKafkaAdminClient, topic: str, _end: int) -> None:
    await admin.delete_topics([topic])


async def _forgotten_before(admin: AIOKafkaAdminClient, topic: str, offset: int) -> None:
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"cleanup.policy": "delete"})])
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})


@pytest.mark.parametrize("loss", [emptied, cut_in_half, deleted])
async def test_what_a_topic_loses_comes_again_and_a_prison_that_starts_anew_ends_complete(
    running: Running, admin: AIOKafkaAdminClient, scene: Scene, loss: Loss
) -> None:
    filled = _times_filled(running)
    await loss(admin, scene.topic, await _end(running.installed.kafka, scene.topic))
    await scene.live.until(lambda: _times_filled(running) > filled)

    async with Holding(PRISON, running.installed.stream()) as anew:
        await scene.agree(anew)
        scene.senders.put(submissions(50, seed=filled + 3))
        await scene.senders.done(within=30)
        await scene.agree(anew)


async def test_an_operator_has_a_topic_filled_again(running: Running, scene: Scene) -> None:
    before = await _end(running.installed.kafka, scene.topic)

    await asyncio.to_thread(running.installed.installation.command, "republish", running.installed.names[PRISON])

    async with asyncio.timeout(20):
        wanted = before + len(scene.live.digests)
        while await _end(running.installed.kafka, scene.topic) < wanted:  # noqa: ASYNC110 - only the broker knows
            await asyncio.sleep(0.1)
    await scene.agree()


def _times_filled(running: Running) -> int:
    return running.hub.log.read_text().count("topic_filled_again")


async def _end(bootstrap: str, topic: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        place = TopicPartition(topic, 0)
        return int((await consumer.end_offsets([place]))[place])
    finally:
        await consumer.stop()
