"""What the relay promises, on both databases: what an agency may see, on change only, numbered in one order."""

import pytest

from hub.domain.errors import Unavailable
from hub.ports import HeldId, RecordId
from hub.store.relaying import SqlRelayStore
from hub.store.tables import audit, delivery, owed, record, withheld
from tests.builders.hub import Hub
from tests.builders.records import (
    OTHER_PNC,
    PNC,
    PRISON,
    PROBATION,
    assessment,
    movement,
    offender,
    said,
    withdrawn,
)

# --- released -------------------------------------------------------------------------------------------------


async def test_a_release_holds_what_the_contract_names_and_nothing_else(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(sex="male"), 1))

    assert [set(body) for body in (await hub.bodies("prison")).values()] == [{"names", "dateOfBirth"}]
    assert [set(body) for body in (await hub.bodies("court")).values()] == [{"names", "dateOfBirth", "sex"}]


async def test_an_agency_that_does_not_know_the_person_gets_nothing(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))

    assert await hub.bodies("probation") == {}


async def test_an_agency_that_comes_to_know_the_person_gets_everything(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC), 1), said(*PRISON, movement(), 1))
    await hub.deliver()

    await hub.take(said(*PROBATION, offender(pnc=PNC), 2))

    assert {id_.type for id_ in await hub.bodies("probation")} == {"offender", "movement"}


async def test_an_agency_is_told_again_when_another_of_its_local_ids_becomes_or_ceases_to_be_the_person(
    hub: Hub,
) -> None:
    other = ("prison", "A9999ZZ")
    await hub.take(said(*PROBATION, offender(pnc=PNC), 1), said(*PROBATION, assessment(), 1))
    await hub.take(said(*PRISON, offender(pnc=PNC), 1))
    record = HeldId("prison", RecordId(await hub.person_of(*PRISON), "assessment", "probation/A1"))
    await hub.deliver()
    first = (await hub.held())[record]

    await hub.take(said(*other, offender(pnc=PNC), 2))
    await hub.deliver()
    joined = (await hub.held())[record]
    await hub.take(said(*other, offender(pnc=OTHER_PNC), 3))
    await hub.deliver()
    parted = (await hub.held())[record]

    assert first.number < joined.number < parted.number
    assert first.digest == joined.digest == parted.digest


async def test_only_a_change_is_released_and_what_was_overtaken_is_sent_once(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    assert await hub.numbers("prison") == {"offender": 1}

    await hub.take(said(*PRISON, offender(), 2))
    await hub.take(said(*PRISON, offender(sex="male"), 3))
    assert await hub.numbers("prison") == {"offender": 1}

    await hub.take(said(*PRISON, offender("One"), 4))
    await hub.take(said(*PRISON, offender("Two"), 5))
    assert await hub.numbers("prison") == {"offender": 2}


async def test_the_numbers_of_an_agency_ascend_one_by_one(hub: Hub) -> None:
    for minute in range(1, 4):
        await hub.take(said(*PRISON, offender(f"Name {minute}"), minute), said(*PRISON, movement(minute), minute))
        await hub.deliver()

    assert sorted(row["number"] for row in await hub.rows(delivery) if row["agency"] == "prison") == [1, 2, 3, 4, 5, 6]
    assert (await hub.relay_store.outlets())["prison"].number == 6


async def test_limited_access_is_withheld_counted_and_released_again_when_lifted(hub: Hub) -> None:
    kept = {"exclusion": True, "restriction": False}
    south = ("probation-south", "Y000001")
    await hub.take(
        said(*PRISON, offender(pnc=PNC), 1), said(*PRISON, movement(), 1), said(*south, offender(pnc=PNC), 1)
    )
    assert len(await hub.bodies("prison")) == 2

    await hub.take(said(*south, offender(pnc=PNC, limitedAccess=kept), 2))

    assert set((await hub.bodies("prison")).values()) == {None}
    assert all((await hub.bodies("probation-south")).values())
    assert {(row["agency"], row["type"]) for row in await hub.rows(withheld)} == {
        (agency, record_type) for agency in ("prison", "court") for record_type in ("offender", "movement")
    }

    await hub.take(said(*south, offender(pnc=PNC, limitedAccess=kept | {"exclusion": False}), 3))

    assert all((await hub.bodies("prison")).values())
    assert await hub.rows(withheld) == []


async def test_an_assessment_that_says_limited_access_is_withheld_alone_until_it_is_lifted(hub: Hub) -> None:
    south = ("probation-south", "Y000001")
    await hub.take(said(*PRISON, offender(pnc=PNC), 1), said(*south, offender(pnc=PNC), 1))
    await hub.take(said(*south, assessment(limitedAccess=False), 2))
    assert all((await hub.bodies("prison")).values())

    await hub.take(said(*south, assessment(limitedAccess=True), 3))

    assert {id_.type: body is None for id_, body in (await hub.bodies("prison")).items()} == {
        "offender": False,
        "assessment": True,
    }
    assert all((await hub.bodies("probation-south")).values())
    assert {(row["agency"], row["type"]) for row in await hub.rows(withheld)} >= {("prison", "assessment")}

    await hub.take(said(*south, assessment(limitedAccess=False), 4))
    assert all((await hub.bodies("prison")).values())


async def test_after_a_merge_the_restrictions_of_both_hold(hub: Hub) -> None:
    kept = {"exclusion": False, "restriction": True}
    await hub.take(said(*PRISON, offender(), 1), said(*PROBATION, offender(pnc=PNC, limitedAccess=kept), 1))
    assert all((await hub.bodies("prison")).values())

    await hub.take(said(*PRISON, offender(pnc=PNC), 2))

    assert set((await hub.bodies("prison")).values()) == {None}


async def test_every_taking_and_every_disclosure_is_in_the_log(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1, id_="in-1"))
    await hub.take(withdrawn(*PRISON, offender(), 2, id_="in-2"))
    await hub.deliver()

    entries = [(row["action"], row["agency"], row["reference"], row["basis"]) for row in await hub.rows(audit)]
    assert entries == [("collection", "prison", "in-1", ""), ("withdrawal", "prison", "in-2", "")]

    await hub.take(said(*PRISON, offender(), 3, id_="in-3"))
    await hub.deliver()

    disclosed = [row for row in await hub.rows(audit) if row["action"] == "disclosure"]
    assert {(row["agency"], row["reference"], row["basis"], row["purpose"]) for row in disclosed} == {
        ("prison", "1", "an Act", "a purpose"),
        ("court", "1", "an Act", "a purpose"),
    }


# --- who relays -----------------------------------------------------------------------------------------------


async def test_of_two_relays_one_leads_and_the_other_takes_over(hub: Hub) -> None:
    other = SqlRelayStore(hub.engine)

    async with hub.relay_store.leading() as leads:
        assert leads
        async with other.leading() as second:
            assert not second

    async with other.leading() as second:
        assert second


async def test_a_relay_that_leads_no_longer_gives_out_no_number_twice(hub: Hub) -> None:
    stale = Hub(hub.engine, hub.contracts)
    await hub.take(said(*PRISON, offender(), 1))
    await hub.deliver()
    await stale.take(said(*PRISON, movement(), 1))
    await stale.deliver()
    await hub.take(said(*PRISON, assessment(), 1))

    with pytest.raises(Unavailable):
        await hub.relay.step()

    assert await hub.numbers("prison") == {"offender": 1, "movement": 2, "assessment": 3}


async def test_a_debt_renewed_while_it_is_settled_stays(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    settled = (await hub.relay_store.look(10, 10)).owed

    await hub.take(said(*PRISON, offender("Changed"), 2))
    await hub.relay_store.deliver(settled, [], {}, [])

    assert {(row["agency"], row["type"]) for row in await hub.rows(owed)} == {
        ("prison", "offender"),
        ("court", "offender"),
    }


async def test_a_record_that_did_not_change_is_not_written_again(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    before = await hub.rows(record)

    await hub.take(said(*PRISON, offender(), 2))

    assert await hub.rows(record) == before
