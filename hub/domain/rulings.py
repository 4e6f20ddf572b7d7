"""Rulings: what operators decided where agencies differ, and for how long it holds. Pure.

A ruling hangs on what it settles, not on whose person that is: the local ids, by their keys; what stands under each of
them at one place, by keyed digest; and since when. So it goes with them when persons are merged and split, and it ends
by itself, for good, when one of those it names comes to say something else, or nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from hub.domain.canonical import Json, canonical
from hub.domain.submission import Order


class Saying(NamedTuple):
    """What an agency says at a place under one of its local ids. since: when it came to say so."""

    local: str
    since: Order
    value: Json


class Settled(NamedTuple):
    """What a ruling names of one local id: the digest of what is said, and since when that was said at the latest."""

    digest: str
    since: Order


@dataclass(frozen=True, slots=True)
class Ruling:
    """An operator's decision on one place of a record.

    id: tells it from others. path: JSON Pointer. settles: local key -> what it says there. stands: of these, the local
    key whose value is the shared one while the ruling holds.
    """

    id: str
    path: str
    settles: Mapping[str, Settled]
    stands: str


Digest: TypeAlias = Callable[[str, str, Json], str]
"""Keyed digest of what is said under a local key, at a path."""


class Rulings:
    """All rulings that may hold on one record, those taken back left out."""

    def __init__(self, rulings: Iterable[Ruling], digest: Digest) -> None:
        self._digest = digest
        self._by_path: dict[str, list[Ruling]] = defaultdict(list)
        for each in rulings:
            self._by_path[each.path].append(each)

    def holding(self, path: str, said: Sequence[Saying], *, alone: bool) -> list[Ruling]:
        """Those that hold while this is all that is said at a place.

        A ruling holds while everybody it names still says what they said, and nobody says what it does not settle;
        alone: nor does anybody else speak, whatever they say.
        """
        return [each for each in self._by_path.get(path, ()) if self._holds(each, said, alone=alone)]

    def stands(self, path: str, said: Sequence[Saying], *, alone: bool) -> str | None:
        """Of these, the local key whose value stands by a ruling.

        None where no ruling holds, or those that do are of different minds, as may come of persons that were merged.
        """
        holding = self.holding(path, said, alone=alone)
        values = {each.local: canonical(each.value) for each in said}
        if len({values[each.stands] for each in holding}) != 1:
            return None
        return min(each.stands for each in holding)

    def _holds(self, ruling: Ruling, said: Sequence[Saying], *, alone: bool) -> bool:
        named = [each for each in said if each.local in ruling.settles]
        if len(named) < len(ruling.settles) or (alone and len(said) > len(named)):
            return False
        if not all(self._still_says(each, ruling) for each in named):
            return False
        settled = {canonical(each.value) for each in named}
        return all(canonical(each.value) in settled for each in said)

    def _still_says(self, saying: Saying, ruling: Ruling) -> bool:
        settled = ruling.settles[saying.local]
        return saying.since <= settled.since and settled.digest == self._digest(saying.local, ruling.path, saying.value)


NONE = Rulings((), lambda _local, _path, _value: "")
"""On a record of which nothing was ruled."""


def rule_on(id_: str, path: str, said: Sequence[Saying], stands: str, digest: Digest) -> Ruling:
    """The ruling that settles all that is said at a place. stands: the local key whose value is to be shared."""
    settles = {each.local: Settled(digest(each.local, path, each.value), each.since) for each in said}
    return Ruling(id_, path, settles, stands)
