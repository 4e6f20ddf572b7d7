"""A list at work: which native element a shared item is, and what stays in its place.

An item that says what an element says leaves that element as it is; else it finds one by its key; else it is new.
Elements of other rows, and those that say nothing, keep their places.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.domain.canonical import Json
from hub.spec.lens.found import Found, Quiet, is_blank
from hub.spec.lens.matching import Faulty, matched_to
from hub.spec.lens.paths import MISSING, Keys, fits, stamped
from hub.spec.lens.places import ListPlan
from hub.spec.lens.rows import Absence
from hub.spec.lens.view import is_mine

Read = Callable[[Json, str, Found], Json]
Write = Callable[[Json, Json, str, Found], Json]

CLAIMED = "another row of the table says what this element would"


@dataclass(frozen=True, slots=True)
class List:
    """One list of a table. The compiled functions of its elements are handed in."""

    plan: ListPlan

    @property
    def _absence(self) -> Absence:
        return self.plan.listing.absence

    @property
    def _may_be_silent(self) -> bool:
        """Whether an element may say nothing at all, so that no item stands for it."""
        return self.plan.level.shared_scalar or self.plan.level.native_scalar

    def nothing(self, raw: Json, path: str, found: Found) -> Json:
        """What is read where no element says anything: an empty list, None or MISSING."""
        if raw.__class__ is list and not (raw or self.plan.native_keys):
            return raw.copy()
        if raw.__class__ is list or self.plan.native_keys:
            raw = MISSING
        if raw is not MISSING and not is_blank(raw):
            return MISSING
        return self._absence.read(present=raw is not MISSING, path=path, found=found)

    def is_claimed(self, item: Json) -> bool:
        """Whether an item that was read is one that another row of the table would write."""
        return not is_mine(self.plan, item)

    def write(
        self,
        said: Json,
        items: Sequence[tuple[int, Json]],
        held: Json,
        functions: tuple[Read, Write],
        path: str,
        found: Found,
    ) -> Json:
        """The native list, MISSING or None.

        said: what stands in the shared record, of which `items` with their indexes are this list's. held: what stands
        natively.
        """
        if said is not MISSING and said is not None and said.__class__ is not list:
            found.fault(path, "type", "must be a list")
            return held
        old = held if held.__class__ is list else []
        readings = self._readings(old, functions[0])
        elements = self._elements(items, old, readings, functions, path, found)
        if elements:
            return _arranged(old, readings, elements)
        alone = said.__class__ is list and len(said) == len(items)
        return self._without([] if alone else said, held, old, readings, path, found)

    def _readings(self, old: list[Json], read: Read) -> dict[int, Json]:
        """What each element of this list says that stands for an item."""
        readings: dict[int, Json] = {}
        for index, element in enumerate(old):
            if not self._owns(element) or (element is None and not self.plan.level.native_scalar):
                continue
            quiet = Quiet()
            value = read(element, "", quiet)
            if value is MISSING and self._may_be_silent and not quiet.faults:
                continue
            if self.plan.shared_keys and value.__class__ is dict:
                value = stamped(self.plan.shared_keys, value)
            if self.plan.shared_before and self.is_claimed(value):
                continue
            readings[index] = Faulty(value) if quiet.faults else value
        return readings

    def _owns(self, element: Json) -> bool:
        if self.plan.native_before and any(fits(element, keys) for keys in self.plan.native_before):
            return False
        return not self.plan.native_keys or fits(element, self.plan.native_keys)

    def _without(
        self, said: Json, held: Json, old: list[Json], readings: dict[int, Json], path: str, found: Found
    ) -> Json:
        """No item: the list says nothing, null, that it is empty, or only what other rows say."""
        kept = _arranged(old, readings, []) if readings else held
        if self.plan.shared_keys or (said.__class__ is list and said):
            return kept
        if self._absence.required and (said is MISSING or said is None):
            found.fault(path, "required", "is required in this system")
            return held
        if self.plan.native_keys or (kept.__class__ is list and kept):
            if said is not MISSING:
                found.carried.append(path)
            return kept
        if said.__class__ is list:
            return kept if kept.__class__ is list else []
        if said is None and self._absence.may_be_null():
            return None
        if said is None:
            found.carried.append(path)
        return self._absence.write(held, path, found)

    def _elements(
        self,
        items: Sequence[tuple[int, Json]],
        old: list[Json],
        readings: dict[int, Json],
        functions: tuple[Read, Write],
        path: str,
        found: Found,
    ) -> list[Json]:
        read, write = functions
        matched = matched_to(self.plan, [item for _, item in items], readings)
        elements: list[Json] = []
        for (index, item), origin in zip(items, matched, strict=True):
            if origin is not None and origin[1]:
                elements.append(old[origin[0]])
                continue
            element = write(item, MISSING if origin is None else old[origin[0]], f"{path}/{index}", found)
            if self.plan.native_keys and element.__class__ is dict and origin is None:
                element = stamped(self.plan.native_keys, element)
            if self._may_be_silent and read(element, "", Quiet()) is MISSING:
                if f"{path}/{index}" not in found.carried:
                    found.fault(f"{path}/{index}", "blank", "says nothing that this system holds")
                continue
            if not self._owns(element):
                found.fault(f"{path}/{index}", "claimed", "would be read as something else by another row")
            elements.append(element)
        return elements


def put_at(held: Json, index: int | str, element: Json, keys: Keys) -> Json:
    """A list with an element replaced; with a new one at its end where none was, if it says anything."""
    if isinstance(index, int):
        return [*held[:index], element, *held[index + 1 :]]
    if not element:
        return held
    return [*(held if held.__class__ is list else ()), stamped(keys, element)]


def _arranged(old: list[Json], own: dict[int, Json], elements: list[Json]) -> list[Json]:
    """The new elements where own ones stood, in their order; more of them go to the end."""
    waiting = deque(elements)
    arranged: list[Json] = []
    for index, element in enumerate(old):
        if index not in own:
            arranged.append(element)
        elif waiting:
            arranged.append(waiting.popleft())
    return [*arranged, *waiting]
