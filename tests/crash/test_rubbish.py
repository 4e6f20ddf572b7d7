"""A sender of nothing but rubbish is paused alone, the hub says so, and an operator lets it go on."""

import asyncio

import pytest

from adapters.kafka.broker import Broker
from adapters.kafka.producer import Producer
from adapters.kafka.topics import input_topic
from deploy.servers.hub import Hub
from hub.ports import Publication
from tests.crash.closing import closing
from tests.crash.holding import Holding
from tests.crash.running import POISON_LIMIT, Running
from tests.crash.submissions import PRISON, PROBATION, submissions

pytestmark = [pytest.mark.servers, pytest.mark.crash]

RUBBISH = Publication("A0001AA", {"ce_specversion": "0.3"}, b"{")
_LONGER_THAN_A_POLL_S = 1.0


async def test_rubbish_pauses_its_sender_alone_until_an_operator_resumes_it(running: Running) -> None:
    installed, hub = running.installed, running.hub
    said = submissions(200, seed=2)
    events = {by: [each.event for each in said if each.by == by] for by in (PROBATION, PRISON)}
    async with (
        closing(Producer(Broker(installed.kafka))) as producer,
        closing(installed.stream()) as prison,
        closing(installed.feed(hub.url)) as probation,
        Holding(PRISON, installed.feed(hub.url, PRISON)) as told,
    ):
        await producer.spread(input_topic(installed.names[PRISON]), [RUBBISH] * (POISON_LIMIT + 10))
        await _says(hub, "degraded", ["inputs from Kafka that are paused: 1"])
        await prison.submit(events[PRISON])
        await probation.submit(events[PROBATION])
        await asyncio.sleep(_LONGER_THAN_A_POLL_S)
        assert not told.last, "what the paused prison says has not come in, so probation's people are not known to it"

        resume = ("input", "resume", installed.names[PRISON])
        await asyncio.to_thread(installed.installation.command, *resume)
        await _says(hub, "ready", [])
        await told.until(lambda: any(name.type == "movement" for name in told.digests))
        await told.until(lambda: any(name.type == "assessment" for name in told.digests))


async def _says(hub: Hub, state: str, reasons: list[str]) -> None:
    """Return when the hub says this of itself."""
    async with asyncio.timeout(20):
        while (said := await asyncio.to_thread(hub.readiness))["state"] != state:  # noqa: ASYNC110 - only the hub knows
            await asyncio.sleep(0.1)
    assert said["reasons"] == reasons
