"""Estimating the weights of the store's own people, without labels, and how common the values are that they share.

Values are counted over everybody. Weights are estimated over the pairs of some people, drawn at random, with all whom
they would be compared with: comparing everybody would take hours and say the same.
"""

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from hub.domain.errors import Reason, Rejected
from hub.domain.joining import Pair, pair_of
from hub.domain.likelihood.blocking import ladders
from hub.domain.likelihood.common import Common, common_values
from hub.domain.likelihood.comparison import Pattern, compare
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.pairs import Candidates, random_patterns
from hub.domain.likelihood.rarity import Counted
from hub.domain.likelihood.training import RANDOM_PAIRS, estimate
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights
from hub.exchange.describing import read_traits
from hub.ports import Candidate, Keys, Ladder, MatchingStore, Seal
from hub.trust.naming import ladder_digests, term_digest

DRAWN = 10_000
"""People whose pairs are compared."""
MOST_DIFFERENT = 0.2
"""The share of pairs of one person whose forename, or date of birth, is another; far beyond what clerks get wrong.

It is about the share of families among the pairs that were taken for one person. With a fifth of these, what was
learned is still how persons are alike; beyond, a family soon outweighs a person.
"""
_PAGE = 2_000
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Trained:
    """weights: estimated. common: the list of common values. pairs: compared; possible: that there are in all."""

    weights: Weights
    common: Mapping[Field, Common]
    pairs: int
    possible: int


class Training:
    """The use case."""

    def __init__(self, store: MatchingStore, keys: Keys, seal: Seal, drawn: int = DRAWN) -> None:
        """drawn: how many people are compared with others."""
        self._store = store
        self._keys = keys
        self._seal = seal
        self._drawn = drawn

    async def train(self, start: Weights) -> Trained:
        """Estimate the weights. start: where to begin, and what holds for a field that nobody fills.

        Raises:
            Rejected: no two people have a blocking key in common, so there is nothing to learn from; or hardly anybody
                is described twice, so that what was learned is how families are alike.
            Unavailable, Halt: from the store.
        """
        counted, drawn, people = await self._everybody()
        patterns = await self._compared(drawn)
        if not patterns:
            raise Rejected(Reason.INVALID_BODY, "no two people described have anything in common to learn from")
        among = list(drawn.values())
        at_random = random_patterns(Candidates(among, among, {}), RANDOM_PAIRS)
        possible = len(drawn) * (people - 1) - len(drawn) * (len(drawn) - 1) // 2
        weights = estimate(patterns, at_random, possible, start)
        check_of_persons(weights)
        common = common_values(counted, partial(term_digest, self._keys))
        pairs = patterns.total()
        origin = (
            f"Estimated without labels by expectation maximisation over {pairs:,} blocked pairs of {len(drawn):,} "
            f"of {people:,} people described.\nFields that nobody fills are as shipped.\n"
        )
        return Trained(replace(weights, origin=origin), common, pairs, people * (people - 1) // 2)

    async def _everybody(self) -> tuple[Counted, dict[str, Traits], int]:
        """How common values are, some people drawn at random by local key, and how many there are."""
        draw = random.Random(self._drawn)  # noqa: S311 -- a sample, no secret
        counted, people = Counted(), 0
        drawn: list[tuple[str, Traits]] = []
        async for candidate in self._pages():
            traits = self._traits(candidate)
            counted.add(traits)
            people += 1
            if len(drawn) < self._drawn:
                drawn.append((candidate.local, traits))
            elif (place := draw.randrange(people)) < self._drawn:
                drawn[place] = (candidate.local, traits)
        return counted, dict(drawn), people

    async def _pages(self) -> AsyncIterator[Candidate]:
        after = 0
        while page := await self._store.all_described(after, _PAGE):
            for candidate in page:
                yield candidate
            after = page[-1].number

    async def _compared(self, drawn: Mapping[str, Traits]) -> Counter[Pattern]:
        """The patterns of these people with all their candidates, each pair once."""
        patterns: Counter[Pattern] = Counter()
        met: set[Pair] = set()
        locals_ = sorted(drawn)
        for start in range(0, len(locals_), _AT_ONCE):
            sought = {key: self._ladders(drawn[key]) for key in locals_[start : start + _AT_ONCE]}
            for key, candidates in (await self._store.candidates(sought)).items():
                for other in candidates.found:
                    pair = pair_of(key, other.local)
                    if pair not in met:
                        patterns[compare(drawn[key], self._traits(other))] += 1
                    if other.local in drawn:
                        met.add(pair)
        return patterns

    def _ladders(self, traits: Traits) -> list[Ladder]:
        return [ladder_digests(self._keys, rungs) for rungs in ladders(traits)]

    def _traits(self, described: Candidate) -> Traits:
        return read_traits(self._seal.open(f"local:{described.local}", described.sealed))


def check_of_persons(weights: Weights) -> None:
    """Where few are described twice, the pairs most alike are of families: at one address, of other names and ages.

    Raises `Rejected`: many of those taken for one person are such.
    """
    if any(weights.odds[field][Level.DIFFERENT].m > MOST_DIFFERENT for field in (Field.FORENAME, Field.DATE)):
        detail = "too few people are described twice: too many of the pairs found differ in forename or date of birth"
        raise Rejected(Reason.INVALID_BODY, detail)
