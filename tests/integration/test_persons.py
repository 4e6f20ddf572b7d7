"""Persons joined, parted and doubted as agencies speak, with their records, on both databases."""

import asyncio

from hub.store.tables import assertion, audit, review
from tests.builders.hub import Hub
from tests.builders.records import (
    MISTYPED_PNC,
    OTHER_PNC,
    PNC,
    PRISON,
    PROBATION,
    assessment,
    movement,
    offender,
    said,
)


async def test_a_number_in_common_joins_two_persons_and_the_removed_one_names_its_survivor(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    await hub.take(said(*PROBATION, offender(), 1), said(*PROBATION, assessment(), 1))
    survivor, removed = await hub.person_of(*PRISON), await hub.person_of(*PROBATION)
    await hub.deliver()

    await hub.take(said(*PRISON, offender(pnc=PNC), 2), said(*PROBATION, offender(pnc=PNC), 2))

    assert await hub.person_of(*PRISON) == await hub.person_of(*PROBATION) == survivor
    assert (await hub.survivors())[removed] == survivor
    for agency in ("prison", "probation", "court"):
        bodies = await hub.bodies(agency)
        assert {(id_.person, id_.type) for id_, body in bodies.items() if body} == {
            (survivor, "offender"),
            (survivor, "assessment"),
        }
    assert [row["action"] for row in await hub.rows(audit) if row["action"] in ("combination", "parting")] == [
        "combination"
    ]


async def test_who_was_removed_first_answers_with_the_last_survivor(hub: Hub) -> None:
    third = ("probation-south", "Y000001")
    await hub.take(said(*PRISON, offender(), 1))
    await hub.take(said(*PROBATION, offender(), 1))
    await hub.take(said(*third, offender(), 1))
    oldest, middle, youngest = [await hub.person_of(*each) for each in (PRISON, PROBATION, third)]

    await hub.take(said(*PROBATION, offender(pnc=PNC), 2), said(*third, offender(pnc=PNC), 2))
    await hub.take(said(*PRISON, offender(pnc=PNC), 2))

    assert await hub.survivors() == {oldest: None, middle: oldest, youngest: oldest}


async def test_a_corrected_typing_error_parts_the_persons_and_their_records(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC), 1), said(*PRISON, movement(), 1))
    await hub.take(
        said(*PROBATION, offender("Patel", born="1981-06-14", pnc=PNC), 1), said(*PROBATION, assessment(), 1)
    )
    assert {id_.type for id_ in await hub.bodies("prison")} == {"offender", "movement", "assessment"}

    await hub.take(said(*PROBATION, offender("Patel", born="1981-06-14", pnc=OTHER_PNC), 2))

    assert await hub.person_of(*PRISON) != await hub.person_of(*PROBATION)
    standing_ = {
        agency: {(id_.person, id_.type) for id_, body in (await hub.bodies(agency)).items() if body}
        for agency in ("prison", "probation")
    }
    prison, probation = await hub.person_of(*PRISON), await hub.person_of(*PROBATION)
    assert standing_["prison"] == {(prison, "offender"), (prison, "movement")}
    assert standing_["probation"] == {(probation, "offender"), (probation, "assessment")}
    assert "parting" in {row["action"] for row in await hub.rows(audit)}


async def test_a_doubt_is_opened_and_is_over_when_the_number_is_corrected(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC), 1))
    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=PNC), 1))
    assert [row["doubt"] for row in await hub.rows(review)] == ["contradicted"]
    assert await hub.person_of(*PRISON) != await hub.person_of(*PROBATION)

    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=OTHER_PNC), 2))

    assert await hub.rows(review) == []


async def test_an_ill_formed_number_joins_with_name_and_date_of_birth_only(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=MISTYPED_PNC), 1))
    await hub.take(said(*PROBATION, offender("Patel", pnc=MISTYPED_PNC), 1))
    assert [row["doubt"] for row in await hub.rows(review)] == ["uncorroborated"]

    await hub.take(said(*PROBATION, offender(pnc=MISTYPED_PNC), 2))

    assert await hub.rows(review) == []
    assert await hub.person_of(*PRISON) == await hub.person_of(*PROBATION)


async def test_a_prison_that_names_the_crn_is_linked_before_probation_says_anything_of_the_person(hub: Hub) -> None:
    crn = [{"scheme": "crn", "value": PROBATION[1]}]
    await hub.take(said(*PROBATION, assessment(), 1))

    await hub.take(said(*PRISON, offender(identifiers=crn), 1))

    assert await hub.person_of(*PRISON) == await hub.person_of(*PROBATION)
    assert {id_.type for id_ in await hub.bodies("prison")} == {"assessment", "offender"}


async def test_workers_that_join_the_same_persons_at_once_do_not_hinder_each_other(hub: Hub) -> None:
    people = [("prison", f"A{number}234BC") for number in range(6)]
    await asyncio.gather(*(hub.take(said(*each, offender(), 1)) for each in people))

    joined = [
        [said(*each, offender(pnc=PNC), 2 + turn, id_=f"{turn}{each}") for each in people[:: 1 - 2 * (turn % 2)]]
        for turn in range(4)
    ]
    await asyncio.gather(*(hub.take(*batch) for batch in joined))

    assert len({await hub.person_of(*each) for each in people}) == 1
    assert len(await hub.rows(assertion)) == 30
