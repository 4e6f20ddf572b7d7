"""Comparing two persons field by field."""

from collections.abc import Callable
from itertools import product

from hub.domain.likelihood import dates, names, places
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.texts import one_error
from hub.domain.likelihood.traits import Traits

Pattern = tuple[Level | None, ...]
"""A level for each field in the order of `Field`; None where one of the two says nothing."""


def compare(one: Traits, other: Traits) -> Pattern:
    """The levels two persons come to; the same whichever comes first."""
    return tuple([comparison(one, other) for comparison in _COMPARISONS])


def _sex(one: Traits, other: Traits) -> Level | None:
    if not one.sex or not other.sex:
        return None
    return Level.EXACT if one.sex == other.sex else Level.DIFFERENT


def _identifier(one: Traits, other: Traits) -> Level | None:
    """Numbers of one scheme; a person may have several, so the nearest pair counts."""
    if not (one.identifiers or one.own) or not (other.identifiers or other.own):
        return None
    met = (*product(one.identifiers, other.identifiers + other.own), *product(one.own, other.identifiers))
    pairs = [(a, b) for (scheme, a), (other_scheme, b) in met if scheme == other_scheme]
    if not pairs:
        return None
    if any(a == b for a, b in pairs):
        return Level.EXACT
    return Level.CLOSE if any(one_error(a, b) for a, b in pairs) else Level.DIFFERENT


_BY_FIELD: dict[Field, Callable[[Traits, Traits], Level | None]] = {
    Field.FORENAME: names.forename,
    Field.MIDDLE: names.middle,
    Field.SURNAME: names.surname,
    Field.DATE: dates.date,
    Field.SEX: _sex,
    Field.POSTCODE: places.postcode,
    Field.HOUSE: places.house,
    Field.STREET: places.street,
    Field.LOCALITY: places.locality,
    Field.TOWN: places.town,
    Field.REGION: places.region,
    Field.IDENTIFIER: _identifier,
}
_COMPARISONS = [_BY_FIELD[field] for field in Field]
