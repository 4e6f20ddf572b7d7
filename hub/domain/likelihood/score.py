"""How likely two descriptions are one person, and why."""

import math
from collections.abc import Callable
from typing import NamedTuple

from hub.domain.likelihood.comparison import Pattern, compare
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.rarity import BY_RARITY, UNKNOWN, Rarity, rarity_bits
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights


class Reason(NamedTuple):
    """What one field said, in bits; no values."""

    field: Field
    level: Level
    weight: float


class Score(NamedTuple):
    """weight: in bits, the prior included. reasons: every field both sides say, in the order of the fields."""

    weight: float
    reasons: tuple[Reason, ...]

    @property
    def probability(self) -> float:
        """The probability that the two are one person."""
        return 1 / (1 + 2 ** min(-self.weight, 1000.0))


def bits(probability: float) -> float:
    """The weight of a probability between 0 and 1."""
    return math.log2(probability / (1 - probability))


def score(one: Traits, other: Traits, weights: Weights, rarity: Rarity = UNKNOWN) -> Score:
    """Weigh two descriptions: the same whichever comes first. What either does not say counts for nothing."""
    reasons = tuple(
        Reason(field, level, weights.odds[field][level].weight + _adjusted(one, other, field, level, weights, rarity))
        for field, level in zip(Field, compare(one, other), strict=True)
        if level is not None
    )
    return Score(bits(weights.prior) + sum(reason.weight for reason in reasons), reasons)


def quick_weight(weights: Weights, rarity: Rarity) -> Callable[[Traits, Traits, Pattern], float]:
    """The weight `score` gives, for very many pairs whose patterns are known: what a pattern weighs is kept."""
    kept: dict[Pattern, float] = {}
    before = bits(weights.prior)

    def weight(one: Traits, other: Traits, pattern: Pattern) -> float:
        usual = kept.get(pattern)
        if usual is None:
            usual = kept[pattern] = before + sum(
                weights.odds[field][level].weight
                for field, level in zip(Field, pattern, strict=True)
                if level is not None
            )
        return usual + sum(
            _adjusted(one, other, field, level, weights, rarity)
            for field, level in zip(Field, pattern, strict=True)
            if level in BY_RARITY
        )

    return weight


def _adjusted(one: Traits, other: Traits, field: Field, level: Level, weights: Weights, rarity: Rarity) -> float:
    if level not in BY_RARITY:
        return 0.0
    return rarity_bits(one, other, field, weights.odds[field][Level.EXACT].u, rarity)
