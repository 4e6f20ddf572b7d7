"""A rare surname in common says more than a common one."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.traits import Traits

BY_RARITY = frozenset({Level.EXACT, Level.CLOSE})
"""Levels at which it matters how common the value is."""
_MOST = 8.0
"""In bits. A value hardly ever met may as well be a typing error that two clerks made."""
_SEEN_ONCE = 0.5
"""What a value counts for that nobody else has."""

_VALUES: Mapping[Field, Callable[[Traits], str]] = {
    Field.FORENAME: lambda traits: traits.forename,
    Field.SURNAME: lambda traits: traits.surname,
    Field.DATE: lambda traits: _first(traits.dates),
    Field.POSTCODE: lambda traits: _first(traits.postcodes),
    Field.STREET: lambda traits: _first(traits.streets),
    Field.LOCALITY: lambda traits: _first(traits.localities),
    Field.TOWN: lambda traits: _first(traits.towns),
}


class Rarity(Protocol):
    """Knows how common a value is."""

    def share(self, field: Field, value: str) -> float | None:
        """The share of persons with this value, above 0; None where that is not known."""
        ...


class _Unknown:
    def share(self, field: Field, value: str) -> float | None:
        del field, value
        return None


UNKNOWN: Rarity = _Unknown()
"""Knows nothing of values: all count as usual."""


class Counted:
    """How common values are among the people given."""

    def __init__(self, people: Iterable[Traits] = ()) -> None:
        self.counts: dict[Field, Counter[str]] = {field: Counter() for field in _VALUES}
        self._totals: Counter[Field] = Counter()
        for traits in people:
            self.add(traits)

    def add(self, traits: Traits) -> None:
        """Count one more."""
        for field, read in _VALUES.items():
            if value := read(traits):
                self.counts[field][value] += 1
                self._totals[field] += 1

    def share(self, field: Field, value: str) -> float | None:
        """The share of the others with this value: of those that have it, one is the person asked about."""
        counts = self.counts.get(field)
        if counts is None or value not in counts:
            return None
        return max(counts[value] - 1, _SEEN_ONCE) / self._totals[field]


def rarity_bits(one: Traits, other: Traits, field: Field, usual: float, rarity: Rarity) -> float:
    """By how many bits the values say more than usual; the more common of the two counts.

    usual: the probability that two persons have this field in common.
    """
    read = _VALUES.get(field)
    if read is None:
        return 0.0
    known = [share for value in (read(one), read(other)) if value and (share := rarity.share(field, value))]
    return max(-_MOST, min(_MOST, math.log2(usual / max(known)))) if known else 0.0


def _first(texts: tuple[str, ...]) -> str:
    return texts[0] if texts else ""
