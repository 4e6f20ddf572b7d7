"""The tables of this adapter, compiled, and what they need beside them."""

from dataclasses import dataclass
from pathlib import Path

from adapters.nomis.key_dates import KeyDates
from adapters.nomis.movement_codes import MovementCodes
from hub.spec.codes import load_code_lists
from hub.spec.lens.lens import Lens, load_lens
from hub.spec.registry import Registry

_TABLES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Lenses:
    """A lens for each table beside this module; registry: the specification that records are held to."""

    offender: Lens
    prisoner: Lens
    information: Lens
    sentence_detail: Lens
    event: Lens
    alert: Lens
    registration: Lens
    movement: Lens
    case_note: Lens
    dates: KeyDates
    codes: MovementCodes
    registry: Registry


def load_lenses(schemas: Path) -> Lenses:
    """Everything compiled. schemas: the folder of the specification.

    Raises:
        Halt: a table, a list or a schema is wrong; with its place.
    """
    lists = load_code_lists(schemas / "codes")

    def lens(name: str) -> Lens:
        return load_lens(_TABLES / f"{name}.toml", lists)

    return Lenses(
        offender=lens("offender"),
        prisoner=lens("prisoner"),
        information=lens("information"),
        sentence_detail=lens("sentence_detail"),
        event=lens("event"),
        alert=lens("alert"),
        registration=lens("registration"),
        movement=lens("movement"),
        case_note=lens("case_note"),
        dates=KeyDates(lens("key_dates"), lens("key_date_overrides")),
        codes=MovementCodes(lists),
        registry=Registry.load(schemas),
    )
