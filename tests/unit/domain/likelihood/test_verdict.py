"""What is linked, what is reviewed, what is apart: the hard cases, with the weights that ship."""

from dataclasses import replace

import pytest

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.score import score
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.verdict import Verdict, verdict

WEIGHTS = weights_in(SHIPPED_WEIGHTS)
DARIUS = Traits(
    forenames=("darius",),
    surname="whitcombe",
    dates=("19890321",),
    sex="m",
    postcodes=("ne46sl",),
    houses=("3",),
    streets=("milltonroad",),
    identifiers=(("pnc", "20070046210c"),),
)
STRANGER = Traits(
    forenames=("colin",),
    surname="duxbury",
    dates=("19630201",),
    sex="m",
    postcodes=("ex44qj",),
    identifiers=(("pnc", "20010099817b"),),
)


def judged(one: Traits, other: Traits) -> Verdict:
    return verdict(score(one, other, WEIGHTS))


@pytest.mark.parametrize(
    "other",
    [
        DARIUS,
        replace(DARIUS, forenames=("whitcombe",), surname="darius"),
        replace(DARIUS, surname="duxbury", other_surnames=("whitcombe",)),
        replace(DARIUS, dates=("19892103",), identifiers=()),
        replace(DARIUS, surname="whitcomb", postcodes=("ne46sf",)),
    ],
)
def test_one_person_with_an_error_is_linked(other: Traits) -> None:
    assert judged(DARIUS, other) is Verdict.LINK


def test_twins_are_never_linked_without_asking() -> None:
    """The same surname, date and home: only forename, and perhaps sex and number, tell them apart."""
    twin = replace(DARIUS, forenames=("julian",), identifiers=(("pnc", "20080011873x"),))
    sister = replace(twin, forenames=("martha",), sex="f")
    assert judged(DARIUS, twin) is Verdict.REVIEW
    assert judged(DARIUS, sister) is Verdict.REVIEW


def test_father_and_son_of_one_name_and_home_are_never_linked_without_asking() -> None:
    son = replace(DARIUS, dates=("20121108",), identifiers=())
    assert judged(DARIUS, son) is Verdict.REVIEW


def test_one_number_for_two_people_by_clerical_error_is_never_a_link() -> None:
    assert judged(DARIUS, replace(STRANGER, identifiers=DARIUS.identifiers)) is not Verdict.LINK


def test_a_number_mistyped_for_somebody_elses_is_never_a_link() -> None:
    assert judged(DARIUS, replace(STRANGER, identifiers=(("pnc", "20070046211c"),))) is Verdict.APART


def test_one_person_with_two_prison_numbers_is_not_linked_without_asking() -> None:
    one = replace(DARIUS, identifiers=(("prison-number", "a1234bc"),))
    other = replace(DARIUS, identifiers=(("prison-number", "k9876xy"),))
    assert judged(one, other) is Verdict.REVIEW


def test_two_of_one_name_born_on_one_day_are_not_linked_without_asking() -> None:
    name = Traits(forenames=("darius",), surname="whitcombe", dates=("19890321",), sex="m")
    assert judged(name, name) is Verdict.REVIEW
    assert judged(replace(name, postcodes=("ne46sl",)), replace(name, postcodes=("ex44qj",))) is Verdict.REVIEW
    assert judged(*[replace(name, postcodes=("ne46sl",))] * 2) is Verdict.LINK


def test_the_own_numbers_of_two_systems_are_not_compared_but_with_what_the_other_says() -> None:
    own = replace(DARIUS, identifiers=(), own=(("prison-number", "a1234bc"),))
    neighbour = replace(DARIUS, identifiers=(), own=(("prison-number", "a1234bd"),))
    mistyped = replace(DARIUS, identifiers=(("prison-number", "a1234bd"),))
    assert [each for each in score(own, neighbour, WEIGHTS).reasons if each.field is Field.IDENTIFIER] == []
    for pair in ((own, mistyped), (mistyped, own)):
        assert [each.level for each in score(*pair, WEIGHTS).reasons if each.field is Field.IDENTIFIER] == [Level.CLOSE]


def test_strangers_are_apart() -> None:
    assert judged(DARIUS, STRANGER) is Verdict.APART


def test_who_says_nothing_is_nobody() -> None:
    assert judged(Traits(), Traits()) is Verdict.APART
    assert judged(Traits(), DARIUS) is Verdict.APART


def test_a_name_alone_makes_no_link() -> None:
    name = Traits(forenames=("darius",), surname="whitcombe")
    assert judged(name, name) is not Verdict.LINK
