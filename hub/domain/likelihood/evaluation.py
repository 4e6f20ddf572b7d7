"""Which pairs are taken for one person, and how right that is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from hub.domain.likelihood.pairs import Candidates, Pair
from hub.domain.likelihood.rarity import Counted, Rarity
from hub.domain.likelihood.score import bits, quick_weight
from hub.domain.likelihood.weights import Weights

THRESHOLD = 0.5
"""More likely one person than two. Whoever counts a missed link as bad as a wrong one, as F1 does, decides there; it
is fixed before any data is seen."""


@dataclass(frozen=True, slots=True)
class Measured:
    """right, found, true: pairs found that are true, pairs found, and true pairs."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """The share of what was found that is true; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is true that was found; 1 where nothing is true."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """links: what is asserted in the end; within one file, links of links are links. pairs: each pair on its own.

    ceiling: the share of true pairs among the candidates, beyond which no weights could go pair by pair.
    """

    links: Measured
    pairs: Measured
    ceiling: float


def matches(
    found: Candidates, weights: Weights, threshold: float = THRESHOLD, rarity: Rarity | None = None
) -> set[Pair]:
    """The candidates at least so likely to be one person. rarity: counted in the people themselves unless given."""
    everyone = found.left if found.within else (*found.left, *found.right)
    weigh, least = quick_weight(weights, rarity or Counted(everyone)), bits(threshold)
    return {
        (one, other)
        for (one, other), pattern in found.patterns.items()
        if weigh(found.left[one], found.right[other], pattern) >= least
    }


def evaluate(found: Candidates, matched: set[Pair], true: set[Pair]) -> Evaluation:
    """Compare what was matched with what is true. Within one file both are closed: links of links are links."""
    truth = closed(true) if found.within else true
    linked = closed(matched) if found.within else matched
    reached = len(truth & found.patterns.keys())
    return Evaluation(_measured(linked, truth), _measured(matched, truth), reached / len(truth) if truth else 1.0)


def _measured(found: set[Pair], true: set[Pair]) -> Measured:
    return Measured(len(found & true), len(found), len(true))


def closed(pairs: Iterable[Pair]) -> set[Pair]:
    """The pairs, and every pair that is joined by a chain of them; the lower position first."""
    parents: dict[int, int] = {}
    for one, other in pairs:
        low, high = sorted((_root(parents, one), _root(parents, other)))
        parents[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for member in sorted(parents):
        groups[_root(parents, member)].append(member)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def _root(parents: dict[int, int], member: int) -> int:
    parents.setdefault(member, member)
    while parents[member] != member:
        parents[member] = parents[parents[member]]
        member = parents[member]
    return member
