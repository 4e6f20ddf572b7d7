"""Joining local ids into persons: link after link, but never across a pair that is kept apart. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeAlias

Pair: TypeAlias = tuple[str, str]
"""Two local keys, in order."""


class Verdict(NamedTuple):
    """What somebody decided of two local ids, in order: that they are one person; with `apart`, that they never are."""

    one: str
    other: str
    apart: bool

    @property
    def pair(self) -> Pair:
        """Of whom it was decided."""
        return self.one, self.other


def pair_of(one: str, other: str) -> Pair:
    """Two different local keys, in order."""
    return (one, other) if one < other else (other, one)


class Joining:
    """Components of local keys. What is left out, and what is joined, depends on the order of the links."""

    def __init__(self, keys: Iterable[str], apart: Collection[Pair]) -> None:
        self._parents = {key: key for key in keys}
        self._apart = apart

    def join(self, one: str, other: str) -> bool:
        """Link two; False, and nothing is changed, where that would join a pair that is kept apart."""
        low, high = sorted((self._root(one), self._root(other)))
        if low == high:
            return True
        if any({self._root(a), self._root(b)} == {low, high} for a, b in self._apart):
            return False
        self._parents[high] = low
        return True

    def components(self) -> list[list[str]]:
        """The local keys by component, each sorted, by their first."""
        components: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self._parents):
            components[self._root(key)].append(key)
        return list(components.values())

    def _root(self, key: str) -> str:
        parents = self._parents
        while parents[key] != key:
            parents[key] = parents[parents[key]]
            key = parents[key]
        return key
