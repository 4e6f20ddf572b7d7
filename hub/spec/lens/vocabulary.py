"""What a lens table says, checked and ready to be compiled."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.canonical import Json
from hub.spec.lens.columns import Joined, Several
from hub.spec.lens.paths import Path
from hub.spec.lens.rows import Absence, Single


@dataclass(frozen=True, slots=True)
class Field:
    """A row with a home. also: it only reads what another row writes. label: where the code's description stands.

    labels: the shared value as it is spelled -> the description written beside its native code.
    options: as the table states them.
    """

    place: str
    natives: tuple[Path, ...]
    shared: Path
    row: Single | Several | Joined
    also: bool
    label: Path | None
    labels: Mapping[str, str]
    options: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class NoHome:
    """A row without a home, by decision."""

    place: str
    native: Path
    because: str


@dataclass(frozen=True, slots=True)
class Level:
    """The rows of one object, the whole or an element of a list."""

    fields: tuple[Field, ...]
    homeless: tuple[NoHome, ...]
    lists: "tuple[Listing, ...]"


@dataclass(frozen=True, slots=True)
class Listing:
    """A native list and a shared one. key: shared paths by which an item finds its native element."""

    place: str
    native: Path
    shared: Path
    key: tuple[Path, ...]
    absence: Absence
    level: Level


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table. source: the file's name, for messages."""

    source: str
    system: str
    record: str
    version: str
    about: str
    level: Level
