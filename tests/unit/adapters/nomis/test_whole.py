"""What the parts of a person come to: the latest is believed, and nothing is taken back by being left out."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from adapters.client.running.parts import PartsInMemory
from adapters.nomis.whole import about, remember, whole
from hub.domain.canonical import Json

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def put_together(*bodies: Json, in_part: tuple[int, ...] = ()) -> Json:
    """The whole of parts recorded one minute after the other."""
    parts = PartsInMemory()
    for minute, body in enumerate(bodies):
        remember(parts, "A1", f"part {minute}", body, NOON + timedelta(minutes=minute), in_part=minute in in_part)
    return whole(parts, "A1")[0]


def test_of_every_property_the_part_recorded_last_is_believed() -> None:
    assert put_together({"religion": "none", "sex": "male"}, {"religion": "Sikh"}) == {
        "religion": "Sikh",
        "sex": "male",
    }


def test_numbers_are_joined() -> None:
    numbers = [{"scheme": "pnc", "value": "81/34U"}], [{"scheme": "cro", "value": "65656/91H"}]
    assert put_together({"identifiers": numbers[0]}, {"identifiers": numbers[1] + numbers[0]})["identifiers"] == [
        *numbers[0],
        *numbers[1],
    ]


@pytest.mark.parametrize("in_part", [0, 1])
def test_a_name_said_in_part_stands_only_where_no_other_does(in_part: int) -> None:
    bodies: list[Json] = [{"names": {"surname": "QUILL", "forenames": ["ROWAN", "ASH"]}}] * 2
    bodies[in_part] = {"names": {"surname": "QUILL", "forenames": ["ROWAN"]}}

    assert put_together(*bodies, in_part=(in_part,))["names"]["forenames"] == ["ROWAN", "ASH"]
    assert put_together(bodies[in_part], in_part=(0,)) == bodies[in_part]


def test_release_dates_said_in_part_and_earlier_do_not_stand_over_later_ones() -> None:
    early, late = [{"type": "CRD", "date": "2027-01-01"}], [{"type": "CRD", "date": "2027-02-01"}]
    assert put_together({"keyDates": early}, {"keyDates": late}, in_part=(0,)) == {"keyDates": late}


def test_a_recall_is_not_taken_back_by_a_list_that_does_not_speak_of_it() -> None:
    custody = put_together(
        {"custody": {"recalled": True, "legalStatus": "RECALL"}}, {"custody": {"legalStatus": "SENTENCED"}}
    )
    assert custody == {"custody": {"recalled": True, "legalStatus": "SENTENCED"}}


def test_a_custody_assessment_is_not_taken_back_by_a_record_that_lists_the_current_ones_alone() -> None:
    first, second = ({"kind": "CSR", "booking": "7", "sequence": number, "result": "HI"} for number in (1, 2))
    again = {**second, "result": "STANDARD"}
    assert put_together({"custodyAssessments": [first, second]}, {"custodyAssessments": [again]}) == {
        "custodyAssessments": [first, again]
    }


def test_a_sentence_keeps_what_a_shorter_account_of_it_leaves_out() -> None:
    full = {"sequence": 1, "type": "life", "sentencedOn": "2017-06-21", "offences": [{"code": "M1"}], "active": True}
    short = {"sequence": 1, "type": "life", "sentencedOn": None, "active": False}
    assert put_together({"sentences": [full]}, {"sentences": [short]}) == {"sentences": [{**full, "active": False}]}


def test_sentences_of_two_stays_are_not_mixed_though_both_are_the_first() -> None:
    old = {"sequence": 1, "type": "life", "sentencedOn": "2017-06-21", "offences": [{"code": "M1"}]}
    new = {"sequence": 1, "type": "life", "sentencedOn": "2025-06-21"}
    assert put_together({"sentences": [old]}, {"sentences": [new]}) == {"sentences": [new]}


def test_an_establishment_alone_takes_nothing_away_but_another_one_does() -> None:
    stay = {"place": "custody", "establishmentCode": "LEI", "booking": "38339A"}
    assert put_together({"location": stay}, {"location": {"establishmentCode": "LEI"}}) == {"location": stay}
    assert put_together({"location": stay}, {"location": {"establishmentCode": "MDI"}}) == {
        "location": {"establishmentCode": "MDI"}
    }


def test_parts_come_to_the_same_in_whatever_order_they_arrive() -> None:
    said: list[tuple[int, Json]] = [
        (0, {"religion": "none"}),
        (1, {"religion": "Sikh", "sex": "male"}),
        (2, {"sex": "female"}),
    ]
    wholes = []
    for order in permutations(said):
        parts = PartsInMemory()
        for minute, body in order:
            remember(parts, "A1", f"part {minute}", body, NOON + timedelta(minutes=minute))
        wholes.append(whole(parts, "A1"))

    assert all(each == ({"religion": "Sikh", "sex": "female"}, NOON + timedelta(minutes=2)) for each in wholes)


def test_an_older_part_does_not_take_the_place_of_a_newer_one_of_its_kind() -> None:
    parts = PartsInMemory()
    remember(parts, "A1", "offender", {"sex": "male"}, NOON)
    remember(parts, "A1", "offender", {"sex": "female"}, NOON - timedelta(minutes=1))

    assert parts.get(about("A1"), "offender") == {"at": NOON.isoformat(), "in_part": False, "body": {"sex": "male"}}
