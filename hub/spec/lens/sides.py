"""One of the two trees of places while it grows.

Rows that contradict each other are found here: two that write one place, a path that is a value to one row and an
object to another, a second reading of what no row writes.
"""

from itertools import count

from hub.domain.errors import Halt
from hub.spec.lens.opened import literal
from hub.spec.lens.paths import Key, Keys, Path, Step
from hub.spec.lens.places import FieldPlan, Leaf, ListPlace, ListPlan, Place
from hub.spec.lens.vocabulary import NoHome


def _check_values(place: ListPlace) -> None:
    for each in place.listings:
        scalar = each.level.native_scalar if each.native is place else each.level.shared_scalar
        if scalar and (place.selected or place.because or len(place.listings) > 1):
            raise Halt(f"{each.listing.place}: a list of values has no elements that rows could choose")


def keys_on(each: ListPlan, place: ListPlace) -> Keys:
    """What the elements of a list have on the side that this place is on."""
    return each.native_keys if each.native is place else each.shared_keys


class Side:
    """One of the two trees while it grows."""

    def __init__(self, numbers: "count[int]", keys: Keys, place: str) -> None:
        self._numbers = numbers
        self._written: set[tuple[int, str | None]] = set()
        self._lists: list[ListPlace] = []
        self.root = Place(next(numbers), "{at}", keys)
        self._know(self.root, place)

    def leaf(self, path: Path, row: str, *, writes: bool) -> Leaf:
        """The place of a value."""
        if not path.steps:
            self._write(self.root, None, row, writes=writes)
            return Leaf(self.root, None, self.root.at)
        *before, last = path.steps
        if last.keys:
            raise Halt(f"{row}: {path.text} names an element of a list, not a value in it")
        place = self._walk(before, row)
        if (
            last.name in place.objects
            or last.name in place.lists
            or place.leaves.get(last.name, path.star) != path.star
        ):
            raise Halt(f"{row}: {path.text} is a value here, and something else in another row")
        place.leaves[last.name] = path.star
        self._write(place, last.name, row, writes=writes)
        return Leaf(place, last.name, f"{place.at}/{literal(last.name)}")

    def listed(self, path: Path, row: str) -> ListPlace:
        """The place of a list."""
        *before, last = path.steps
        return self._list(self._walk(before, row), last.name, row)

    def no_home(self, row: NoHome) -> None:
        """A place whose values have no home, but for those that other rows take."""
        *before, last = row.native.steps
        place = self._walk(before, row.place)
        if last.keys:
            inner = self._list(place, last.name, row.place)
            if last.keys in inner.selected:
                inner.selected[last.keys].default = row.because
            elif any(last.keys == each.native_keys for each in inner.listings):
                raise Halt(f"{row.place}: another row takes the same elements")
            else:
                inner.because[last.keys] = row.because
        elif last.name in place.leaves or any(
            not each.native_keys for each in (place.lists[last.name].listings if last.name in place.lists else ())
        ):
            raise Halt(f"{row.place}: another row gives it a home")
        elif last.name in place.objects:
            place.objects[last.name].default = row.because
        elif last.name in place.lists:
            place.lists[last.name].default = row.because
        else:
            place.because[last.name] = row.because

    def check_second(self, each: FieldPlan) -> None:
        """A second reading needs a first one that writes."""
        if each.field.also and any((leaf.place.number, leaf.name) not in self._written for leaf in each.natives):
            raise Halt(f"{each.field.place}: also = true, but no other row writes {each.field.natives[0].text}")

    def put_in_order(self) -> None:
        """More keys go before fewer, so that an element is claimed by the row that says most of it."""
        for place in self._lists:
            _check_values(place)
            place.selected = dict(sorted(place.selected.items(), key=lambda item: -len(item[0])))
            place.listings.sort(key=lambda each: -len(keys_on(each, place)))
            before = [*place.selected, *place.because]
            for each in place.listings:
                if each.native is place:
                    each.native_before = tuple(before)
                else:
                    each.shared_before = tuple(before)
                before.append(keys_on(each, place))

    def _walk(self, steps: list[Step], row: str) -> Place:
        place = self.root
        for step in steps:
            place = self._selected(place, step, row) if step.keys else self._object(place, step.name, row)
        return place

    def _object(self, place: Place, name: str, row: str) -> Place:
        if name in place.leaves or name in place.lists:
            raise Halt(f"{row}: {name} is an object here, and something else in another row")
        if name not in place.objects:
            place.objects[name] = Place(next(self._numbers), f"{place.at}/{literal(name)}")
        return place.objects[name]

    def _list(self, place: Place, name: str, row: str) -> ListPlace:
        if name in place.leaves or name in place.objects:
            raise Halt(f"{row}: {name} is a list here, and something else in another row")
        if name not in place.lists:
            place.lists[name] = ListPlace(next(self._numbers), f"{place.at}/{literal(name)}")
            self._lists.append(place.lists[name])
        return place.lists[name]

    def _selected(self, place: Place, step: Step, row: str) -> Place:
        inner = self._list(place, step.name, row)
        if any(step.keys == keys_on(each, inner) for each in inner.listings):
            raise Halt(f"{row}: another row takes the same elements")
        if step.keys not in inner.selected:
            number = next(self._numbers)
            inner.selected[step.keys] = Place(number, f"{inner.at}/{{i{number}}}", step.keys)
            self._know(inner.selected[step.keys], row)
        return inner.selected[step.keys]

    def _know(self, place: Place, row: str) -> None:
        """The keys of an element are known, and written when it is made."""
        for key in place.keys:
            self._know_key(place, key, row)

    def _know_key(self, place: Place, key: Key, row: str) -> None:
        for name in key.names[:-1]:
            place = self._object(place, name, row)
        place.leaves[key.names[-1]] = False
        self._write(place, key.names[-1], row, writes=True)

    def _write(self, place: Place, name: str | None, row: str, *, writes: bool) -> None:
        if writes and (place.number, name) in self._written:
            raise Halt(f"{row}: another row writes {name or 'the value'}, too; a second reading says also = true")
        if writes:
            self._written.add((place.number, name))
