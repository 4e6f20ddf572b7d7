"""The pairs that are compared: those with a blocking key in common, and pairs met at random."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from hub.domain.likelihood.blocking import pairs_between, pairs_within
from hub.domain.likelihood.comparison import Pattern, compare
from hub.domain.likelihood.traits import Traits

Pair = tuple[int, int]
"""Positions: within one file the lower first, between two files the left first."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs that may be one person, with the levels they come to. right is left where duplicates are sought."""

    left: Sequence[Traits]
    right: Sequence[Traits]
    patterns: dict[Pair, Pattern]

    @property
    def within(self) -> bool:
        """Whether duplicates within one file are sought."""
        return self.right is self.left

    @property
    def possible(self) -> int:
        """How many pairs there are in all."""
        return len(self.left) * (len(self.left) - 1) // 2 if self.within else len(self.left) * len(self.right)


def candidates(left: Sequence[Traits], right: Sequence[Traits] | None = None) -> Candidates:
    """Compare whoever has a blocking key in common: within one file, or between two."""
    pairs = pairs_within(left) if right is None else pairs_between(left, right)
    others = left if right is None else right
    return Candidates(left, others, {pair: compare(left[pair[0]], others[pair[1]]) for pair in sorted(pairs)})


def random_patterns(found: Candidates, count: int) -> list[Pattern]:
    """The levels of pairs met at random, the same at every run: how persons agree by chance.

    count: how many are drawn; where there are not so many, each is taken once.
    """
    return [compare(found.left[one], found.right[other]) for one, other in _drawn(found, count)]


def _drawn(found: Candidates, count: int) -> Iterable[Pair]:
    if found.possible <= count:
        left, right = range(len(found.left)), range(len(found.right))
        return combinations(left, 2) if found.within else product(left, right)
    draw = random.Random(count)  # noqa: S311 -- a sample, no secret
    pairs = ((draw.randrange(len(found.left)), draw.randrange(len(found.right))) for _ in range(count))
    return ((one, other) for one, other in pairs if not found.within or one != other)
