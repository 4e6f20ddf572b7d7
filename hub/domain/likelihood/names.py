"""Comparing names."""

from hub.domain.likelihood.levels import RANK, Level
from hub.domain.likelihood.nicknames import familiar
from hub.domain.likelihood.texts import as_good_as_same, nearness
from hub.domain.likelihood.traits import Traits

_AS_GOOD_AS_SAME = (Level.EXACT, Level.CLOSE)


def forename(one: Traits, other: Traits) -> Level | None:
    """Compare first forenames; None when one is missing, or when the surname's level tells that they are swapped."""
    if not one.forename or not other.forename:
        return None
    level = nearness(one.forename, other.forename)
    if level in _AS_GOOD_AS_SAME:
        return level
    if swapped(one, other):
        return None
    if _among(one.forename, other.other_forenames + other.forenames[1:]) or _among(
        other.forename, one.other_forenames + one.forenames[1:]
    ):
        return Level.FORMER
    return Level.NICKNAME if familiar(one.forename, other.forename) else level


def middle(one: Traits, other: Traits) -> Level | None:
    """Compare the forenames after the first, by the nearest pair."""
    levels = [nearness(a, b) for a in one.forenames[1:] for b in other.forenames[1:]]
    if not levels:
        return None
    nearest = min(levels, key=RANK.__getitem__)
    return nearest if nearest in {Level.EXACT, Level.CLOSE, Level.INITIAL} else Level.DIFFERENT


def surname(one: Traits, other: Traits) -> Level | None:
    """Compare surnames, also with former names and aliases, and with the other's forename."""
    if not one.surname or not other.surname:
        return Level.SWAPPED if swapped(one, other) else None
    level = nearness(one.surname, other.surname)
    if level in _AS_GOOD_AS_SAME:
        return level
    if _among(one.surname, other.other_surnames) or _among(other.surname, one.other_surnames):
        return Level.FORMER
    return Level.SWAPPED if swapped(one, other) else level


def swapped(one: Traits, other: Traits) -> bool:
    """Whether each surname is the other's forename, up to a typing error; a missing part leaves it to the other."""
    crossings = [(a, b) for a, b in ((one.forename, other.surname), (one.surname, other.forename)) if a and b]
    return bool(crossings) and all(as_good_as_same(a, b) for a, b in crossings)


def _among(name: str, names: tuple[str, ...]) -> bool:
    return any(as_good_as_same(name, known) for known in names)
