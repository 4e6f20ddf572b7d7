"""Families are told from people described twice, whom alone weights can be learned of."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pytest

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.errors import Rejected
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.pairs import candidates, random_patterns
from hub.domain.likelihood.training import estimate
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights
from hub.exchange.training import MOST_DIFFERENT, check_of_persons
from tests.bench.crowd import crowd, misspelt

START = weights_in(SHIPPED_WEIGHTS)
PEOPLE = 90
FEW_AT_RANDOM = 4_000
"""Pairs met by chance."""


def strangers(count: int) -> list[Traits]:
    """People of whom no two are of one family."""
    return list(crowd(1, count, at_home=0.0))


def families(people: Sequence[Traits]) -> list[Traits]:
    """These people, every three of whom are parents with a child, now and then with a forename or date of theirs."""
    found: list[Traits] = []
    for number in range(0, len(people), 3):
        father, mother, child = people[number : number + 3]
        home = {name: getattr(father, name) for name in ("surname", "postcodes", "houses", "streets", "towns")}
        forenames = father.forenames if number % 10 == 0 else child.forenames
        dates = mother.dates if number % 15 == 3 else child.dates
        found += [father, replace(mother, **home), replace(child, **home, forenames=forenames, dates=dates)]
    return found


def again(people: Sequence[Traits]) -> list[Traits]:
    """The same people, as another agency has them."""
    draw = random.Random(5)  # noqa: S311 -- a sample, no secret
    return [misspelt(each, draw) for each in people]


def learned(people: Sequence[Traits]) -> Weights:
    found = candidates(people)
    patterns = Counter(found.patterns.values())
    return estimate(patterns, random_patterns(found, FEW_AT_RANDOM), found.possible, START)


def different(weights: Weights) -> float:
    """The larger share of pairs of one person with another forename, or another date of birth."""
    return max(weights.odds[field][Level.DIFFERENT].m for field in (Field.FORENAME, Field.DATE))


def test_of_people_described_twice_hardly_any_pair_differs() -> None:
    people = strangers(PEOPLE)

    weights = learned([*people, *again(people)])

    check_of_persons(weights)
    assert different(weights) < MOST_DIFFERENT / 4


def test_of_families_nearly_every_pair_differs() -> None:
    weights = learned(families(strangers(PEOPLE)))

    assert different(weights) > MOST_DIFFERENT * 4
    with pytest.raises(Rejected, match="too few people are described twice"):
        check_of_persons(weights)


@pytest.mark.parametrize(("homes", "refused"), [(2, False), (20, True)])
def test_a_few_families_among_people_described_twice_do_no_harm_and_many_do(homes: int, refused: bool) -> None:
    """Every home has three pairs, and as many people described twice stand against them as there are strangers."""
    people = strangers(PEOPLE)
    mixed = [*families(people[: 3 * homes]), *people[3 * homes :]]

    weights = learned([*mixed, *again(list(islice(reversed(people), PEOPLE - 3 * homes)))])

    assert (different(weights) > MOST_DIFFERENT) is refused
