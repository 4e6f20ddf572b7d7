"""The hub's process is killed again and again while submissions flow in: none is lost, none doubled, all agree.

Meanwhile an operator makes persons one and two, both services send receipts for most of what they hold, but not for
all, and bring inventories of it.

HUB_CRASH_KILLS, HUB_CRASH_PART_KILLS, HUB_CRASH_SUBMISSIONS, HUB_CRASH_SEED and HUB_CRASH_LINKS (`true`) set other
numbers than every day's.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.client.link import RecordName
from deploy.servers.hub import Hub
from tests.crash.agreement import assert_agreement, assert_as_if_nothing_had_happened
from tests.crash.deciding import Deciding
from tests.crash.holding import Holding
from tests.crash.installed import install
from tests.crash.inventories import Inventories
from tests.crash.promises import broken_promises, overdue
from tests.crash.senders import Senders
from tests.crash.storm import Stopped, killing, killing_or_freezing, stopping, storm
from tests.crash.submissions import PRISON, PROBATION, submissions

KILLS = int(os.environ.get("HUB_CRASH_KILLS", "20"))
EVERY_DAY = 4
PART_KILLS = int(os.environ.get("HUB_CRASH_PART_KILLS", EVERY_DAY))
SUBMISSIONS = int(os.environ.get("HUB_CRASH_SUBMISSIONS", "5000"))
SEED = int(os.environ.get("HUB_CRASH_SEED", "1"))
LINKS = os.environ.get("HUB_CRASH_LINKS") == "true"
"""Whether likelihood links in the longest of these tests: with so few names, that is a third of its time."""

DEADLINE_S = 1
"""For receipts; what is not acknowledged is overdue long before the end."""


def most(record: RecordName) -> bool:
    """Of which records the services send receipts."""
    return sum(record.person.encode()) % 10 != 0


FEED_POLL_S = 15.0
"""Less than an agency's link waits for more."""

pytestmark = [pytest.mark.servers, pytest.mark.crash]


@pytest.mark.timeout(400 + 20 * KILLS)
async def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    links = {"HUB_MATCH_LINKS": str(LINKS).lower()}
    installed = install(tmp_path, postgres_url, kafka_bootstrap, deadline_s=DEADLINE_S, settings=links)
    said = submissions(SUBMISSIONS, SEED)
    with Hub(installed.installation) as hub:
        async with (
            Senders(installed, hub.url) as senders,
            Holding(PROBATION, installed.feed(hub.url), most) as probation,
            Holding(PRISON, installed.stream(), most) as prison,
            Deciding(installed, hub.url, said, SEED) as operator,
            Inventories(installed, hub.url, probation) as of_probation,
            Inventories(installed, hub.url, prison) as of_prison,
        ):
            await storm(senders, said, KILLS, SEED, killing(hub))
            for each in (operator, of_probation, of_prison):
                await each.done()

            await assert_agreement(installed, hub.url, senders, said, probation, prison)
            assert not await broken_promises(installed, [probation, prison], operator.standing)
            await assert_as_if_nothing_had_happened(
                installed, said, operator.standing, tmp_path, probation, prison, links=LINKS
            )
            assert not [*operator.refused, *of_probation.false, *of_prison.false]
            for each in (of_probation, of_prison):
                await each.assert_damage_is_found_and_nothing_else()
            assert min(of_probation.rounds, of_prison.rounds, len(operator.standing), await overdue(installed)) > 0


@pytest.mark.timeout(300 + 20 * PART_KILLS)
async def test_its_parts_are_killed_each_in_a_process_of_its_own(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    installed = install(tmp_path, postgres_url, kafka_bootstrap)
    said = submissions(SUBMISSIONS // 8, SEED)
    with ExitStack() as running:
        parts = [Hub(installed.installation, only=(part,)) for part in ("api", "relay", "consume")]
        for part in parts:
            running.callback(part.close)
            part.start(wait=False)
        for part in parts:
            part.wait_until_ready()
        api = parts[0]
        async with Senders(installed, api.url) as senders:
            await storm(senders, said, PART_KILLS, SEED, killing(*parts))

            await assert_agreement(installed, api.url, senders, said)


@pytest.mark.timeout(300 + 20 * PART_KILLS)
async def test_two_hubs_side_by_side_are_killed_and_frozen(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    installed = install(tmp_path, postgres_url, kafka_bootstrap)
    said = submissions(SUBMISSIONS // 8, SEED)
    with Hub(installed.installation, name="one") as one, Hub(installed.installation, name="two") as two:
        async with Senders(installed, one.url) as senders, Holding(PROBATION, installed.feed(two.url)) as probation:
            strike = killing_or_freezing(one, two, until_taken_for_dead=PART_KILLS > EVERY_DAY)
            await storm(senders, said, PART_KILLS, SEED, strike)

            await assert_agreement(installed, one.url, senders, said, probation)
            await assert_as_if_nothing_had_happened(installed, said, {}, tmp_path, probation)


@pytest.mark.timeout(300)
async def test_stopped_in_good_order_under_load_it_loses_nothing_and_exits_with_0(
    tmp_path: Path, postgres_url: str, kafka_bootstrap: str
) -> None:
    installed = install(tmp_path, postgres_url, kafka_bootstrap)
    said = submissions(SUBMISSIONS // 8, SEED)
    stops: list[Stopped] = []
    with Hub(installed.installation) as hub:
        async with (
            Senders(installed, hub.url) as senders,
            Holding(PROBATION, installed.feed(hub.url)) as waiting_for_more,
        ):
            await storm(senders, said, 2, SEED, stopping(hub, stops))

            assert [each.code for each in stops] == [0, 0]
            assert max(each.seconds for each in stops) < FEED_POLL_S, "a waiting poll was not ended at once"
            await assert_agreement(installed, hub.url, senders, said, waiting_for_more)
