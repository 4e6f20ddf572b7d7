"""The tables of an assessment: which native fields each of them reads, and what all of them say together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.domain.canonical import Json
from hub.spec.codes import CodeList
from hub.spec.lens.lens import Lens, load_lens
from hub.spec.lens.vocabulary import Level

ORDER = (
    *(
        "document",
        "timeline",
        "numbered",
        "risk-flag-apart",
        "risk-flag",
        "risk-to-others",
        "needs-brief",
        "offences-brief",
        "summary",
        "plan",
        "predictors-tier",
    ),
    *("needs-san", "needs", "offence"),
    *(f"section{number:02}" for number in range(1, 14)),
    *("predictors", "management", "rosh-screening", "rosh-full", "rosh-summary", "assessment"),
)
"""Every table. What two of them say at the same time and differently is taken from the later in this order."""

RISK = frozenset({"rosh-screening", "rosh-full", "rosh-summary", "risk-flag", "risk-flag-apart", "risk-to-others"})
"""Tables whose fields a later blank does not take away: a risk that is not repeated is not gone."""

UNKNOWN = "unknown"
"""Where fields are kept that no table knows."""

Fields = Mapping[str, Json]
"""Native fields of one assessment by their names, of all its parts together."""


@dataclass(frozen=True, slots=True)
class Table:
    """A lens over the fields of an assessment. fields: the names it reads."""

    name: str
    lens: Lens
    fields: frozenset[str]

    def of(self, fields: Fields) -> dict[str, Json]:
        """Those fields that are this table's."""
        return {name: value for name, value in fields.items() if name in self.fields}


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables, in their order. owners: field -> the first table that reads it."""

    all: tuple[Table, ...]
    owners: Mapping[str, str]

    def apart(self, fields: Fields) -> dict[str, dict[str, Json]]:
        """Fields by the table that owns them; those of no table under `unknown`."""
        found: dict[str, dict[str, Json]] = {}
        for name, value in fields.items():
            found.setdefault(self.owners.get(name, UNKNOWN), {})[name] = value
        return found

    def several(self) -> frozenset[str]:
        """The fields that are lists of scalars."""
        paths = (path for table in self.all for row in table.lens.table.level.fields for path in row.natives)
        return frozenset(path.steps[0].name for path in paths if path.star)

    def reading(self, names: Iterable[str]) -> Iterator[Table]:
        """The tables that read any of these fields."""
        wanted = frozenset(names)
        return (table for table in self.all if table.fields & wanted)


def load_tables(folder: Path, lists: Mapping[str, CodeList]) -> Tables:
    """The tables in a folder.

    Raises:
        Halt: one is wrong.
    """
    found = []
    owners: dict[str, str] = {}
    for name in ORDER:
        lens = load_lens(folder / f"{name}.toml", lists)
        table = Table(name, lens, frozenset(_first_names(lens.table.level)))
        for field in table.fields:
            owners.setdefault(field, name)
        found.append(table)
    return Tables(tuple(found), owners)


def _first_names(level: Level) -> Iterator[str]:
    for row in level.fields:
        yield from (path.steps[0].name for path in row.natives)
        if row.label is not None:
            yield row.label.steps[0].name
    yield from (row.native.steps[0].name for row in level.homeless)
    yield from (row.native.steps[0].name for row in level.lists)
