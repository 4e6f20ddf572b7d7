"""Broker and database are stopped and killed under load: afterwards all that was accepted is in, and all agree."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import pytest

from adapters.kafka.topics import output_topic
from deploy.servers import Kafka, Postgres
from deploy.servers.hub import Hub
from tests.crash.agreement import assert_agreement
from tests.crash.holding import Holding
from tests.crash.installed import Installed, install
from tests.crash.senders import Senders
from tests.crash.storm import storm
from tests.crash.submissions import PRISON, PROBATION, Said, submissions

pytestmark = [pytest.mark.servers, pytest.mark.crash, pytest.mark.timeout(180)]

SUBMISSIONS = 900


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A database server that may be killed: no other test stands on it."""
    with Postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[Kafka]:
    """A broker that may be killed: no other test stands on it."""
    with Kafka() as server:
        yield server


@dataclass
class Scene:
    """A hub under load."""

    installed: Installed
    hub: Hub
    senders: Senders
    probation: Holding
    http: httpx.AsyncClient

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when the senders or the stores have come that far."""
        async with asyncio.timeout(60):
            while not true():  # noqa: ASYNC110 - several tasks change it
                await asyncio.sleep(0.02)

    async def come_to_rest(self, said: list[Said], *live: Holding) -> None:
        """Everything is in, and all agree."""
        await assert_agreement(self.installed, self.hub.url, self.senders, said, self.probation, *live)
        assert (await asyncio.to_thread(self.hub.readiness))["state"] == "ready"


@pytest.fixture
async def scene(own_postgres: Postgres, own_kafka: Kafka, tmp_path: Path) -> AsyncIterator[Scene]:
    installed = install(tmp_path, own_postgres.create_database(f"test_{uuid4().hex}"), own_kafka.bootstrap)
    with Hub(installed.installation) as hub:
        auth = installed.auth(hub.url)
        async with (
            Senders(installed, hub.url) as senders,
            Holding(PROBATION, installed.feed(hub.url)) as probation,
            httpx.AsyncClient(base_url=hub.url, auth=auth, timeout=30, trust_env=False) as http,
        ):
            yield Scene(installed, hub, senders, probation, http)


@asynccontextmanager
async def away(server: Postgres | Kafka, end: Callable[[], None]) -> AsyncIterator[None]:
    """Inside this context a server is gone; afterwards it is back, over the data it had."""
    await asyncio.to_thread(end)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


async def test_while_the_broker_is_away_submissions_are_taken_and_the_feed_is_served(
    scene: Scene, own_kafka: Kafka
) -> None:
    said = submissions(SUBMISSIONS, seed=1)
    ends = iter((own_kafka.stop, own_kafka.kill))
    meanwhile = iter((said[-200:-100], said[-100:]))

    async def strike(_random: Random) -> None:
        async with away(own_kafka, next(ends)):
            taken, told = scene.senders.answers[httpx.codes.OK], scene.probation.highest
            scene.senders.put(next(meanwhile))
            await scene.until(lambda: scene.senders.answers[httpx.codes.OK] > taken + 10)
            await scene.until(lambda: scene.probation.highest > told + 10)
            assert (await asyncio.to_thread(scene.hub.readiness))["state"] == "degraded"
            await asyncio.to_thread(scene.hub.kill)
            await asyncio.to_thread(scene.hub.start)

    await storm(scene.senders, said[:-200], 2, 1, strike)
    await scene.come_to_rest(said)


async def test_while_the_database_is_away_it_says_try_again_and_goes_on_by_itself_when_it_is_back(
    scene: Scene, own_postgres: Postgres
) -> None:
    said = submissions(SUBMISSIONS, seed=2)
    ends = iter((own_postgres.stop, own_postgres.kill))
    meanwhile = iter((said[-200:-100], said[-100:]))

    async def strike(_random: Random) -> None:
        await scene.until(lambda: scene.senders.answers[httpx.codes.OK] > 0)  # they have a token, too
        async with away(own_postgres, next(ends)):
            answer = await scene.http.get("/v1/feed?after=0&wait=0")
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert int(answer.headers["Retry-After"]) > 0
            assert (await asyncio.to_thread(scene.hub.readiness))["state"] == "unavailable"
            refused = scene.senders.answers[httpx.codes.SERVICE_UNAVAILABLE]
            scene.senders.put(next(meanwhile))
            await scene.until(lambda: scene.senders.answers[httpx.codes.SERVICE_UNAVAILABLE] > refused)

    await scene.http.get("/v1/feed?after=0&wait=0")  # it has a token now
    await storm(scene.senders, said[:-200], 2, 1, strike)
    await scene.come_to_rest(said)


async def test_what_the_broker_forgets_in_a_power_cut_is_published_again(scene: Scene, own_kafka: Kafka) -> None:
    said = submissions(SUBMISSIONS, seed=3)
    topic = output_topic(scene.installed.names[PRISON])
    async with Holding(PRISON, scene.installed.stream()) as prison:

        async def strike(_random: Random) -> None:
            await scene.until(lambda: prison.highest > 50)
            async with away(own_kafka, own_kafka.kill):
                _cut_in_half(own_kafka.data() / f"{topic}-0")

        await storm(scene.senders, said, 1, 1, strike)
        await scene.come_to_rest(said, prison)
    assert "topic_filled_again" in scene.hub.log.read_text()


def _cut_in_half(partition: Path) -> None:
    """What a power cut leaves of what had not reached the disk."""
    for segment in partition.glob("*.log"):
        os.truncate(segment, segment.stat().st_size // 2)
