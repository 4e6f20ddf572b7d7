"""Where what a lens reads comes from: a second reading, row by row, that keeps the native place of every value.

It is slower than reading and done only when somebody asks, as when the shared body is refused. It reads the same: the
laws hold it to that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from hub.domain.canonical import Json
from hub.spec.lens.columns import Several
from hub.spec.lens.compiled_choice import is_dealt
from hub.spec.lens.found import Found
from hub.spec.lens.lists import List
from hub.spec.lens.opened import Opened
from hub.spec.lens.paths import MISSING, Keys, stamped
from hub.spec.lens.places import FieldPlan, LevelPlan, ListPlace, ListPlan, Place
from hub.spec.lens.rows import Single


@dataclass(frozen=True, slots=True)
class Origin:
    """A value of the shared body. at: JSON Pointer of the native place it was read from.

    inner: what it holds, by name or by index as text. opened, shared_at: of an object that rows read, what they read it
    of, and its own place in the plan.
    """

    value: Json
    at: str
    inner: "Mapping[str, Origin]" = field(default_factory=dict)
    opened: Opened | None = None
    shared_at: str = ""

    def of(self, pointer: str) -> "Origin | None":
        """What was read for a place of the body; None where it has nothing."""
        found, beyond = self._down(pointer)
        return None if beyond else found

    def expected(self, pointer: str) -> str | None:
        """Where it was read from, else the native field that should say it. None: no row of the lens does."""
        found, beyond = self._down(pointer)
        if not beyond:
            return found.at
        return None if found.opened is None else found.opened.expected(found.shared_at, beyond)

    def leaves(self) -> "Iterator[Origin]":
        """Itself, or all values in it that hold no others."""
        if not self.inner:
            yield self
        for each in self.inner.values():
            yield from each.leaves()

    def _down(self, pointer: str) -> "tuple[Origin, list[str]]":
        """As far as the body goes, and the way beyond."""
        found = self
        names = [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]
        while names and names[0] in found.inner:
            found = found.inner[names.pop(0)]
        return found, names


def origins(level: LevelPlan, native: Json, at: str = "") -> Origin | None:
    """What a native object says by the rows of a level, with the origin of each value; None: it says nothing.

    at: where it stands. Values with faults say nothing.
    """
    if not level.native_scalar and native.__class__ is not dict:
        return None
    again = _Again(Opened.of(level, native, at), at)
    if level.shared_scalar:
        return again.said.get(level.shared.number, {}).get(None)
    whole = again.object_at(level.shared)
    return None if level.native_scalar and not whole.value else whole


class _Again:
    """One native object, read again. said: number of a shared place -> what rows say there, by name."""

    def __init__(self, opened: Opened, at: str) -> None:
        self._opened = opened
        self._at = at
        self.said: dict[int, dict[str | None, Origin]] = {}
        for each in opened.level.fields:
            if (read := _of_row(each, opened)) is not None:
                self.said.setdefault(each.shared.place.number, {})[each.shared.name] = read
        self._lists = {each.number: _of_list(each, opened) for each in opened.level.lists}

    def object_at(self, place: Place) -> Origin:
        """A shared object; an empty one where nothing is said of it."""
        inner = {str(name): each for name, each in self.said.get(place.number, {}).items()}
        inner |= {name: each for name, at in place.objects.items() if (each := self.object_at(at)).value}
        inner |= {name: items for name, at in place.lists.items() if (items := self._list_at(at)) is not None}
        value = {name: each.value for name, each in inner.items()}
        is_root = place is self._opened.level.shared
        return Origin(value, self._at if is_root else self._holding(inner.values()), inner, self._opened, place.at)

    def _list_at(self, place: ListPlace) -> Origin | None:
        """Single elements by their keys go first, as in reading."""
        if not is_dealt(place):
            return self._lists[place.listings[0].number]
        single = [_stamped(each, keys) for keys, at in place.selected.items() if (each := self.object_at(at)).value]
        whole = [found for each in place.listings if (found := self._lists[each.number]) is not None]
        items = [*single, *(item for found in whole for item in found.inner.values())]
        if items:
            return _list(items, self._holding(items))
        plain = [found for each in place.listings if not each.shared_keys and (found := self._lists[each.number])]
        return next(iter(plain), None)

    def _holding(self, values: Iterable[Origin]) -> str:
        """The place that holds all of these; if that is the whole object, the first of them."""
        ways = [each.at.split("/") for each in values]
        common = [names[0] for names in takewhile(lambda names: len({*names}) == 1, zip(*ways, strict=False))]
        return "/".join(common) if len(common) > len(self._at.split("/")) else "/".join(next(iter(ways), []))


def _of_row(plan: FieldPlan, opened: Opened) -> Origin | None:
    row = plan.field.row
    raws = [opened.value(leaf) for leaf in plan.natives]
    paths = [opened.pointer(leaf.at) for leaf in plan.natives]
    value = row.read(raws[0], paths[0], Found()) if isinstance(row, Single) else row.read(raws, paths, Found())
    if value is MISSING:
        return None
    if isinstance(row, Several):
        items = [Origin(each, at) for each, at in row.gathered(raws, paths, Found())]
        at = items[0].at if items else _speaking(raws, paths)
        return Origin(value, at, {str(index): each for index, each in enumerate(items)})
    return Origin(value, _speaking(raws, paths))


def _speaking(raws: Sequence[Json], paths: Sequence[str]) -> str:
    """The column that says most of what all say together, else the first that is there."""
    there = [(at, raw) for raw, at in zip(raws, paths, strict=True) if raw is not MISSING]
    return max(there, key=lambda each: len(str(each[1] or "").strip()), default=(paths[0], None))[0]


def _of_list(plan: ListPlan, opened: Opened) -> Origin | None:
    work, at = List(plan), opened.pointer(plan.native.at)
    found = (origins(plan.level, element, f"{at}/{index}") for index, element in opened.elements[plan.number])
    items = [_stamped(each, plan.shared_keys) for each in found if each is not None]
    if plan.shared_before:
        items = [each for each in items if not work.is_claimed(each.value)]
    if items:
        return _list(items, at)
    value = work.nothing(opened.values[plan.native.number], at, Found())
    return None if value is MISSING else Origin(value, at)


def _list(items: list[Origin], at: str) -> Origin:
    return Origin([each.value for each in items], at, {str(index): each for index, each in enumerate(items)})


def _stamped(item: Origin, keys: Keys) -> Origin:
    """With its keys, which come from where the item does."""
    return _filled(item, stamped(keys, item.value)) if keys else item


def _filled(known: Origin, value: Json) -> Origin:
    if value.__class__ is not dict:
        return replace(known, value=value)
    inner = {name: _filled(known.inner.get(name, Origin(each, known.at)), each) for name, each in value.items()}
    return replace(known, value=value, inner=inner)
