"""Comparing dates of birth."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from hub.domain.likelihood.levels import RANK, Level
from hub.domain.likelihood.traits import Traits

_ERRORS = {1: Level.CLOSE, 2: Level.NEAR}


def date(one: Traits, other: Traits) -> Level | None:
    """Compare the dates of birth given, by the nearest pair; None when one has none."""
    if len(one.dates) == len(other.dates) == 1:
        return between(one.dates[0], other.dates[0])
    levels = [between(a, b) for a in one.dates for b in other.dates]
    return min(levels, key=RANK.__getitem__) if levels else None


@lru_cache(maxsize=1 << 19)
def between(one: str, other: str) -> Level:
    """Compare two dates, YYYYMMDD."""
    if one == other:
        return Level.EXACT
    if day_for_month(one) == other:
        return Level.SWAPPED
    errors = OSA.distance(one, other, score_cutoff=2)
    if errors in _ERRORS:
        return _ERRORS[errors]
    if one[:4] == other[:4]:
        return Level.YEAR
    return Level.DAY if one[4:] == other[4:] else Level.DIFFERENT


def day_for_month(date: str) -> str:
    """The date with day and month exchanged."""
    return date[:4] + date[6:] + date[4:6]
