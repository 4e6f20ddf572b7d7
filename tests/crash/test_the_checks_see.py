"""The checks find what they are there to find: hubs with a fault, senders that do not send, stores that forget."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.servers.hub import Hub
from hub.exchange.resolve import Choice
from tests.crash import agreement
from tests.crash.agreement import findings, verdict
from tests.crash.faulty.moment import SAID
from tests.crash.holding import Holding, nothing
from tests.crash.installed import install
from tests.crash.inventories import Inventories
from tests.crash.operators import Operator
from tests.crash.promises import broken_promises
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
            await _killed_when_vulnerable(hub)
            await senders.done(within=60)
            found = await verdict(installed, hub.url, senders, said)
    assert [finding for finding in found if seen in finding]


async def _killed_when_vulnerable(hub: Hub, times: int = 1) -> None:
    """Once the hub has said so many times that a fault shows now, kill it and start one without."""
    async with asyncio.timeout(60):
        while hub.log.read_text().count(SAID) < times:  # noqa: ASYNC110 - another process says it
            await asyncio.sleep(0.02)
    await asyncio.to_thread(hub.kill)
    hub.installation = replace(hub.installation, module="hub")
    await asyncio.to_thread(hub.start)


async def test_a_hub_that_forgets_what_it_promised_is_found_out(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    """A decision, receipts and alerts: each of the three is missed."""
    module = "tests.crash.faulty.promises_before_it_keeps"
    installed = install(tmp_path, postgres_url, kafka_bootstrap, module=module, deadline_s=1)
    said = _of_different_records()
    one, other = (
        (installed.names[PRISON], local_id) for local_id in sorted({each.event.local_id for each in said})[:2]
    )
    with Hub(installed.installation) as hub:
        async with (
            Senders(installed, hub.url) as senders,
            Holding(PRISON, installed.stream(), lambda record: record.person[-1] in "01234567") as prison,
            Operator(installed, hub.url) as operator,
        ):
            senders.put(said)
            await prison.until(lambda: len(prison.acknowledged) > 10)
            while (await operator.asked(one, other, Choice.KEEP_APART)).is_error:  # noqa: ASYNC110 - not heard of yet
                await asyncio.sleep(0.05)
            await prison.until(lambda: _is_overdue(hub))
            await _killed_when_vulnerable(hub, times=3)
            found = await broken_promises(installed, [prison], {(one, other): Choice.KEEP_APART})
    for seen in ("it was answered that two are kept apart", "the receipt of prison", "0 alerts on delivery"):
        assert [finding for finding in found if seen in finding]


def _is_overdue(hub: Hub) -> bool:
    return '"event":"overdue"' in hub.log.read_text()


async def test_an_inventory_that_is_held_against_what_came_since_is_found_out(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    installed = install(
        tmp_path, postgres_url, kafka_bootstrap, module="tests.crash.faulty.compares_with_what_came_since"
    )
    first, *rest = _of_different_records()
    with Hub(installed.installation) as hub:
        async with Senders(installed, hub.url) as senders:
            senders.put([first])
            async with Holding(PRISON, installed.stream()) as behind:
                await behind.until(lambda: bool(behind.last))
            senders.put(rest)
            async with Holding(PRISON, installed.stream(), nothing) as prison:
                await prison.until(lambda: len(prison.last) > len(behind.last))
            async with Inventories(installed, hub.url, behind) as inventories:
                await inventories.done()
    assert inventories.false


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
