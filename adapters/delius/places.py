"""Where in a native object stands what the specification refuses in the record read from it."""

from collections.abc import Iterator, Sequence

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Rejected
from hub.spec.lens.lens import Lens
from hub.spec.lens.paths import Path, escaped
from hub.spec.lens.vocabulary import Level
from hub.spec.record import RecordSpec


def refused_at(body: Json, spec: RecordSpec, lens: Lens) -> Iterator[Fault]:
    """What the specification refuses in a body, each at the native field it was read from."""
    try:
        spec.check(body)
    except Rejected as refused:
        for fault in refused.faults:
            yield Fault(_native(lens.table.level, fault.path.split("/")[1:]), fault.rule, fault.detail)


def _native(level: Level, parts: Sequence[str]) -> str:
    """JSON Pointer of the native field for a shared one; of what encloses it, where no row has just that one."""
    for listing in level.lists:
        depth = len(listing.shared.steps)
        if len(parts) > depth and _names(listing.shared) == list(parts[:depth]):
            if any(step.keys for step in (*listing.native.steps, *listing.shared.steps)):
                return _pointer(listing.native)
            return f"{_pointer(listing.native)}/{parts[depth]}{_native(listing.level, parts[depth + 1 :])}"
    said = [part for part in parts if not part.isdigit()]
    shared = [(_in_common(_names(field.shared), said), field) for field in level.fields if not field.also]
    most = max((common for common, _ in shared), default=0)
    return next((_pointer(field.natives[0]) for common, field in shared if common == most), "") if most else ""


def _names(path: Path) -> list[str]:
    return [step.name for step in path.steps]


def _in_common(names: Sequence[str], parts: Sequence[str]) -> int:
    return next(
        (i for i, (name, part) in enumerate(zip(names, parts, strict=False)) if name != part),
        min(len(names), len(parts)),
    )


def _pointer(path: Path) -> str:
    return "".join(f"/{escaped(step.name)}" for step in path.steps)
