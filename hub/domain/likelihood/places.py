"""Comparing postcodes and addresses, whichever of a person's addresses come nearest."""

import re
from collections.abc import Callable
from functools import lru_cache

from hub.domain.likelihood.levels import RANK, Level
from hub.domain.likelihood.texts import as_good_as_same, nearness, one_error
from hub.domain.likelihood.traits import Traits

_BRITISH = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}")
_AS_GOOD_AS_SAME = (Level.EXACT, Level.CLOSE)


def postcode(one: Traits, other: Traits) -> Level | None:
    """Compare postcodes: exact, close, sector, district or different."""
    return _nearest(one.postcodes, other.postcodes, _postcodes)


def house(one: Traits, other: Traits) -> Level | None:
    """Compare house numbers or names."""
    return _nearest(one.houses, other.houses, _numbers)


def town(one: Traits, other: Traits) -> Level | None:
    """Compare towns."""
    return _nearest(one.towns, other.towns, nearness)


def region(one: Traits, other: Traits) -> Level | None:
    """Compare counties or states."""
    return _nearest(one.regions, other.regions, _numbers)


def street(one: Traits, other: Traits) -> Level | None:
    """Compare streets; swapped when the street stands in the other's line for the locality."""
    level = _nearest(one.streets, other.streets, nearness)
    if level in _AS_GOOD_AS_SAME:
        return level
    return Level.SWAPPED if _swapped(one, other) else level


def locality(one: Traits, other: Traits) -> Level | None:
    """Compare localities; None when the street's level tells that the lines are swapped."""
    level = _nearest(one.localities, other.localities, nearness)
    return level if level in _AS_GOOD_AS_SAME or not _swapped(one, other) else None


@lru_cache(maxsize=1 << 18)
def district(code: str) -> str:
    """The first half of a British postcode; of any other all but its last two characters."""
    return code[:-3] if _BRITISH.fullmatch(code) else code[:-2]


@lru_cache(maxsize=1 << 18)
def sector(code: str) -> str:
    """The district and the digit after it; of a postcode that is not British all but its last character."""
    return code[:-2] if _BRITISH.fullmatch(code) else code[:-1]


def _swapped(one: Traits, other: Traits) -> bool:
    """Whether what is the street of one is the locality of the other; a missing line leaves it to the other."""
    crossings = [(a, b) for a, b in ((one.streets, other.localities), (one.localities, other.streets)) if a and b]
    return bool(crossings) and all(any(as_good_as_same(x, y) for x in a for y in b) for a, b in crossings)


def _nearest(ones: tuple[str, ...], others: tuple[str, ...], compare: Callable[[str, str], Level]) -> Level | None:
    if not ones or not others:
        return None
    if len(ones) == len(others) == 1:
        return compare(ones[0], others[0])
    if not set(ones).isdisjoint(others):
        return Level.EXACT
    return min((compare(a, b) for a in ones for b in others), key=RANK.__getitem__)


@lru_cache(maxsize=1 << 18)
def _postcodes(one: str, other: str) -> Level:
    if one == other:
        return Level.EXACT
    if one_error(one, other):
        return Level.CLOSE
    if sector(one) == sector(other):
        return Level.SECTOR
    return Level.DISTRICT if district(one) == district(other) else Level.DIFFERENT


@lru_cache(maxsize=1 << 18)
def _numbers(one: str, other: str) -> Level:
    if one == other:
        return Level.EXACT
    return Level.CLOSE if one_error(one, other) and max(len(one), len(other)) > 1 else Level.DIFFERENT
