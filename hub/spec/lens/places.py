"""Where the rows of a table read and write: two trees of places, native and shared."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.spec.lens.paths import Keys
from hub.spec.lens.vocabulary import Field, Listing


@dataclass(slots=True)
class Place:
    """An object. at: its JSON Pointer, as the body of an f-string. default: why what no row takes has no home."""

    number: int
    at: str
    keys: Keys = ()
    leaves: dict[str, bool] = field(default_factory=dict)
    objects: "dict[str, Place]" = field(default_factory=dict)
    lists: "dict[str, ListPlace]" = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    def names(self) -> frozenset[str]:
        """What rows know of it."""
        return frozenset({*self.leaves, *self.objects, *self.lists})


@dataclass(slots=True)
class ListPlace:
    """A list: single elements that rows choose by keys, and whole lists of elements, those with keys first."""

    number: int
    at: str
    selected: dict[Keys, Place] = field(default_factory=dict)
    listings: "list[ListPlan]" = field(default_factory=list)
    because: dict[Keys, str] = field(default_factory=dict)
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a value stands. The name is None where the object's place itself is the value."""

    place: Place
    name: str | None
    at: str


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """A row and its places."""

    field: Field
    natives: tuple[Leaf, ...]
    shared: Leaf
    label: Leaf | None


@dataclass(slots=True)
class ListPlan:
    """A list of a table and its places. *_keys: what its elements have; *_before: what other rows claim first."""

    number: int
    listing: Listing
    native: ListPlace
    shared: ListPlace
    native_keys: Keys
    shared_keys: Keys
    level: "LevelPlan"
    native_before: tuple[Keys, ...] = ()
    shared_before: tuple[Keys, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """One object's rows with the two trees. *_scalar: the element or the item is itself the value of the one row."""

    number: int
    native: Place
    shared: Place
    fields: tuple[FieldPlan, ...]
    lists: tuple[ListPlan, ...]
    native_scalar: bool
    shared_scalar: bool


def levels(root: LevelPlan) -> Iterator[LevelPlan]:
    """Every level, inner ones first."""
    for each in root.lists:
        yield from levels(each.level)
    yield root
