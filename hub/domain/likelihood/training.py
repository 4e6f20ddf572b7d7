"""Estimating the weights without labels: u from random pairs, m by expectation maximisation over blocked pairs.

The mixture is that of all pairs: those without a blocking key in common count as two persons. So the weights
estimated are those by which pairs are judged afterwards, and nothing depends on how wide the blocks are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hub.domain.errors import Reason, Rejected
from hub.domain.likelihood.comparison import Pattern
from hub.domain.likelihood.levels import LEVELS, Field, Level
from hub.domain.likelihood.pairs import Candidates, random_patterns
from hub.domain.likelihood.weights import Odds, Weights

_ROUNDS = 200
_SETTLED = 1e-6
_REFINEMENTS = 4
_FIRST_SHARE = 0.1
"""Of the blocked pairs, taken to be one person before the first round."""
_DOUBT_M = 0.5
"""Pairs of the usual kind added to those counted: a level never seen becomes unlikely, not impossible."""
_DOUBT_U = 5_000.0
"""More of them for u: by chance two dates agree in a few of 100,000 pairs, too few to be counted alone."""
RANDOM_PAIRS = 100_000
"""By which it is counted how two persons agree by chance."""

_Shares = Mapping[Field, Mapping[Level, float]]


def train(found: Candidates, start: Weights) -> Weights:
    """The weights of the people compared. start: where to begin, and what holds for a field that nobody fills.

    Raises:
        Rejected: no two of them have a blocking key in common, so there is nothing to learn from.
    """
    if not found.patterns:
        raise Rejected(Reason.INVALID_BODY, "no two records have anything in common: nothing can be estimated")
    return estimate(Counter(found.patterns.values()), random_patterns(found, RANDOM_PAIRS), found.possible, start)


def estimate(blocked: Mapping[Pattern, float], at_random: Iterable[Pattern], possible: int, start: Weights) -> Weights:
    """The weights by which these patterns are most likely.

    blocked: how many pairs with a blocking key in common come to each pattern. at_random: patterns of pairs that met
    by chance. possible: how many pairs there are in all.
    """
    usual_m = {field: {level: odds.m for level, odds in levels.items()} for field, levels in start.odds.items()}
    usual_u = {field: {level: odds.u for level, odds in levels.items()} for field, levels in start.odds.items()}
    chance = Counter(at_random)
    u = _shares(chance, usual_u, _DOUBT_U)
    prior, m = _settled(blocked, possible, usual_m, u)
    for _ in range(_REFINEMENTS):  # of those met at random some are one person too: they are taken out
        two = {pattern: (1 - _same(pattern, prior, m, u)) * count for pattern, count in chance.items()}
        u = _shares(two, usual_u, _DOUBT_U)
        prior, m = _settled(blocked, possible, usual_m, u)
    odds = {
        field: {level: Odds(m[field][level], u[field][level]) for level in levels} for field, levels in LEVELS.items()
    }
    return replace(start, prior=min(prior, 0.5), odds=odds)


def _settled(blocked: Mapping[Pattern, float], possible: int, usual: _Shares, u: _Shares) -> tuple[float, _Shares]:
    """Expectation maximisation: the prior and m, until they hardly change."""
    m, prior = usual, _FIRST_SHARE * sum(blocked.values()) / possible
    for _ in range(_ROUNDS):
        same = {pattern: _same(pattern, prior, m, u) * count for pattern, count in blocked.items()}
        before, prior = prior, sum(same.values()) / possible
        m = _shares(same, usual, _DOUBT_M)
        if abs(prior - before) < _SETTLED * before:
            break
    return prior, m


def _same(pattern: Pattern, prior: float, m: _Shares, u: _Shares) -> float:
    """The probability that a pair with this pattern is one person."""
    one, two = prior, 1 - prior
    for field, level in zip(Field, pattern, strict=True):
        if level is not None:
            one *= m[field][level]
            two *= u[field][level]
    return one / (one + two)


def _shares(patterns: Mapping[Pattern, float], usual: _Shares, doubt: float) -> dict[Field, dict[Level, float]]:
    """The share of each level among the pairs that say something of its field."""
    totals: dict[Field, dict[Level, float]] = {field: dict.fromkeys(levels, 0.0) for field, levels in LEVELS.items()}
    for pattern, count in patterns.items():
        for field, level in zip(Field, pattern, strict=True):
            if level is not None:
                totals[field][level] += count
    return {field: _with_doubt(levels, usual[field], doubt) for field, levels in totals.items()}


def _with_doubt(counts: Mapping[Level, float], usual: Mapping[Level, float], doubt: float) -> dict[Level, float]:
    seen = sum(counts.values())
    return {level: (count + doubt * usual[level]) / (seen + doubt) for level, count in counts.items()}
