"""Which native element a shared item is: one that says the same, else one by its key, else none."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from hub.domain.canonical import Json, canonical
from hub.spec.lens.paths import MISSING, look_up
from hub.spec.lens.places import ListPlan
from hub.spec.lens.view import is_spelled_in_one_way, view


def matched_to(plan: ListPlan, items: list[Json], readings: dict[int, Json]) -> list[tuple[int, bool] | None]:
    """For each item the element it is, and whether it says the same; None: a new one."""
    matched: list[tuple[int, bool] | None] = [None] * len(items)
    free = dict(readings)
    for number, (item, (index, value)) in enumerate(zip(items, readings.items(), strict=False)):
        if item == value and canonical(item) == canonical(value):
            matched[number] = index, True
            del free[index]
    _match_whole(plan, items, free, matched, _spelling)
    _match_whole(plan, items, free, matched, lambda item: repr(view(plan.level, item)))
    if free and plan.listing.key and None in matched:
        _match_by_key(plan, items, free, matched)
    return matched


def _match_whole(
    plan: ListPlan,
    items: list[Json],
    free: dict[int, Json],
    matched: list[tuple[int, bool] | None],
    mark: Callable[[Json], Hashable],
) -> None:
    """By all they say: first as it is spelled, then as far as the lens goes where more than that is in an item."""
    if not free:
        return
    waiting = [
        number
        for number, item in enumerate(items)
        if matched[number] is None and (mark is _spelling or not is_spelled_in_one_way(plan.level, item))
    ]
    if not waiting:
        return
    indexes = list(free)
    whole = _Waiting("" if isinstance(value, Faulty) else mark(value) for value in free.values())
    for number in waiting:
        place = whole.take(mark(items[number]))
        if place is not None:
            matched[number] = indexes[place], True
            del free[indexes[place]]


def _match_by_key(
    plan: ListPlan, items: list[Json], free: dict[int, Json], matched: list[tuple[int, bool] | None]
) -> None:
    keyed = _Waiting(_key(plan, value) for value in free.values())
    indexes = list(free)
    for number, item in enumerate(items):
        if matched[number] is None and (key := _key(plan, item)):
            place = keyed.take(key)
            matched[number] = None if place is None else (indexes[place], False)


def _key(plan: ListPlan, item: Json) -> str:
    item = item.partly if isinstance(item, Faulty) else item
    values = [look_up(item, path) for path in plan.listing.key]
    return "" if all(value is MISSING or value is None for value in values) else repr(values)


@dataclass(frozen=True, slots=True)
class Faulty:
    """An element with faults: an item may find it by its key and mend it, but it says the same as none."""

    partly: Json


class _Waiting:
    """Places by what stands there, each taken once, the first first."""

    def __init__(self, marks: Iterable[Hashable]) -> None:
        self._places: dict[Hashable, deque[int]] = {}
        for place, mark in enumerate(marks):
            self._places.setdefault(mark, deque()).append(place)

    def take(self, mark: Hashable) -> int | None:
        places = self._places.get(mark)
        return places.popleft() if places else None


def _spelling(value: Json) -> Hashable:
    try:
        return canonical(value)
    except TypeError:  # a number or a nesting beyond what is ever read: it equals nothing
        return object()
