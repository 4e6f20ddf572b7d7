"""What a body says within a lens, for comparing: the table's shared paths with the meaning of what stands there."""

from collections.abc import Iterator

from hub.domain.canonical import Json
from hub.spec.lens.paths import MISSING, fits
from hub.spec.lens.places import FieldPlan, LevelPlan, ListPlan, Place
from hub.spec.lens.times import Moment

_NESTED = frozenset({dict, list})
_NO_VALUE = "an object or a list where a value belongs"

View = Json
"""Shared path of a row -> its value; times as instants, so that two spellings of one are equal."""


def view(plan: LevelPlan, body: Json) -> View:
    """What the body says through the rows of this level; what lies outside is not in it."""
    if plan.shared_scalar:
        return _meaning(plan.fields[0], body)
    standing = dict(_opened(plan.shared, body))
    seen: dict[str, Json] = {}
    for each in plan.fields:
        value = standing[each.shared.place.number].get(each.shared.name, MISSING)
        if value is not MISSING:
            seen[each.field.shared.text] = _meaning(each, value)
    for listing in plan.lists:
        value = _listed(listing, standing.get(listing.shared.number, MISSING))
        if value is not MISSING:
            seen[listing.listing.shared.text] = value
    return seen


def is_spelled_in_one_way(plan: LevelPlan, item: Json) -> bool:
    """Whether no other item can say the same within the lens: nothing outside it, no times, no elements by keys."""
    if plan.shared_scalar or any(isinstance(each.field.row.convert, Moment) for each in plan.fields):
        return plan.shared_scalar and not isinstance(plan.fields[0].field.row.convert, Moment)
    inner = {each.listing.shared.text: each.level for each in plan.lists}
    return _is_within(plan.shared, item, inner, "")


def _is_within(place: Place, value: Json, inner: dict[str, LevelPlan], at: str) -> bool:
    if value.__class__ is not dict or not value or not value.keys() <= place.names():
        return False
    for name in value.keys() & place.objects.keys():
        if not _is_within(place.objects[name], value[name], inner, f"{at}{name}/"):
            return False
    for name in value.keys() & place.lists.keys():
        level, items = inner.get(f"{at}{name}"), value[name]
        if level is None or place.lists[name].selected or len(place.lists[name].listings) > 1:
            return False
        if items.__class__ is list and not all(is_spelled_in_one_way(level, item) for item in items):
            return False
    return True


def is_mine(listing: ListPlan, item: Json) -> bool:
    """Whether an item of a shared list is one of this list's."""
    if any(fits(item, keys) for keys in listing.shared_before):
        return False
    return not listing.shared_keys or fits(item, listing.shared_keys)


def _opened(place: Place, found: Json) -> Iterator[tuple[int, Json]]:
    """Number of each place -> the object or list that stands there; an element goes to the first that claims it."""
    held = found if found.__class__ is dict else {}
    yield place.number, held
    for name, inner in place.objects.items():
        yield from _opened(inner, held.get(name))
    for name, each in place.lists.items():
        elements = held.get(name, MISSING)
        yield each.number, elements
        waiting = list(elements) if elements.__class__ is list else []
        for keys, inner in each.selected.items():
            yield from _opened(inner, next((element for element in waiting if fits(element, keys)), None))
            waiting = [element for element in waiting if not fits(element, keys)]


def _listed(listing: ListPlan, value: Json) -> View:
    """Beside elements of other rows, an empty list says no more than none."""
    if value.__class__ is not list:
        return MISSING if listing.shared_keys else value
    items = [view(listing.level, item) for item in value if is_mine(listing, item)]
    return MISSING if not items and (listing.shared_keys or listing.shared_before or value) else items


def _meaning(row: FieldPlan, value: Json) -> Json:
    meaning = row.field.row.convert.meaning
    if value.__class__ is list:
        return [_NO_VALUE if each.__class__ in _NESTED else meaning(each) for each in value]
    return _NO_VALUE if value.__class__ is dict else meaning(value)
