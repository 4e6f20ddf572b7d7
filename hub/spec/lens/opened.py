"""The places of a native object as they stand: what reading does in generated code, for whoever asks where."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.domain.canonical import Json, escaped
from hub.spec.lens.paths import MISSING, fits
from hub.spec.lens.places import Leaf, LevelPlan, ListPlace, Place

Elements = Sequence[tuple[int, Json]]
"""Elements of a native list, each with its index in it."""


@dataclass(slots=True)
class Opened:
    """One native object at the places of its plan.

    values: number of a place -> what stands there. elements: number of a list of the table -> those that are its.
    """

    level: LevelPlan
    values: dict[int, Json] = field(default_factory=dict)
    elements: dict[int, Elements] = field(default_factory=dict)
    _indexes: dict[str, int | str] = field(default_factory=dict)

    @classmethod
    def of(cls, level: LevelPlan, native: Json, at: str) -> "Opened":
        """at: where it stands. Elements go to the rows that claim them, as in reading."""
        opened = cls(level)
        opened._indexes["at"] = at
        opened._open(level.native, native)
        return opened

    def pointer(self, at: str) -> str:
        """The JSON Pointer of a place, from the body of an f-string; `-` for an element that is not there."""
        return at.format_map(self._indexes)

    def value(self, leaf: Leaf) -> Json:
        """What stands at a leaf; MISSING where nothing does."""
        held = self.values[leaf.place.number]
        return held if leaf.name is None else held.get(leaf.name, MISSING)

    def expected(self, shared_at: str, names: Sequence[str]) -> str | None:
        """Where the native object would have what is not in the shared one: the first row that says it, or of it.

        shared_at, names: a place of the shared object, and the way on from it. None: no row leads there.
        """
        for end in range(len(names), 0, -1):
            place = shared_at + "".join(f"/{literal(name)}" for name in names[:end])
            for said, native in self._rows():
                if said == place or said.startswith(f"{place}/"):
                    return self.pointer(native)
        return None

    def _rows(self) -> Sequence[tuple[str, str]]:
        rows = [(each.shared.at, each.natives[0].at) for each in self.level.fields if not each.field.also]
        return rows + [(each.shared.at, each.native.at) for each in self.level.lists]

    def _open(self, place: Place, held: Json) -> None:
        self.values[place.number] = held
        for name, inner in place.objects.items():
            value = held.get(name)
            self._open(inner, value if value.__class__ is dict else {})
        for name, each in place.lists.items():
            self.values[each.number] = value = held.get(name, MISSING)
            self._deal(each, list(enumerate(value)) if value.__class__ is list else [])

    def _deal(self, each: ListPlace, waiting: Elements) -> None:
        for keys, inner in each.selected.items():
            index, element = next((pair for pair in waiting if fits(pair[1], keys)), ("-", {}))
            self._indexes[f"i{inner.number}"] = index
            self._open(inner, element)
            waiting = [pair for pair in waiting if not fits(pair[1], keys)]
        waiting = [pair for pair in waiting if not any(fits(pair[1], keys) for keys in each.because)]
        for listing in each.listings:
            keys = listing.native_keys
            self.elements[listing.number] = [pair for pair in waiting if not keys or fits(pair[1], keys)]
            waiting = [pair for pair in waiting if keys and not fits(pair[1], keys)]


def literal(name: str) -> str:
    """A name of a place, as in the body of an f-string."""
    return escaped(name).replace("{", "{{").replace("}", "}}")
