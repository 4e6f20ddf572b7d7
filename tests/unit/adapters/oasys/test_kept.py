"""Parts are kept by assessment; one without a full name belongs to an assessment only when it can mean no other."""

import pytest

from adapters.client.running.parts import PartsInMemory
from adapters.oasys.kept import Kept, Name, Part, filled, together
from hub.domain.canonical import Json

FIRST, SECOND, ELSEWHERE = Name("X1", "1"), Name("X1", "2"), Name("X2", "3")


@pytest.fixture
def kept() -> Kept:
    return Kept(PartsInMemory())


def test_a_part_without_a_name_belongs_to_the_only_assessment_and_to_none_of_two(kept: Kept) -> None:
    kept.keep(Name(), "section03", Part("1", {"a": 1}))
    kept.keep(Name("X1"), "section04", Part("1", {"b": 1}))

    assert kept.note(FIRST, in_detail=True) == ()
    assert set(kept.all(FIRST)) == {"section03", "section04"}

    assert kept.note(ELSEWHERE, in_detail=True) == (FIRST,)
    assert set(kept.all(FIRST)) == {"section04"}

    assert kept.note(SECOND, in_detail=True) == (FIRST,)
    assert kept.all(FIRST) == {}


def test_a_line_of_a_timeline_says_whose_a_number_is_and_nothing_else(kept: Kept) -> None:
    kept.keep(Name(), "section03", Part("1", {"a": 1}))
    kept.keep(Name(number="1"), "needs", Part("1", {"acc": 1}))
    kept.note(FIRST, in_detail=False)

    assert set(kept.all(FIRST)) == {"needs"}


def test_of_two_parts_of_a_table_the_later_holds_field_by_field_whichever_came_first() -> None:
    earlier, later = Part("1", {"a": 1, "b": 1}), Part("2", {"b": 2, "c": 2})

    assert together(earlier, later) == together(later, earlier) == Part("2", {"a": 1, "b": 2, "c": 2})
    assert together(None, later) == later


@pytest.mark.parametrize(
    ("now", "before", "wanted"),
    [
        (None, "High", "High"),
        (" ", "High", "High"),
        ("Low", "High", "Low"),
        (None, None, None),
        ({"a": None, "b": 1}, {"a": 5, "c": 6}, {"a": 5, "b": 1, "c": 6}),
    ],
)
def test_a_blank_is_filled_with_what_was_said_before(now: Json, before: Json, wanted: Json) -> None:
    assert filled(now, before) == wanted


def test_access_to_a_person_concerns_every_assessment_and_tells_which_to_say_anew(kept: Kept) -> None:
    no, yes = Part("1", {"limitedAccessOffender": False}), Part("2", {"limitedAccessOffender": True})
    kept.keep(FIRST, "document", no)
    for each in (FIRST, SECOND, ELSEWHERE):
        kept.note(each, in_detail=False)

    assert kept.limit("X1", yes) == (FIRST, SECOND)
    assert (kept.limit("X1", yes), kept.limit("X1", no)) == ((), ())
    assert kept.all(FIRST)["document"].fields["limitedAccessOffender"] is True
    assert kept.all(ELSEWHERE) == {}


def test_sayings_are_numbered_on(kept: Kept) -> None:
    assert [kept.next_number(FIRST), kept.next_number(FIRST), kept.next_number(SECOND)] == [1, 2, 1]
