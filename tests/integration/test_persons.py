"""Persons joined, parted and doubted as agencies speak, with their records, on both databases."""

import asyncio
from collections import defaultdict

import pytest

from hub.domain.errors import Reason, Rejected
from hub.exchange.resolve import Choice
from hub.store.tables import assertion, audit, local_id, review, verdict
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
    withdrawn,
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


async def test_two_that_contradict_each_other_are_reviewed_though_a_third_joins_them_until_somebody_decides(
    hub: Hub,
) -> None:
    third = ("probation-south", "Y000001")
    await hub.take(said(*PRISON, offender(pnc=PNC), 1))
    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=PNC), 1))
    await hub.take(said(*third, offender(born="1990-01-02", pnc=PNC), 1))
    assert len({await hub.person_of(*each) for each in (PRISON, PROBATION, third)}) == 1
    assert [row["doubt"] for row in await hub.rows(review)] == ["contradicted"]

    await hub.rule(PRISON, PROBATION, Choice.LINK)
    assert await hub.rows(review) == []
    await hub.rule(PRISON, PROBATION, Choice.TAKE_BACK)
    assert [row["doubt"] for row in await hub.rows(review)] == ["contradicted"]
    await hub.rule(PRISON, PROBATION, Choice.KEEP_APART)

    assert await hub.person_of(*PRISON) != await hub.person_of(*PROBATION)
    assert [row["doubt"] for row in await hub.rows(review)] == ["kept-apart"]


async def test_two_that_contradict_each_other_and_only_a_third_joins_are_one_person_released_and_reviewed(
    hub: Hub,
) -> None:
    third = ("probation-south", "Y000001")
    await hub.take(said(*PRISON, offender(pnc=PNC), 1))
    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=OTHER_PNC), 1))
    numbers = [{"scheme": "pnc", "value": PNC}, {"scheme": "pnc", "value": OTHER_PNC}]
    both = offender(born="1990-01-02", identifiers=numbers)
    await hub.take(said(*third, both, 1))
    one = {await hub.person_of(*each) for each in (PRISON, PROBATION, third)}
    asked = [row["doubt"] for row in await hub.rows(review)]
    released = await hub.bodies("prison")

    await hub.rule(PRISON, PROBATION, Choice.LINK)

    assert len(one) == 1
    assert asked == ["joined-by-others"]
    assert [id_.person for id_, body in released.items() if body] == [*one], "nothing is withheld meanwhile"
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


# --- what is decided ----------------------------------------------------------------------------------------


async def test_a_link_joins_two_with_nothing_in_common_and_taking_it_back_gives_back_what_was_there(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1), said(*PRISON, movement(), 1))
    await hub.take(said(*PROBATION, offender("Patel"), 1), said(*PROBATION, assessment(), 1))
    removed = max(await hub.person_of(*PRISON), await hub.person_of(*PROBATION))
    before = await standing_of(hub)

    linked = await hub.rule(PRISON, PROBATION, Choice.LINK)
    assert linked.merged == {removed: linked.one}
    assert linked.one == linked.other == await hub.person_of(*PRISON) == await hub.person_of(*PROBATION)
    assert {id_.type for id_, body in (await hub.bodies("prison")).items() if body} == {
        "offender",
        "movement",
        "assessment",
    }
    assert await standing_of(hub) != before
    parted = await hub.rule(PROBATION, PRISON, Choice.TAKE_BACK)

    assert parted.one != parted.other
    assert await standing_of(hub) == before
    assert (await hub.survivors())[removed] == linked.one


async def test_two_who_are_kept_apart_stay_so_whatever_number_they_share(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC), 1), said(*PROBATION, offender(pnc=PNC), 1))

    apart = await hub.rule(PRISON, PROBATION, Choice.KEEP_APART)
    await hub.take(said(*PRISON, offender(pnc=OTHER_PNC), 2), said(*PROBATION, offender(pnc=OTHER_PNC), 2))

    assert apart.split == {max(apart.one, apart.other): min(apart.one, apart.other)}
    assert await hub.person_of(*PRISON) != await hub.person_of(*PROBATION)
    assert await hub.rows(review) == []
    await hub.rule(PRISON, PROBATION, Choice.TAKE_BACK)
    assert await hub.person_of(*PRISON) == await hub.person_of(*PROBATION)


async def test_a_review_is_over_when_it_is_decided_either_way(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC), 1))
    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=PNC), 1))
    assert len(await hub.rows(review)) == 1

    for choice, people in ((Choice.KEEP_APART, 2), (Choice.LINK, 1)):
        await hub.rule(PRISON, PROBATION, choice)
        assert await hub.rows(review) == []
        assert len({await hub.person_of(*each) for each in (PRISON, PROBATION)}) == people
    await hub.rule(PRISON, PROBATION, Choice.TAKE_BACK)
    assert [row["doubt"] for row in await hub.rows(review)] == ["contradicted"]


async def test_a_link_across_two_kept_apart_is_left_out_and_reviewed_until_the_way_is_free(hub: Hub) -> None:
    third = ("probation-south", "Y000001")
    await hub.take(*(said(*each, offender(), 1) for each in (PRISON, PROBATION, third)))
    await hub.rule(PRISON, third, Choice.KEEP_APART)
    await hub.rule(PRISON, PROBATION, Choice.LINK)

    left_out = await hub.rule(PROBATION, third, Choice.LINK)

    assert left_out.one != left_out.other
    assert [row["doubt"] for row in await hub.rows(review)] == ["kept-apart"]
    await hub.rule(PRISON, PROBATION, Choice.TAKE_BACK)
    assert await hub.person_of(*PROBATION) == await hub.person_of(*third) != await hub.person_of(*PRISON)
    assert await hub.rows(review) == []


async def test_what_was_left_out_is_made_up_for_when_the_other_link_is_no_longer_said(hub: Hub) -> None:
    third = ("probation-south", "Y000001")
    await hub.take(said(*PRISON, offender(pnc=PNC), 1), said(*third, offender(), 1))
    await hub.rule(PRISON, third, Choice.KEEP_APART)
    numbers = [{"scheme": "pnc", "value": PNC}, {"scheme": "crn", "value": "Y000001"}]
    await hub.take(said(*PROBATION, offender(identifiers=numbers), 1))
    together = await hub.person_of(*PROBATION) == await hub.person_of(*PRISON)
    assert [row["doubt"] for row in await hub.rows(review)] == ["kept-apart"]

    stays = offender(pnc=OTHER_PNC) if together else offender()
    await hub.take(said(*(PRISON if together else third), stays, 2))
    await hub.take(said(*PROBATION, offender(identifiers=numbers[1:] if together else numbers[:1]), 2))

    assert await hub.person_of(*PROBATION) == await hub.person_of(*(third if together else PRISON))
    assert await hub.rows(review) == []


async def test_every_decision_is_audited_with_who_and_why_for_both_persons(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1))
    await hub.take(said(*PROBATION, offender(), 1))
    persons = {await hub.person_of(*each) for each in (PRISON, PROBATION)}

    await hub.rule(PRISON, PROBATION, Choice.LINK)

    entries = [row for row in await hub.rows(audit) if row["action"] == "link"]
    assert {row["person"] for row in entries} == persons
    assert {(row["actor"], row["purpose"]) for row in entries} == {("anna", "as both files say")}
    assert [row["action"] for row in await hub.rows(audit)][-1] == "combination"


async def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1), said(*PROBATION, offender(), 1))

    for one, other, choice, reason in (
        (PRISON, PRISON, Choice.LINK, Reason.INVALID_BODY),
        (PRISON, ("probation", "nobody"), Choice.LINK, Reason.NOT_FOUND),
        (PRISON, PROBATION, Choice.TAKE_BACK, Reason.WRONG_STATE),
    ):
        with pytest.raises(Rejected) as refused:
            await hub.rule(one, other, choice)
        assert refused.value.reason is reason
    with pytest.raises(Rejected):
        await hub.resolving.rule(PRISON, PROBATION, Choice.LINK, "so", "anna")
    assert await hub.rows(verdict) == []


# --- merges that an agency announces ------------------------------------------------------------------------


async def test_a_merge_an_agency_announces_of_its_own_numbers_holds_against_name_and_date_of_birth(hub: Hub) -> None:
    removed, stays = ("prison", "A7777AA"), ("prison", "B7777BB")
    merged = [{"scheme": "merged-prison-number", "value": "A7777AA"}]
    await hub.take(said(*stays, offender(), 1), said(*removed, offender("Patel", born="1990-01-02"), 1))
    assert await hub.person_of(*stays) != await hub.person_of(*removed)

    await hub.take(said(*stays, offender(identifiers=merged), 2))
    assert await hub.person_of(*stays) == await hub.person_of(*removed)
    assert await hub.rows(review) == []
    await hub.take(withdrawn(*removed, offender(), 3))
    assert await hub.person_of(*stays) == await hub.person_of(*removed)

    await hub.take(said(*stays, offender(), 4), said(*removed, offender("Patel", born="1990-01-02"), 4))
    assert await hub.person_of(*stays) != await hub.person_of(*removed)


async def test_a_merge_announced_before_the_removed_number_is_known_holds_when_it_comes(hub: Hub) -> None:
    merged = [{"scheme": "merged-crn", "value": "X777777"}]
    await hub.take(said(*PROBATION, offender(identifiers=merged), 1))

    await hub.take(said("probation", "X777777", offender("Patel", born="1990-01-02"), 1))

    assert await hub.person_of("probation", "X777777") == await hub.person_of(*PROBATION)


async def test_another_agencys_word_on_a_merge_is_no_more_than_a_number_in_common(hub: Hub) -> None:
    merged = [{"scheme": "merged-prison-number", "value": "A1234BC"}]
    await hub.take(said(*PRISON, offender(), 1))

    await hub.take(said(*PROBATION, offender("Patel", born="1990-01-02", identifiers=merged), 1))

    assert await hub.person_of(*PRISON) != await hub.person_of(*PROBATION)
    assert [row["doubt"] for row in await hub.rows(review)] == ["contradicted"]


async def test_two_numbers_that_an_operator_keeps_apart_stay_so_though_their_agency_merges_them(hub: Hub) -> None:
    removed, stays = ("prison", "A7777AA"), ("prison", "B7777BB")
    merged = [{"scheme": "merged-prison-number", "value": "A7777AA"}]
    await hub.take(said(*stays, offender(), 1), said(*removed, offender(), 1))
    await hub.rule(removed, stays, Choice.KEEP_APART)

    await hub.take(said(*stays, offender(identifiers=merged), 2))

    assert await hub.person_of(*stays) != await hub.person_of(*removed)


async def standing_of(hub: Hub) -> dict[tuple[str, frozenset[str], str, str], str]:
    """What every agency holds: digest by agency, the person's local keys, type and key."""
    await hub.deliver()
    members: dict[str, set[str]] = defaultdict(set)
    for row in await hub.rows(local_id):
        members[row["person"]].add(row["key"])
    return {
        (id_.agency, frozenset(members[id_.record.person]), id_.record.type, id_.record.key): row.digest
        for id_, row in (await hub.held()).items()
        if not row.withdrawn
    }


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
