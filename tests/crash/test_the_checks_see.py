"""The checks find what they are there to find: hubs with a fault, senders that do not send, stores that forget."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.servers.hub import Hub
from tests.crash import agreement
from tests.crash.agreement import findings, verdict
from tests.crash.faulty.moment import SAID
from tests.crash.holding import Holding
from tests.crash.installed import install
from tests.crash.senders import Senders
from tests.crash.submissions import PRISON, PROBATION, Said, submissions

pytestmark = [pytest.mark.servers, pytest.mark.crash, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is lost for good does not come by waiting."""
    monkeypatch.setattr(agreement, "QUIET_S", 3.0)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("commits_before_sharing", "was accepted when it came again"),
        ("notes_before_publishing", "(prison) and the hub differ"),
    ],
)
async def test_a_hub_with_a_fault_is_found_out(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str, fault: str, seen: str
) -> None:
    installed = install(tmp_path, postgres_url, kafka_bootstrap, module=f"tests.crash.faulty.{fault}")
    said = _of_different_records()
    with Hub(installed.installation) as hub:
        async with Senders(installed, hub.url) as senders:
            senders.put(said)
            async with asyncio.timeout(60):
                while SAID not in hub.log.read_text():  # noqa: ASYNC110 - another process says it
                    await asyncio.sleep(0.02)
            await asyncio.to_thread(hub.kill)
            hub.installation = replace(installed.installation, module="hub")
            await asyncio.to_thread(hub.start)
            await senders.done(within=60)
            found = await verdict(installed, hub.url, senders, said)
    assert [finding for finding in found if seen in finding]


def _of_different_records() -> list[Said]:
    """What the prison says, each of another record: nothing that comes later makes good what was lost."""
    movements = [each for each in submissions(600, seed=1) if each.event.record_type == "movement" and each.good]
    of_record = {(each.event.local_id, each.event.body["sequence"]): each for each in movements}
    return [each for each in of_record.values() if not each.event.withdrawn]


async def test_a_submission_never_sent_and_a_delivery_forgotten_are_found(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    installed = install(tmp_path, postgres_url, kafka_bootstrap)
    *sent, unsent = submissions(50, seed=1)
    with Hub(installed.installation) as hub:
        async with (
            Senders(installed, hub.url) as senders,
            Holding(PROBATION, installed.feed(hub.url)) as probation,
            Holding(PRISON, installed.stream()) as prison,
        ):
            senders.put(sent)
            await senders.done(within=30)
            assert not await findings(installed, hub.url, sent, [probation, prison])

            forgotten = next(iter(prison.digests))
            del prison.last[forgotten]
            found = await findings(installed, hub.url, [*sent, unsent], [probation, prison])
    assert any(f"(prison) and the hub differ on {forgotten}" in finding for finding in found)
    assert any(unsent.event.id in finding and "accepted when it came again" in finding for finding in found)
