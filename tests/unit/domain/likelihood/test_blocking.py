"""Who is compared with whom."""

from dataclasses import replace
from itertools import pairwise

import pytest

from hub.domain.likelihood.blocking import LARGE_BLOCK, ladders, pairs_between, pairs_within
from hub.domain.likelihood.traits import Traits

PERSON = Traits(forenames=("marcus",), surname="oyelaran", dates=("19790512",), postcodes=("bs81tq",))
FLOOD = [
    Traits(forenames=("john",), surname="smith", dates=(f"19{year}{month:02}{day:02}",))
    for year in range(50, 90)
    for month in range(1, 3)
    for day in range(10, 15)
]
"""Four hundred of one name."""


@pytest.mark.parametrize(
    "changed",
    [
        replace(PERSON, surname="pemberton"),
        replace(PERSON, forenames=("colin",)),
        replace(PERSON, forenames=("oyelaran",), surname="marcus"),
        replace(PERSON, dates=("19790513",)),
        replace(PERSON, dates=("19791205",)),
        replace(PERSON, dates=()),
        replace(PERSON, postcodes=("ex44qj",)),
        replace(PERSON, postcodes=()),
        replace(PERSON, surname=""),
        replace(PERSON, surname="pemberton", dates=("19630201",)),
        replace(PERSON, forenames=("colin",), surname="pemberton"),
    ],
)
def test_errors_in_some_fields_leave_a_key_in_common(changed: Traits) -> None:
    assert pairs_between([PERSON], [changed]) == {(0, 0)}


def test_those_with_nothing_in_common_are_not_compared() -> None:
    other = Traits(forenames=("colin",), surname="duxbury", dates=("19630201",), postcodes=("ex44qj",))
    assert pairs_within([PERSON, other, Traits()]) == set()


def test_a_person_of_whom_nothing_is_said_has_no_key() -> None:
    assert ladders(Traits()) == frozenset()


def test_each_rung_is_longer_than_the_one_before() -> None:
    for ladder in ladders(PERSON):
        assert all(longer.startswith(f"{shorter}|") for shorter, longer in pairwise(ladder))


def test_a_large_block_gives_way_to_longer_keys() -> None:
    found = pairs_within(FLOOD)
    assert len(FLOOD) > LARGE_BLOCK
    assert len(found) < len(FLOOD) * 60
    double = pairs_within([*FLOOD, FLOOD[7]])
    assert (7, len(FLOOD)) in double


def test_a_number_in_common_is_a_key() -> None:
    left, right = Traits(identifiers=(("pnc", "1"),)), Traits(surname="x", identifiers=(("crn", "2"), ("pnc", "1")))
    assert pairs_within([left, right]) == {(0, 1)}
