"""Where in a native object a place of the shared record comes from, by the rows of the lens that read it."""

from collections.abc import Iterator, Sequence

from hub.spec.lens.lens import Lens
from hub.spec.lens.paths import Path
from hub.spec.lens.vocabulary import Level

_Row = tuple[tuple[str, ...], tuple[str, ...]]
"""Names of the shared path, `*` for any element of a list; and of the native one."""


def native_place(lens: Lens, pointer: str) -> str:
    """The native place that a JSON Pointer in the shared body comes from; the whole where no row says so.

    Of rows that fit as well as each other the last counts: a list takes what rows of single elements leave.
    """
    steps = pointer.split("/")[1:]
    best, place = (0, 0), ""
    for shared, native in _rows(lens.table.level, (), ()):
        fit = _fitting(shared, steps), -len(shared)
        if fit[0] and fit >= best:
            best, place = fit, _pointer(native, steps)
    return place


def _rows(level: Level, shared: tuple[str, ...], native: tuple[str, ...]) -> Iterator[_Row]:
    for row in level.fields:
        yield (*shared, *_names(row.shared)), (*native, *_names(row.natives[0]))
    for listing in level.lists:
        under = (*shared, *_names(listing.shared)), (*native, *_names(listing.native))
        yield under
        yield from _rows(listing.level, (*under[0], "*"), (*under[1], "*"))


def _names(path: Path) -> tuple[str, ...]:
    return tuple(name for step in path.steps for name in ((step.name, "*") if step.keys else (step.name,)))


def _fitting(names: Sequence[str], steps: Sequence[str]) -> int:
    """How many of a row's names are those of the pointer, one after the other; 0 unless one holds the other."""
    pairs = list(zip(names, steps, strict=False))
    return len(pairs) if all(step.isdigit() if name == "*" else name == step for name, step in pairs) else 0


def _pointer(names: Sequence[str], steps: Sequence[str]) -> str:
    numbers = iter([step for step in steps if step.isdigit()])
    return "".join(f"/{next(numbers, '*') if name == '*' else name}" for name in names)
