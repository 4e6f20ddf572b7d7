"""A table as two trees of places, native and shared, with what the rows of the table claim in them."""

from itertools import count

from hub.domain.errors import Halt
from hub.spec.lens.paths import Keys
from hub.spec.lens.places import FieldPlan, LevelPlan, ListPlan, Place
from hub.spec.lens.sides import Side, keys_on
from hub.spec.lens.vocabulary import Field, Level, Listing, Table


def plan(table: Table) -> LevelPlan:
    """The places of a table.

    Raises:
        Halt: rows contradict each other.
    """
    return _level(table.level, count(), f"lens {table.source}", (), ())


def _level(level: Level, numbers: "count[int]", place: str, native_keys: Keys, shared_keys: Keys) -> LevelPlan:
    native, shared = Side(numbers, native_keys, place), Side(numbers, shared_keys, place)
    native_scalar = any(not path.steps for each in level.fields for path in each.natives)
    shared_scalar = any(not each.shared.steps for each in level.fields)
    if (native_scalar or shared_scalar) and (len(level.fields) != 1 or level.lists):
        raise Halt(f"{place}: where the element itself is the value, there can be but one row with a home")
    if (native_scalar and (native_keys or level.homeless)) or (shared_scalar and shared_keys):
        raise Halt(f"{place}: a value has no keys and no properties")
    fields = tuple(_field(each, native, shared) for each in level.fields)
    for each in fields:
        native.check_second(each)
    lists = tuple(_listing(each, numbers, native, shared) for each in level.lists)
    for row in sorted(level.homeless, key=lambda row: -len(row.native.steps)):
        native.no_home(row)
    for side in (native, shared):
        side.put_in_order()
    _inherit(native.root)
    return LevelPlan(next(numbers), native.root, shared.root, fields, lists, native_scalar, shared_scalar)


def _field(row: Field, native: "Side", shared: "Side") -> FieldPlan:
    natives = tuple(native.leaf(path, row.place, writes=not row.also) for path in row.natives)
    label = native.leaf(row.label, row.place, writes=not row.also) if row.label is not None else None
    return FieldPlan(row, natives, shared.leaf(row.shared, row.place, writes=True), label)


def _listing(row: Listing, numbers: "count[int]", native: "Side", shared: "Side") -> ListPlan:
    native_list, shared_list = native.listed(row.native, row.place), shared.listed(row.shared, row.place)
    native_keys, shared_keys = row.native.steps[-1].keys, row.shared.steps[-1].keys
    level = _level(row.level, numbers, row.place, native_keys, shared_keys)
    planned = ListPlan(next(numbers), row, native_list, shared_list, native_keys, shared_keys, level)
    for place, keys in ((native_list, native_keys), (shared_list, shared_keys)):
        taken = [keys_on(each, place) for each in place.listings]
        if keys in taken or keys in place.selected:
            raise Halt(f"{row.place}: another row takes the same elements")
        place.listings.append(planned)
    return planned


def _inherit(place: Place) -> None:
    """What has no home has none for all that lies in it."""
    for each in place.lists.values():
        each.default = each.default if each.default is not None else place.default
        levels_in_it = [listing.level.native for listing in each.listings if listing.native is each]
        for element in (*each.selected.values(), *levels_in_it):
            element.default = element.default if element.default is not None else each.default
            _inherit(element)
    for inner in place.objects.values():
        inner.default = inner.default if inner.default is not None else place.default
        _inherit(inner)
