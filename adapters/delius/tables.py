"""The tables of this system, compiled, and what the registers' codes mean beyond them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.domain.canonical import Json
from hub.spec.codes import load_code_lists
from hub.spec.lens.lens import Lens, load_lens
from hub.spec.record import RecordSpec
from hub.spec.registry import Registry

MAPP = "MAPP"
"""The register of MAPPA, which is joint: one record a person."""

MAPPA: Mapping[str, str] = {
    "scheme": "mappa",
    "code": MAPP,
    "label": "MAPPA",
    "reference": "MAPPA",
    "concern": "public-protection",
}
"""What names the record for MAPPA, whatever form it comes in."""


def is_told(native: Mapping[str, Json]) -> bool:
    """Whether an entry is as another service's are handed over: no register of the system names its scheme."""
    return "scheme" in native


def table_of(native: Mapping[str, Json]) -> str:
    """Which table reads an entry: told by another service; of MAPPA, listed or within an offender; of a register."""
    if is_told(native):
        return "told"
    kind = native.get("type")
    code = kind.get("code") if isinstance(kind, dict) else None
    if isinstance(code, str) and code.strip() == MAPP:
        return "mappa_listed"
    return "mappa" if kind is None and not native.keys().isdisjoint(("category", "level")) else "registration"


@dataclass(frozen=True, slots=True)
class Tables:
    """The lenses by the name of their table, and the specification they read into.

    rosh_levels: codes of registers that are a level of risk of serious harm. numbers: schemes of identifiers that
    the system has a name for.
    """

    lenses: Mapping[str, Lens]
    offender: RecordSpec
    registration: RecordSpec
    rosh_levels: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def load(cls, schemas: Path) -> "Tables":
        """From the folder of schemas and the tables beside this module.

        Raises:
            Halt: a schema, code list or table is broken.
        """
        lists = load_code_lists(schemas / "codes")
        registry = Registry.load(schemas)
        files = sorted(Path(__file__).parent.glob("*.toml"))
        return cls(
            {file.stem: load_lens(file, lists) for file in files},
            registry.get("offender", "1.0.0"),
            registry.get("registration", "1.0.0"),
            frozenset(lists["risk-levels"].from_system("delius")),
            frozenset(lists["identifier-schemes"].from_system("delius").values()),
        )

    def explained(self, native: Mapping[str, Json], code: Json) -> dict[str, Json]:
        """An entry of a register with what its code says: scheme, concern and, for risk of serious harm, level."""
        is_level = isinstance(code, str) and code.strip() in self.rosh_levels
        return {**native, "scheme": "REGISTER", "concern": code} | ({"roshLevel": code} if is_level else {})
