"""How likely two descriptions are one person, and why."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from hub.domain.likelihood.comparison import Pattern, compare
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.rarity import BY_RARITY, UNKNOWN, Rarity, rarity_bits
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights

_PATTERNS = 1 << 14
"""Of which it is kept what they weigh."""


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


class Scale:
    """Weighs descriptions by these weights. rarity: fixed, or a weight would not follow from the two alone."""

    def __init__(self, weights: Weights, rarity: Rarity = UNKNOWN) -> None:
        self._weights = weights
        self._rarity = rarity
        self._usual = lru_cache(maxsize=_PATTERNS)(self._of_pattern)

    def score(self, one: Traits, other: Traits) -> Score:
        """Weigh two descriptions: the same whichever comes first. What either does not say counts for nothing."""
        pattern = compare(one, other)
        usual = self._usual(pattern)
        if self._rarity is UNKNOWN or BY_RARITY.isdisjoint(pattern):
            return usual
        return self._scored(tuple([self._adjusted(one, other, reason) for reason in usual.reasons]))

    def _of_pattern(self, pattern: Pattern) -> Score:
        odds = self._weights.odds
        levels = [(field, level) for field, level in zip(Field, pattern, strict=True) if level is not None]
        return self._scored(tuple(Reason(field, level, odds[field][level].weight) for field, level in levels))

    def _scored(self, reasons: tuple[Reason, ...]) -> Score:
        return Score(bits(self._weights.prior) + sum(reason.weight for reason in reasons), reasons)

    def _adjusted(self, one: Traits, other: Traits, reason: Reason) -> Reason:
        field, level, weight = reason
        more = _adjusted(one, other, field, level, self._weights, self._rarity)
        return Reason(field, level, weight + more) if more else reason


def score(one: Traits, other: Traits, weights: Weights, rarity: Rarity = UNKNOWN) -> Score:
    """What a `Scale` says of two descriptions; for very many, keep one."""
    return Scale(weights, rarity).score(one, other)


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
