"""How near two folded texts are."""

from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from hub.domain.likelihood.levels import Level
from hub.domain.likelihood.phonetic import sound

_TWO = 2
_SHORTEST_WITH_ONE_ERROR = 3
_SHORTEST_WITH_TWO_ERRORS = 6
_MUCH_THE_SAME = 0.9
_SHORTEST_BEGINNING = 3


@lru_cache(maxsize=1 << 19)
def nearness(one: str, other: str) -> Level:
    """Compare two texts: exact, close, near, sounds, initial or different. Both are folded and not empty."""
    if one == other:
        return Level.EXACT
    errors, longest = OSA.distance(one, other, score_cutoff=_TWO), max(len(one), len(other))
    if errors == 1 and longest >= _SHORTEST_WITH_ONE_ERROR:
        return Level.CLOSE
    if errors == _TWO and longest >= _SHORTEST_WITH_TWO_ERRORS:
        return Level.NEAR
    return _beginning(one, other) if one[0] == other[0] else Level.DIFFERENT


def _beginning(one: str, other: str) -> Level:
    """Compare two texts with the same first letter and more than two errors."""
    if begins(one, other):
        return Level.INITIAL
    if JaroWinkler.similarity(one, other) >= _MUCH_THE_SAME:
        return Level.NEAR
    return Level.SOUNDS if sound(one) == sound(other) else Level.DIFFERENT


def begins(one: str, other: str) -> bool:
    """Whether one is an initial of the other, or its first three letters or more."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (len(short) == 1 or len(short) >= _SHORTEST_BEGINNING)


def one_error(one: str, other: str) -> bool:
    """Whether they are equal but for one typing error."""
    return -1 <= len(one) - len(other) <= 1 and OSA.distance(one, other, score_cutoff=1) == 1


def as_good_as_same(one: str, other: str) -> bool:
    """Whether they are equal, or exact but for one typing error in at least three characters."""
    return one == other or (max(len(one), len(other)) >= _SHORTEST_WITH_ONE_ERROR and one_error(one, other))
