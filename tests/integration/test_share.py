"""What share promises, on both databases: taken once, refused for a reason, and in the order of its agency."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason
from hub.domain.outcome import Accepted
from hub.domain.submission import Submission
from hub.store.tables import assertion, audit, local_id, standing, unmatched
from hub.trust.naming import local_key
from tests.builders.hub import KEYS, NOW, Hub, reasons
from tests.builders.records import (
    PNC,
    PRISON,
    PROBATION,
    assessment,
    movement,
    offender,
    registration,
    said,
    withdrawn,
)

# --- taken once ----------------------------------------------------------------------------------------------


async def test_what_is_accepted_is_kept_and_says_which_record_it_is(hub: Hub) -> None:
    (outcome,) = await hub.share(said(*PRISON, movement(7), 1, id_="m-7"))

    assert outcome == Accepted("prison", "m-7", "movement", "prison/B1/7", NOW)
    assert [(row["id"], row["slot"]) for row in await hub.rows(standing)] == [
        (row["id"], row["slot"]) for row in await hub.rows(assertion)
    ]


async def test_a_repetition_gets_the_first_outcome_again_and_changes_nothing(hub: Hub) -> None:
    first = said(*PRISON, offender(), 1)
    await hub.take(first)
    before = await hub.rows(audit)

    hub.now = NOW + timedelta(hours=1)
    (outcome,) = await hub.share(first)

    assert outcome == Accepted("prison", first.id, "offender", "-", NOW, repeated=True)
    assert await hub.rows(audit) == before


async def test_an_id_used_again_for_something_else_is_refused_and_changes_nothing(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1, id_="1"))

    outcomes = await hub.share(
        said(*PRISON, offender("Patel"), 2, id_="1"),
        said(*PRISON, assessment(), 2, id_="1"),
        said("prison", "A9999ZZ", offender(), 1, id_="1"),
        withdrawn(*PRISON, offender(), 2, id_="1"),
    )

    assert reasons(outcomes) == [Reason.ID_REUSED] * 4
    assert len(await hub.rows(assertion)) == 1


async def test_only_acceptance_uses_an_id_up(hub: Hub) -> None:
    assert reasons(await hub.share(said(*PRISON, offender(sex="x"), 1, id_="1"))) == [Reason.UNKNOWN_CODE]

    await hub.take(said(*PRISON, offender(), 1, id_="1"))


async def test_two_agencies_may_use_the_same_id(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1, id_="1"), said(*PROBATION, offender(), 1, id_="1"))

    assert len(await hub.rows(assertion)) == 2


async def test_within_a_batch_the_first_of_an_id_counts(hub: Hub) -> None:
    first = said(*PRISON, offender(), 1, id_="1")

    outcomes = await hub.share(first, first, said(*PRISON, offender("Patel"), 2, id_="1"))

    assert [isinstance(each, Accepted) and each.repeated for each in outcomes] == [False, True, False]
    assert reasons(outcomes) == [None, None, Reason.ID_REUSED]
    assert len(await hub.rows(assertion)) == 1


async def test_the_same_submission_given_to_two_workers_at_once_is_taken_once(hub: Hub) -> None:
    batch = [said("prison", f"A{number}234BC", offender(), 1) for number in range(5)]

    outcomes = await asyncio.gather(*(hub.share(*batch) for _ in range(4)))

    assert sorted(each.repeated for given in outcomes for each in given if isinstance(each, Accepted)) == [
        *[False] * 5,
        *[True] * 15,
    ]
    assert len(await hub.rows(assertion)) == 5


async def test_a_repetition_gets_its_first_outcome_also_when_the_contract_covers_it_no_more(hub: Hub) -> None:
    first = said(*PRISON, movement(7), 1, id_="m-7")
    await hub.take(first)
    asserted = {"offender": frozenset({"1.0.0"})}
    narrowed = Hub(hub.engine, {**hub.contracts, "prison": replace(hub.contracts["prison"], asserts=asserted)})

    again, new, reused, wrong, neighbour = await narrowed.share(
        first,
        said(*PRISON, movement(8), 1, id_="m-8"),
        said(*PRISON, movement(8), 1, id_="m-7"),
        said(*PRISON, movement(9, at="at eight"), 1, id_="m-9"),
        said(*PRISON, offender(), 1, id_="neighbour"),
    )

    assert again == Accepted("prison", "m-7", "movement", "prison/B1/7", NOW, repeated=True)
    assert reasons([new, reused, wrong, neighbour]) == [
        Reason.NOT_COVERED,
        Reason.ID_REUSED,
        Reason.NOT_COVERED,
        None,
    ]
    assert {row["id"] for row in await hub.rows(assertion)} == {"m-7", "neighbour"}


# --- refused, each for its reason -----------------------------------------------------------------------------


def of(agency: str = "prison", record_type: str = "offender", version: str = "1.0.0", **body: Json) -> Submission:
    return Submission(agency, "x", record_type, version, False, "A1234BC", NOW, -1, body or offender())


@pytest.mark.parametrize(
    ("submission", "reason"),
    [
        (of(record_type="rumour"), Reason.UNKNOWN_TYPE),
        (of(version="9.0.0"), Reason.UNKNOWN_VERSION),
        (of(agency="police"), Reason.NOT_COVERED),
        (of(names={}), Reason.INVALID_BODY),
        (of(names={"surname": "Okafor"}, sex="unknown-code"), Reason.UNKNOWN_CODE),
        (said(*PRISON, offender(), 66), Reason.TIME_IN_FUTURE),
    ],
)
async def test_one_that_cannot_be_taken_says_why_and_harms_no_neighbour(
    hub: Hub, submission: Submission, reason: Reason
) -> None:
    outcomes = await hub.share(said(*PRISON, offender(), 1), submission, said(*PROBATION, assessment(), 1))

    assert reasons(outcomes) == [None, reason, None]
    assert len(await hub.rows(assertion)) == 2


async def test_a_clock_may_run_five_minutes_ahead(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 65))


async def test_what_the_database_cannot_keep_stands_alone(hub: Hub) -> None:
    batch = [said("prison", f"A{number}234BC", offender(), 1) for number in range(7)]
    batch.insert(4, said(*PRISON, offender(), 1, sequence=2**63))

    outcomes = await hub.share(*batch)

    assert reasons(outcomes) == [*[None] * 4, Reason.INVALID_BODY, *[None] * 3]
    assert len(await hub.rows(assertion)) == 7


async def test_a_nul_character_harms_no_neighbour(hub: Hub) -> None:
    first, nul, last = reasons(
        await hub.share(
            said(*PRISON, offender(), 1), said(*PRISON, assessment(), 1, id_="\x00"), said(*PROBATION, offender(), 1)
        )
    )

    assert (first, last) == (None, None)
    assert len(await hub.rows(assertion)) == 2 + (nul is None)


# --- what was said when ---------------------------------------------------------------------------------------


async def test_of_two_that_arrive_in_the_wrong_order_the_later_one_stands(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender("Later"), 9))
    await hub.take(said(*PRISON, offender("Earlier"), 1))

    (body,) = (await hub.bodies("prison")).values()
    assert body["names"]["surname"] == "Later"


async def test_a_value_counts_from_when_it_was_first_said_even_if_that_is_learned_late(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(pnc=PNC, religion="none"), 9))
    await hub.take(said(*PROBATION, offender(pnc=PNC, religion="Sikh"), 5))
    assert {body["religion"] for body in (await hub.bodies("court")).values()} == {"none"}

    await hub.take(said(*PRISON, offender(pnc=PNC, religion="none", sex="male"), 1))

    assert {body["religion"] for body in (await hub.bodies("court")).values() if body} == {"Sikh"}


async def test_whoever_still_names_a_number_removed_by_a_merge_is_joined_with_the_survivor(hub: Hub) -> None:
    numbers = [{"scheme": "merged-prison-number", "value": "A7777AA"}]
    still = [{"scheme": "prison-number", "value": "A7777AA"}]
    await hub.take(said("prison", "A7777AA", offender(), 1), said(*PROBATION, offender(identifiers=still), 1))
    await hub.take(said("prison", "B7777BB", offender(identifiers=numbers), 2))
    await hub.take(withdrawn("prison", "A7777AA", offender(), 3))

    assert len({row["person"] for row in await hub.rows(local_id)}) == 1


async def test_a_removed_number_not_of_its_form_joins_nobody(hub: Hub) -> None:
    numbers = [{"scheme": "merged-prison-number", "value": "none"}]
    await hub.take(said("prison", "A7777AA", offender(identifiers=numbers), 1))
    await hub.take(said("prison", "B7777BB", offender(identifiers=numbers), 2))

    assert len({row["person"] for row in await hub.rows(local_id)}) == 2


async def test_an_assessment_may_come_before_its_offender(hub: Hub) -> None:
    await hub.take(said(*PROBATION, assessment(), 1))
    await hub.take(said(*PROBATION, offender(pnc=PNC), 2), said(*PRISON, offender(pnc=PNC), 2))

    assert {id_.type for id_ in await hub.bodies("prison")} == {"assessment", "offender"}


async def test_a_record_that_nobody_asserts_any_more_is_released_as_withdrawn(hub: Hub) -> None:
    await hub.take(said(*PROBATION, registration(), 1))
    await hub.deliver()

    await hub.take(withdrawn(*PROBATION, registration(), 2))

    assert list((await hub.bodies("probation")).values()) == [None]


async def test_a_withdrawal_that_overtakes_what_it_withdraws_withdraws_it(hub: Hub) -> None:
    await hub.take(withdrawn(*PROBATION, registration(), 2))
    await hub.take(said(*PROBATION, registration(), 1))

    assert await hub.bodies("probation") == {}


async def test_what_is_said_after_a_withdrawal_stands(hub: Hub) -> None:
    await hub.take(withdrawn(*PROBATION, registration(), 2))
    await hub.take(said(*PROBATION, registration(label="again"), 3))

    assert [body["label"] for body in (await hub.bodies("probation")).values()] == ["again"]


async def test_an_assessment_that_gets_its_oasys_number_later_moves_to_it(hub: Hub) -> None:
    await hub.take(said(*PROBATION, offender(pnc=PNC), 1), said(*PRISON, offender(pnc=PNC), 1))
    await hub.take(said(*PROBATION, assessment("A1"), 1), said(*PRISON, assessment("77", oasys="963"), 1))
    before = {id_.key: body for id_, body in (await hub.bodies("court")).items() if id_.type == "assessment"}

    await hub.take(said(*PROBATION, assessment("A1", oasys="963"), 2))

    after = {id_.key: body for id_, body in (await hub.bodies("court")).items() if id_.type == "assessment"}
    assert set(before) == {"probation/A1", "963"}
    assert set(after) == {"probation/A1", "963"}
    assert after["probation/A1"] is None
    assert after["963"]["reference"] == "A1"


# --- who is to be matched ------------------------------------------------------------------------------------


async def test_whoever_is_spoken_of_by_an_offender_record_waits_to_be_matched(hub: Hub) -> None:
    await hub.take(said(*PRISON, offender(), 1), said(*PROBATION, movement(7), 1))

    (row,) = await hub.rows(unmatched)

    assert row["local"] == local_key(KEYS, *PRISON)
    assert row["later"] is False


async def test_an_offender_record_that_is_withdrawn_said_again_or_comes_late_waits_too(hub: Hub) -> None:
    """What comes late changes nothing that stands, but may show that somebody else was meant before."""
    stamps = []
    for each in (
        said(*PRISON, offender(), 3),
        withdrawn(*PRISON, offender(), 5),
        said(*PRISON, offender(), 4),
        said(*PRISON, offender(), 6),
    ):
        await hub.take(each)
        stamps.append((await hub.rows(unmatched))[0]["stamp"])

    assert len(set(stamps)) == 4
