"""Persons joined and doubted by likelihood, beside what agencies and operators say, on both databases."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected, Unavailable
from hub.domain.joining import pair_of
from hub.exchange import matching
from hub.exchange.finding import Found, Recorded, Recording
from hub.exchange.resolve import Choice
from hub.store.blocks import LARGE_BLOCK
from hub.store.matching import TURN
from hub.store.sharing import SqlStore
from hub.store.tables import audit, likeness, review, settled, unmatched
from hub.trust.naming import local_key
from tests.builders.hub import KEYS, Hub
from tests.builders.records import OTHER_PNC, PNC, PRISON, PROBATION, assessment, movement, offender, said, withdrawn
from tests.integration.test_law import Crash, Crashing

SOUTH = ("probation-south", "Y000001")
HOME: Json = {"addresses": [{"lines": ["12 Milton Road"], "postcode": "NE4 6SL"}], "sex": "male"}
DANIEL = offender(**HOME)
SAMUEL = offender(forename="Samuel", **HOME)
"""Daniel's twin."""
PATEL = offender("Patel", "Meera", born="1990-01-02", sex="female")


async def described(hub: Hub, *local_ids: tuple[tuple[str, str], Json], minute: int = 1) -> None:
    """Agencies say this, and everybody is compared."""
    await hub.take(*(said(*local, body, minute) for local, body in local_ids))
    await hub.match()


async def are_one(hub: Hub, *local_ids: tuple[str, str]) -> bool:
    return len({await hub.person_of(*each) for each in local_ids}) == 1


async def asked(hub: Hub) -> dict[tuple[str, str], str]:
    """Open reviews: the local keys, and the doubt."""
    return {(row["one"], row["other"]): row["doubt"] for row in await hub.rows(review)}


def pair(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    keys = local_key(KEYS, *one), local_key(KEYS, *other)
    return keys if one == other else pair_of(*keys)


async def test_two_who_surely_are_one_person_are_linked_with_all_their_records_and_the_reason_is_kept(hub: Hub) -> None:
    await hub.take(said(*PRISON, DANIEL, 1), said(*PRISON, movement(), 1))
    await hub.take(said(*PROBATION, offender("Okafour", **HOME), 1), said(*PROBATION, assessment(), 1))
    assert not await are_one(hub, PRISON, PROBATION)

    await hub.match()

    assert await are_one(hub, PRISON, PROBATION)
    assert {id_.type for id_, body in (await hub.bodies("prison")).items() if body} == {
        "offender",
        "movement",
        "assessment",
    }
    assert await asked(hub) == {}
    links = [row for row in await hub.rows(audit) if row["action"] == "link"]
    assert {(row["actor"], row["reference"]) for row in links} == {("hub", ".".join(pair(PRISON, PROBATION)))}
    assert all("surname close +" in row["purpose"] and "bits" in row["purpose"] for row in links)
    assert "kafo" not in str(await hub.rows(audit)).casefold()


async def test_a_link_is_undone_by_a_correction(hub: Hub) -> None:
    await described(hub, (PRISON, DANIEL), (PROBATION, DANIEL))
    assert await are_one(hub, PRISON, PROBATION)

    await hub.take(said(*PROBATION, offender("Patel", "Meera", **HOME), 2))
    assert await are_one(hub, PRISON, PROBATION)
    await hub.match()

    assert not await are_one(hub, PRISON, PROBATION)
    by_hub = [row["action"] for row in await hub.rows(audit) if row["actor"] == "hub"]
    assert by_hub == ["link", "link", "combination", "take-back", "parting"]


async def test_a_link_is_overruled_by_an_operator_for_good_and_made_again_when_that_is_taken_back(hub: Hub) -> None:
    await described(hub, (PRISON, DANIEL), (PROBATION, DANIEL))

    await hub.rule(PRISON, PROBATION, Choice.KEEP_APART)
    assert not await are_one(hub, PRISON, PROBATION)
    await described(hub, (PROBATION, offender("Okafour", **HOME)), minute=2)
    assert not await are_one(hub, PRISON, PROBATION)
    assert await asked(hub) == {}

    await hub.rule(PRISON, PROBATION, Choice.TAKE_BACK)
    assert await are_one(hub, PRISON, PROBATION)


async def test_a_review_that_was_decided_is_not_asked_again_whatever_is_said_later(hub: Hub) -> None:
    for choice, one in ((Choice.KEEP_APART, False), (Choice.LINK, True)):
        await described(hub, (PRISON, DANIEL), (PROBATION, SAMUEL))
        await hub.rule(PRISON, PROBATION, choice)
        for minute, town in ((3, "Leeds"), (4, "York")):
            await described(hub, (PRISON, DANIEL | {"nationality": town}), minute=minute)
            assert await asked(hub) == {}
            assert await are_one(hub, PRISON, PROBATION) is one


async def test_a_hub_that_links_nobody_without_asking_asks(hub: Hub) -> None:
    await hub.take(said(*PRISON, DANIEL, 1), said(*PROBATION, DANIEL, 1))
    await hub.match(links=False)

    assert not await are_one(hub, PRISON, PROBATION)
    assert await asked(hub) == {pair(PRISON, PROBATION): "likely"}
    await hub.rule(PRISON, PROBATION, Choice.LINK)
    assert await are_one(hub, PRISON, PROBATION)
    assert await asked(hub) == {}


@pytest.mark.parametrize("crash", Crash)
async def test_a_crash_while_it_is_recorded_forgets_nothing_and_records_nothing_twice(hub: Hub, crash: Crash) -> None:
    store = Crashing(SqlStore(hub.engine))
    worker = Hub(hub.engine, hub.contracts, store=store, persons=hub.persons)
    await hub.take(said(*PRISON, DANIEL, 1), said(*PROBATION, DANIEL, 1))

    store.crash = crash
    with pytest.raises(Unavailable):
        await worker.matching.step()
    assert len(await hub.rows(unmatched)) == 2
    hub.now += TURN + timedelta(seconds=1)
    await hub.match()

    assert await are_one(hub, PRISON, PROBATION)
    assert [row["action"] for row in await hub.rows(audit) if row["actor"] == "hub"] == ["link", "link", "combination"]


async def test_what_a_slow_worker_saw_before_undoes_nothing_that_another_found_since(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    await described(hub, (PRISON, PATEL))
    record = Recording.record

    async def record_late(
        self: Recording, numbers: Mapping[str, int | None], found: Sequence[Found], passed: Collection[bytes]
    ) -> Recorded:
        monkeypatch.setattr(Recording, "record", record)
        await hub.take(said(*PRISON, DANIEL, 2))
        await hub.matching.step()
        assert pair(PRISON, PROBATION) in await asked(hub)
        return await self.record(numbers, found, passed)

    monkeypatch.setattr(Recording, "record", record_late)
    await described(hub, (PROBATION, DANIEL))

    assert await asked(hub) == {pair(PRISON, PRISON): "replaced", pair(PRISON, PROBATION): "likely"}
    assert [row["link"] for row in await hub.rows(likeness) if row["local"] != row["other"]] == [True, True]


async def test_workers_at_once_find_what_one_alone_finds(hub: Hub) -> None:
    people = [(agency, f"Z{number}") for number in range(8) for agency in ("prison", "probation")]
    homes = [{"lines": [f"{number} Milton Road"], "postcode": f"NE{number} 6SL"} for number in range(8)]
    for number, local in enumerate(people):
        await hub.take(
            said(*local, offender(f"Okafor{'xyzabcde'[number // 2] * 3}", addresses=[homes[number // 2]]), 1)
        )

    await asyncio.gather(*(hub.match() for _ in range(3)))

    assert [await are_one(hub, *people[number : number + 2]) for number in range(0, 16, 2)] == [True] * 8


async def test_whoever_is_spoken_of_in_the_same_process_is_compared_as_soon_as_it_rings(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "LOOK_S", 3_600.0)
    stop, said_, idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
    take = hub.matching.step

    async def step() -> bool:
        more = await take()
        idle.set()
        return more

    monkeypatch.setattr(hub.matching, "step", step)
    running = asyncio.create_task(hub.matching.run(stop, said_))
    await idle.wait()
    await hub.take(said(*PRISON, DANIEL, 1), said(*PROBATION, DANIEL, 1))
    idle.clear()
    said_.set()
    await idle.wait()

    assert await are_one(hub, PRISON, PROBATION)
    stop.set()
    await running


async def test_who_is_withdrawn_is_compared_no_more(hub: Hub) -> None:
    await described(hub, (PRISON, DANIEL), (PROBATION, DANIEL), (SOUTH, SAMUEL))

    await hub.take(withdrawn(*PROBATION, DANIEL, 2), withdrawn(*SOUTH, SAMUEL, 2))
    await hub.match()

    assert not await are_one(hub, PRISON, PROBATION)
    assert await asked(hub) == {}
    assert await hub.rows(likeness) == []


async def test_sharing_leaves_what_likelihood_asked_and_likelihood_what_identifiers_asked(hub: Hub) -> None:
    third = ("prison", "B7777BB")
    await described(hub, (PRISON, DANIEL), (PROBATION, SAMUEL))
    twins = {pair(PRISON, PROBATION): "likely"}
    assert await asked(hub) == twins

    await hub.take(said(*third, PATEL | offender("Patel", "Meera", born="1990-01-02", pnc=PNC), 1))
    await hub.take(said(*PRISON, DANIEL | {"identifiers": [{"scheme": "pnc", "value": PNC}]}, 2))
    both = twins | {pair(PRISON, third): "contradicted"}
    assert await asked(hub) == both
    await hub.match()
    assert await asked(hub) == both
    await hub.take(said(*PRISON, DANIEL, 3))
    assert await asked(hub) == twins


# --- the hard cases: each a review, none a silent merge, nobody withheld while it waits ------------------------


async def only_asked(hub: Hub, one: tuple[str, str], other: tuple[str, str], doubt: str) -> None:
    """These two are two persons, both released, and one review asks about them."""
    assert await asked(hub) == {pair(one, other): doubt}
    if one != other:
        assert not await are_one(hub, one, other)
    released = {id_.person for id_, body in (await hub.bodies("court")).items() if body and id_.type == "offender"}
    assert {await hub.person_of(*each) for each in (one, other)} <= released


async def test_one_person_with_two_prison_numbers(hub: Hub) -> None:
    twice = ("prison", "B7777BB")
    await described(hub, (PRISON, DANIEL), (twice, DANIEL))

    await only_asked(hub, PRISON, twice, "likely")


async def test_one_person_with_two_crns_whom_the_prison_knows_once(hub: Hub) -> None:
    twice = ("probation", "X999999")
    await described(hub, (PROBATION, DANIEL), (twice, DANIEL), (PRISON, DANIEL))

    assert await are_one(hub, PRISON, PROBATION) != await are_one(hub, PRISON, twice)
    assert set((await asked(hub)).values()) == {"likely"}
    assert pair(PROBATION, twice) in await asked(hub)


async def test_twins(hub: Hub) -> None:
    await described(hub, (PRISON, DANIEL), (PROBATION, SAMUEL))

    await only_asked(hub, PRISON, PROBATION, "likely")


async def test_father_and_son_of_one_name(hub: Hub) -> None:
    await described(hub, (PRISON, DANIEL), (PROBATION, offender(born="2004-11-30", **HOME)))

    await only_asked(hub, PRISON, PROBATION, "likely")


async def test_a_pnc_shared_by_clerical_error(hub: Hub) -> None:
    """The other is described so nearly alike that likelihood alone would link them."""
    number = {"identifiers": [{"scheme": "pnc", "value": PNC}]}
    nearly = offender("Okafour", "Daniell", born="1981-06-15", **HOME)
    await described(hub, (PRISON, DANIEL | number), (PROBATION, nearly | number))

    await only_asked(hub, PRISON, PROBATION, "contradicted")
    await described(hub, (PROBATION, nearly), minute=2)
    assert await are_one(hub, PRISON, PROBATION)


async def test_different_pncs_are_never_linked_without_asking(hub: Hub) -> None:
    one, other = ({"identifiers": [{"scheme": "pnc", "value": number}]} for number in (PNC, OTHER_PNC))
    await described(hub, (PRISON, DANIEL | one), (PROBATION, DANIEL | other))

    await only_asked(hub, PRISON, PROBATION, "likely")


async def test_two_persons_with_one_crn(hub: Hub) -> None:
    """The prison writes the CRN of somebody else's file into Daniel's."""
    await described(
        hub, (PROBATION, PATEL), (PRISON, DANIEL | {"identifiers": [{"scheme": "crn", "value": PROBATION[1]}]})
    )

    await only_asked(hub, PRISON, PROBATION, "contradicted")


async def test_a_crn_mistyped_for_someone_elses(hub: Hub) -> None:
    await described(hub, (PROBATION, DANIEL))
    await described(hub, (PROBATION, PATEL), minute=2)

    await only_asked(hub, PROBATION, PROBATION, "replaced")
    bodies = await hub.bodies("court")
    assert [body["names"]["surname"] for body in bodies.values() if body] == ["Patel"]
    await described(hub, (PROBATION, DANIEL), minute=3)
    assert await asked(hub) == {}


async def test_a_crn_mistyped_for_someone_elses_is_not_linked_with_whom_it_now_describes_until_settled(
    hub: Hub,
) -> None:
    meera = PATEL | {"addresses": HOME["addresses"]}
    await described(hub, (PROBATION, DANIEL), (PRISON, DANIEL), (SOUTH, meera))
    assert await are_one(hub, PROBATION, PRISON)

    await described(hub, (PROBATION, meera), minute=2)

    persons = [await hub.person_of(*each) for each in (PROBATION, PRISON, SOUTH)]
    assert len(set(persons)) == 3
    assert await asked(hub) == {pair(PROBATION, PROBATION): "replaced", pair(PROBATION, SOUTH): "likely"}
    key = local_key(KEYS, *PROBATION)
    with pytest.raises(Rejected) as refused:
        await hub.resolving.rule_pair(key, key, Choice.KEEP_APART, "these are two people", "anna")
    assert refused.value.reason is Reason.WRONG_STATE
    await hub.resolving.rule_pair(key, key, Choice.LINK, "the number was given out again", "anna")
    assert await asked(hub) == {}
    assert await are_one(hub, PROBATION, SOUTH)
    assert len(await hub.rows(settled)) == 1
    await described(hub, (PROBATION, meera | {"nationality": "British"}), minute=3)
    assert await asked(hub) == {}
    await described(hub, (PROBATION, DANIEL), minute=4)
    assert pair(PROBATION, PROBATION) in await asked(hub)


async def test_that_a_local_id_was_described_as_somebody_else_is_found_also_where_that_comes_late(hub: Hub) -> None:
    await described(hub, (PROBATION, PATEL), minute=2)

    await described(hub, (PROBATION, DANIEL), minute=1)

    await only_asked(hub, PROBATION, PROBATION, "replaced")
    assert await hub.rows(unmatched) == []


# --- keys that very many have ----------------------------------------------------------------------------------


async def test_what_very_many_have_in_common_links_nobody_whoever_came_first(hub: Hub) -> None:
    """Each describes Daniel, and two is as many as may have a key: as soon as there is a third, it says nothing."""
    hub = replace(hub, large_block=2)
    orders = (PRISON, PROBATION, SOUTH), (PROBATION, SOUTH, PRISON), (SOUTH, PRISON, PROBATION)
    for minute, order in enumerate(orders, start=1):
        first, second, third = order
        await described(hub, (first, DANIEL), (second, DANIEL), minute=minute * 2)
        assert await are_one(hub, first, second)
        await described(hub, (third, DANIEL), minute=minute * 2)
        assert not await are_one(hub, first, second)
        await hub.take(*(withdrawn(*local, DANIEL, minute * 2 + 1) for local in order))
        await hub.match()


async def test_as_soon_as_few_have_a_key_again_whoever_has_it_is_found(hub: Hub) -> None:
    hub = replace(hub, large_block=2)
    await described(hub, (PRISON, DANIEL), (PROBATION, DANIEL), (SOUTH, DANIEL))

    await described(hub, (SOUTH, PATEL), minute=2)
    assert await are_one(hub, PRISON, PROBATION)
    await described(hub, (SOUTH, DANIEL), minute=3)
    assert not await are_one(hub, PRISON, PROBATION)
    assert await asked(hub) == {}
    undone = [row["purpose"] for row in await hub.rows(audit) if row["action"] == "take-back"]
    assert set(undone) == {"nothing in common any more but what very many have"}


async def test_whoever_has_something_else_in_common_stays_linked_when_very_many_have_the_key_that_found_them(
    hub: Hub,
) -> None:
    hub = replace(hub, large_block=2)
    number = {"identifiers": [{"scheme": "ni-number", "value": "QQ123456C"}]}
    await described(hub, (PRISON, DANIEL | number), (PROBATION, DANIEL | number))

    await described(hub, (SOUTH, DANIEL), (("court", "C1"), DANIEL))

    assert await are_one(hub, PRISON, PROBATION)
    assert not await are_one(hub, PRISON, SOUTH)


async def test_keys_that_very_many_have_are_counted_where_nobody_is_sought_by_them(hub: Hub) -> None:
    named = offender("Okafor", born=None)
    crowd = [("prison", f"A{number:04}BC") for number in range(LARGE_BLOCK)]
    await described(hub, *((each, named) for each in crowd))
    assert sum(each.large for each in hub.matched) == 0

    await described(hub, (PROBATION, named))

    assert sum(each.large for each in hub.matched) > 0
