"""The data file of weights."""

import tomllib
from typing import Any

import pytest

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.errors import Halt
from hub.domain.likelihood.weights import read_weights, written_weights


def document() -> dict[str, Any]:
    return tomllib.loads(SHIPPED_WEIGHTS.read_text())


def test_what_is_written_reads_back_the_same() -> None:
    shipped = weights_in(SHIPPED_WEIGHTS)
    assert read_weights(tomllib.loads(written_weights(shipped))) == shipped


def test_the_weights_that_ship_say_where_they_come_from() -> None:
    assert "Assumed" in weights_in(SHIPPED_WEIGHTS).origin


def test_the_shares_of_a_field_are_whole() -> None:
    for levels in weights_in(SHIPPED_WEIGHTS).odds.values():
        assert sum(odds.m for odds in levels.values()) == pytest.approx(1)
        assert sum(odds.u for odds in levels.values()) == pytest.approx(1, abs=0.001)


def test_an_exact_agreement_speaks_for_and_a_difference_against() -> None:
    for levels in weights_in(SHIPPED_WEIGHTS).odds.values():
        weights = [odds.weight for odds in levels.values()]
        assert weights[0] > 0 > weights[-1]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"prior": 0}, "prior must be a number above 0"),
        ({"prior": True}, "prior must be a number above 0"),
        ({"sex": None}, "there is no table for sex"),
        ({"sex": {"exact": {"m": 0.5, "u": 0.5}}}, "sex.different is missing"),
        ({"sex": {"exactly": {"m": 0.5, "u": 0.5}}}, "sex has no level exactly"),
        ({"shoes": {}}, "shoes is no field"),
    ],
)
def test_a_broken_file_is_the_operators(broken: dict[str, Any], said: str) -> None:
    with pytest.raises(Halt, match=said):
        read_weights(document() | broken)
