"""Malformed messages of every kind among good ones, through a hub that runs.

HUB_CRASH_POISON sets how many; the good ones all pass, and each bad one is a dead letter of which its sender is told.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import pytest
from aiokafka import AIOKafkaProducer

from adapters.kafka.topics import input_topic
from tests.builders.poison import KINDS, Raw, good
from tests.crash.agreement import queried
from tests.crash.running import Running
from tests.crash.submissions import PRISON

POISON = int(os.environ.get("HUB_CRASH_POISON", str(10 * len(KINDS))))
GOOD_AFTER = 10
"""So many bad ones in a row; fewer than pause an input."""

pytestmark = [pytest.mark.servers, pytest.mark.crash]


@pytest.mark.timeout(60 + POISON // 20)
async def test_poison_of_every_kind_harms_nobody(running: Running) -> None:
    agency, at = running.installed.names[PRISON], datetime.now(UTC) - timedelta(days=30)

    await _send(running.installed.kafka, agency, _messages(agency, at))
    goods = 1 + POISON // GOOD_AFTER
    judged = (
        "SELECT (SELECT count(*) FROM assertion) + (SELECT count(*) FROM dead_letter WHERE agency = $1 AND notified)"
    )
    async with asyncio.timeout(30 + POISON // 50):
        while await _counted(running, judged, agency) < goods + POISON:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.2 + POISON / 20_000)

    assert await _counted(running, "SELECT count(*) FROM assertion") == goods
    found = await queried(
        running.installed, "SELECT reason, count(*) FROM dead_letter WHERE agency = $1 GROUP BY reason", agency
    )
    expected = Counter(KINDS[kind][1].value for kind in islice(cycle(KINDS), POISON))
    assert dict(found) == dict(expected)
    assert (await asyncio.to_thread(running.hub.readiness))["state"] == "ready"


def _messages(agency: str, at: datetime) -> Iterator[Raw]:
    yield good(agency, 0, at)
    for number, kind in enumerate(islice(cycle(KINDS), POISON), 1):
        poison, _ = KINDS[kind]
        yield poison(agency, number, at)
        if number % GOOD_AFTER == 0:
            yield good(agency, POISON + number, at)


async def _send(bootstrap: str, agency: str, messages: Iterator[Raw]) -> None:
    """As an agency's own software might, which knows nothing of CloudEvents."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=4_000_000)
    await producer.start()
    try:
        for raw in messages:
            await producer.send(input_topic(agency), raw.value, b"A1", headers=list(raw.headers.items()))
    finally:
        await producer.stop()


async def _counted(running: Running, query: str, *given: str) -> int:
    return int((await queried(running.installed, query, *given))[0][0])
