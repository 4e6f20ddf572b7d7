"""What was made ready for a lens, as it was held: unchanged, it stands as it stood, byte for byte."""

from collections.abc import Iterator, Mapping

from hub.domain.canonical import Json

_COMPUTED = frozenset({"lastMovementKind", "lastMovementReason", "movementKind", "movementReason", "typeAndCode"})
"""Made for the lens from other columns; the prison system has none such."""


def as_held(written: Mapping[str, Json], prepared: Mapping[str, Json], held: Mapping[str, Json]) -> dict[str, Json]:
    """The native object to be held from now on.

    written: by the lens onto `prepared`, which was made ready from `held`.
    """
    return dict(_columns(written, prepared, held))


def _columns(
    written: Mapping[str, Json], prepared: Mapping[str, Json], held: Mapping[str, Json]
) -> Iterator[tuple[str, Json]]:
    for name in [*held, *(each for each in written if each not in held)]:
        if name in prepared and name in written and written[name] == prepared[name]:
            if name in held:
                yield name, held[name]
        elif name in written:
            if name not in _COMPUTED:
                yield name, written[name]
        elif name not in prepared:
            yield name, held[name]
