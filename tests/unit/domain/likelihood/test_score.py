"""How likely two descriptions are one person: rules, with the weights that ship."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.likelihood.comparison import compare
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.rarity import Counted
from hub.domain.likelihood.score import Score, bits, quick_weight, score
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights

LIKELY = 0.9

ASHA = Traits(
    forenames=("asha", "jean"),
    surname="pemberton",
    dates=("19810614",),
    sex="f",
    postcodes=("ls29jt",),
    houses=("14",),
    streets=("harrogateroad",),
    towns=("leeds",),
    identifiers=(("pnc", "20040712343h"),),
)
BARE = replace(ASHA, sex="", identifiers=(), houses=(), streets=(), towns=())
"""Name, date of birth and postcode alone."""


@cache
def shipped() -> Weights:
    return weights_in(SHIPPED_WEIGHTS)


def weighed(one: Traits, other: Traits) -> Score:
    return score(one, other, shipped())


def levels(one: Traits, other: Traits) -> dict[Field, Level]:
    return {reason.field: reason.level for reason in weighed(one, other).reasons}


def test_the_same_details_are_one_person() -> None:
    assert weighed(ASHA, ASHA).probability > 0.999


def test_somebody_else_is_not() -> None:
    other = Traits(forenames=("colin",), surname="duxbury", dates=("19630201",), sex="m", postcodes=("ex44qj",))
    assert weighed(ASHA, other).probability < 1e-6


@pytest.mark.parametrize(
    ("changed", "field", "level"),
    [
        (replace(ASHA, forenames=("pemberton",), surname="asha"), Field.SURNAME, Level.SWAPPED),
        (replace(ASHA, surname="duxbury", other_surnames=("pemberton",)), Field.SURNAME, Level.FORMER),
        (replace(ASHA, dates=("19810615",)), Field.DATE, Level.CLOSE),
        (replace(ASHA, dates=("19811406",)), Field.DATE, Level.SWAPPED),
        (replace(ASHA, surname="pembertno"), Field.SURNAME, Level.CLOSE),
        (replace(ASHA, surname="penbeton"), Field.SURNAME, Level.NEAR),
        (replace(ASHA, forenames=("a",)), Field.FORENAME, Level.INITIAL),
        (replace(ASHA, forenames=("jean",)), Field.FORENAME, Level.FORMER),
        (replace(ASHA, postcodes=("ls29jf",)), Field.POSTCODE, Level.CLOSE),
        (replace(ASHA, postcodes=("ls29bb",)), Field.POSTCODE, Level.SECTOR),
    ],
)
def test_one_error_has_its_level_and_leaves_one_person(changed: Traits, field: Field, level: Level) -> None:
    """Swapped names, a married name, a digit wrong, day and month exchanged, a former address and the like."""
    assert levels(ASHA, changed)[field] is level
    assert weighed(ASHA, changed).probability > LIKELY


def test_a_familiar_form_is_the_same_forename() -> None:
    william, bill = replace(BARE, forenames=("william",)), replace(BARE, forenames=("bill",))
    assert levels(william, bill)[Field.FORENAME] is Level.NICKNAME
    assert weighed(william, bill).probability > LIKELY


def test_a_number_mistyped_speaks_for_one_person() -> None:
    mistyped = replace(ASHA, identifiers=(("pnc", "20040712353h"),))
    assert levels(ASHA, mistyped)[Field.IDENTIFIER] is Level.CLOSE
    assert weighed(ASHA, mistyped).weight > weighed(ASHA, replace(ASHA, identifiers=())).weight


def test_numbers_of_different_schemes_say_nothing() -> None:
    crn = replace(ASHA, identifiers=(("crn", "20040712343h"),))
    assert Field.IDENTIFIER not in levels(ASHA, crn)


def test_any_address_of_the_past_counts() -> None:
    moved = replace(ASHA, postcodes=("ex44qj", "ls29jt"))
    assert levels(ASHA, moved)[Field.POSTCODE] is Level.EXACT


def test_what_is_missing_is_neutral() -> None:
    nobody = Traits()
    for other in (nobody, ASHA):
        neutral = weighed(nobody, other)
        assert neutral.reasons == ()
        assert neutral.weight == pytest.approx(bits(shipped().prior))


def test_a_name_said_on_one_side_alone_changes_nothing() -> None:
    without = replace(BARE, forenames=())
    assert weighed(without, BARE).weight == weighed(without, without).weight


def test_reasons_add_up_to_the_weight() -> None:
    found = weighed(ASHA, replace(ASHA, dates=("19810615",)))
    assert found.weight == pytest.approx(bits(shipped().prior) + sum(reason.weight for reason in found.reasons))


def test_reasons_hold_no_values() -> None:
    said = repr(weighed(ASHA, replace(ASHA, surname="pembertno")).reasons)
    assert not [value for value in ("asha", "pember", "1981", "ls2", "harrogate", "2004") if value in said]


def test_a_rare_surname_says_more_than_a_common_one() -> None:
    crowd = [Traits(surname="smith") for _ in range(90)] + [Traits(surname=f"rare{number:02}") for number in range(10)]
    counted = Counted(crowd)
    smith = score(Traits(surname="smith"), Traits(surname="smith"), shipped(), counted)
    rare = score(Traits(surname="rare01"), Traits(surname="rare01"), shipped(), counted)
    assert rare.weight > smith.weight + 5


_NAMES = st.sampled_from(["", "asha", "ash", "pemberton", "pembertno", "jean", "bill", "william", "o", "ó"])
_PEOPLE = st.builds(
    Traits,
    forenames=st.lists(_NAMES.filter(bool), max_size=2).map(tuple),
    surname=_NAMES,
    other_forenames=st.lists(_NAMES.filter(bool), max_size=2).map(tuple),
    other_surnames=st.lists(_NAMES.filter(bool), max_size=2).map(tuple),
    dates=st.lists(st.sampled_from(["19810614", "19811406", "19810615", "00000000", "1981"]), max_size=2).map(tuple),
    sex=st.sampled_from(["", "m", "f"]),
    postcodes=st.lists(st.sampled_from(["ls29jt", "ls29jf", "ls2", "4011", "x"]), max_size=2).map(tuple),
    houses=st.lists(st.sampled_from(["1", "14", "41"]), max_size=2).map(tuple),
    streets=st.lists(st.sampled_from(["high", "highstreet", "elmgrove"]), max_size=2).map(tuple),
    localities=st.lists(st.sampled_from(["highstreet", "elmgrove", "a"]), max_size=2).map(tuple),
    identifiers=st.lists(st.sampled_from([("pnc", "1"), ("pnc", "12345"), ("crn", "x1")]), max_size=2).map(tuple),
)


@given(_PEOPLE, _PEOPLE)
def test_it_does_not_matter_who_comes_first(one: Traits, other: Traits) -> None:
    assert compare(one, other) == compare(other, one)
    assert weighed(one, other) == weighed(other, one)


@given(_PEOPLE, _PEOPLE)
def test_the_quick_weight_is_the_weight(one: Traits, other: Traits) -> None:
    counted = Counted([one, other, ASHA])
    quick = quick_weight(shipped(), counted)(one, other, compare(one, other))
    assert quick == pytest.approx(score(one, other, shipped(), counted).weight)
