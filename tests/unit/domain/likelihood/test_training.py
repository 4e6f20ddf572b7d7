"""Weights are found again that were planted, without labels."""

import random
from collections import Counter
from functools import cache

import pytest

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.errors import Rejected
from hub.domain.likelihood.comparison import Pattern
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.pairs import candidates
from hub.domain.likelihood.training import estimate, train
from hub.domain.likelihood.traits import Traits

PAIRS, SAME = 60_000, 3_000
PLANTED = {
    Field.FORENAME: (0.8, 0.02),
    Field.SURNAME: (0.7, 0.01),
    Field.DATE: (0.9, 0.001),
    Field.SEX: (0.97, 0.6),
    Field.POSTCODE: (0.6, 0.005),
}
"""m and u of the exact level; otherwise different."""


def drawn(draw: random.Random, *, same: bool) -> Pattern:
    def level(field: Field) -> Level | None:
        if field not in PLANTED or draw.random() < 0.05:
            return None
        m, u = PLANTED[field]
        return Level.EXACT if draw.random() < (m if same else u) else Level.DIFFERENT

    return tuple(level(field) for field in Field)


@cache
def planted() -> tuple[Counter[Pattern], list[Pattern]]:
    """Among pairs met at random, too, some are one person: u has to be told apart from them."""
    draw = random.Random(5)  # noqa: S311 -- a sample, no secret
    blocked = Counter(drawn(draw, same=number < SAME) for number in range(PAIRS))
    return blocked, [drawn(draw, same=number < SAME) for number in range(PAIRS)]


@pytest.mark.parametrize("field", PLANTED)
def test_planted_m_and_u_are_recovered(field: Field) -> None:
    blocked, at_random = planted()
    odds = estimate(blocked, at_random, PAIRS, weights_in(SHIPPED_WEIGHTS)).odds[field][Level.EXACT]
    m, u = PLANTED[field]
    assert odds.m == pytest.approx(m, abs=0.02)
    assert odds.u == pytest.approx(u, rel=0.2)


def test_the_planted_share_of_one_person_is_recovered() -> None:
    blocked, at_random = planted()
    assert estimate(blocked, at_random, PAIRS, weights_in(SHIPPED_WEIGHTS)).prior == pytest.approx(
        SAME / PAIRS, rel=0.03
    )


def test_a_field_nobody_fills_keeps_its_weights() -> None:
    blocked, at_random = planted()
    shipped = weights_in(SHIPPED_WEIGHTS)
    odds = estimate(blocked, at_random, PAIRS, shipped).odds[Field.STREET]
    assert {level: pytest.approx(found) for level, found in shipped.odds[Field.STREET].items()} == odds


def test_a_level_never_seen_stays_possible() -> None:
    blocked, at_random = planted()
    assert estimate(blocked, at_random, PAIRS, weights_in(SHIPPED_WEIGHTS)).odds[Field.DATE][Level.SWAPPED].m > 0


def test_the_same_people_give_the_same_weights() -> None:
    people = [Traits(forenames=("ann",), surname=f"archer{number % 7}", dates=("19800229",)) for number in range(40)]
    start = weights_in(SHIPPED_WEIGHTS)
    assert train(candidates(people), start) == train(candidates(people), start)


def test_people_with_nothing_in_common_teach_nothing() -> None:
    with pytest.raises(Rejected, match="nothing can be estimated"):
        train(candidates([Traits(surname="archer"), Traits(surname="fletcher")]), weights_in(SHIPPED_WEIGHTS))
