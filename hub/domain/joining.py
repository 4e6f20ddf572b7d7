"""Joining local ids into persons: link after link, but never across a pair that is kept apart. Pure."""

from collections.abc import Collection, Iterable, Sequence
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


class Likely(NamedTuple):
    """What likelihood says of two local ids, in order. Of one and itself: it is described as somebody else than before.

    weight: in thousandths of a bit. link: so sure that they are linked without asking; else somebody is asked.
    key: the blocking key by which they were found; empty for one and itself.
    """

    one: str
    other: str
    weight: int
    link: bool
    key: bytes = b""

    @property
    def pair(self) -> Pair:
        """Of whom it is said."""
        return self.one, self.other


def pair_of(one: str, other: str) -> Pair:
    """Two different local keys, in order."""
    return (one, other) if one < other else (other, one)


class Joining:
    """Components of local keys. What is left out, and what is joined, depends on the order of the links."""

    def __init__(self, keys: Iterable[str], apart: Collection[Pair]) -> None:
        self._roots = {key: key for key in keys}
        self._members = {key: [key] for key in self._roots}
        self._apart = apart

    def join(self, one: str, other: str) -> bool:
        """Link two; False, and nothing is changed, where that would join a pair that is kept apart."""
        low, high = sorted((self._roots[one], self._roots[other]))
        if low == high:
            return True
        if any({self._roots[a], self._roots[b]} == {low, high} for a, b in self._apart):
            return False
        joined = self._members.pop(high)
        self._members[low] += joined
        self._roots.update(dict.fromkeys(joined, low))
        return True

    def members(self, key: str) -> Sequence[str]:
        """The local keys of the component of this one, in no order."""
        return self._members[self._roots[key]]

    def components(self) -> list[list[str]]:
        """The local keys by component, each sorted, by their first."""
        return sorted(sorted(members) for members in self._members.values())
