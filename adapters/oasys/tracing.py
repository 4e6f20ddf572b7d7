"""From a place in a shared body back to the native fields it comes from, by the rows of the tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.oasys.merging import KEYS
from adapters.oasys.tables import Fields, Table
from hub.domain.canonical import Json
from hub.spec.lens.paths import Path, Step, escaped, fits
from hub.spec.lens.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Stop:
    """One name on the way, and in a list which element: its place, and itself, by which a row may choose it."""

    name: str
    index: int | None = None
    element: Json = None

    def fits(self, step: Step) -> bool:
        """Whether a row's path goes through here."""
        return self.name == step.name and (not step.keys or self.element is None or fits(self.element, step.keys))


def way(body: Json, pointer: str) -> tuple[Stop, ...]:
    """The stops on the way to a place in the body, as far as it goes."""
    stops: list[Stop] = []
    place = body
    for part in (each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]):
        if isinstance(place, list) and stops:
            index = int(part)
            place = place[index] if index < len(place) else None
            stops[-1] = Stop(stops[-1].name, index, place)
        else:
            stops.append(Stop(part))
            place = place.get(part) if isinstance(place, dict) else None
    return tuple(stops)


def natives(table: Table, stops: Sequence[Stop], fields: Fields) -> tuple[str, ...]:
    """JSON Pointers of the native fields that say what stands there or below; only those that are there."""
    return tuple(each for each in _level(table.lens.table.level, tuple(stops)) if _is_there(fields, each))


def _level(level: Level, stops: tuple[Stop, ...]) -> Iterator[str]:
    for row in level.fields:
        if _meet(row.shared, stops):
            yield from (_pointer(path) for path in row.natives)
    for listing in level.lists:
        if not _meet(listing.shared, stops):
            continue
        steps = len(listing.shared.steps)
        at = _pointer(listing.native)
        element = stops[steps - 1].index if len(stops) >= steps else None
        if element is None or stops[steps - 1].name in KEYS:
            yield at
        else:
            yield from (f"{at}/{element}{each}" for each in _level(listing.level, stops[steps:]))


def _meet(path: Path, stops: tuple[Stop, ...]) -> bool:
    """Whether one lies on the way to the other."""
    return all(stop.fits(step) for step, stop in zip(path.steps, stops, strict=False))


def _pointer(path: Path) -> str:
    return "".join(f"/{escaped(step.name)}" for step in path.steps)


def _is_there(fields: Fields, pointer: str) -> bool:
    place: Json = fields
    for part in pointer.split("/")[1:]:
        if isinstance(place, Mapping) and part in place:
            place = place[part]
        elif isinstance(place, list) and part.isdecimal() and int(part) < len(place):
            place = place[int(part)]
        else:
            return False
    return place is not None
