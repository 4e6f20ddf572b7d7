"""Codes of movements that mean something only together: kind, direction, reason. The lists say what they mean."""

from collections.abc import Mapping

from hub.domain.canonical import Json
from hub.spec.codes import CodeList

IN, OUT = "IN", "OUT"
_DIRECTIONS = {"ADM": IN, "REL": OUT}
_RECEPTIONS = frozenset(
    {
        "remand",
        "convicted-unsentenced",
        "imprisonment",
        "licence-revoked",
        "recall-from-curfew",
        "fine-default",
        "immigration-detention",
        "civil-committal",
        "transfer",
        "return",
    }
)
"""What an admission can be for. Codes of absences are reused for receptions, where they do not mean the same."""
_NOWHERE = frozenset({"OUT", "TRN"})


class MovementCodes:
    """Reads the prison system's codes by the agreed lists."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self._kinds = lists["movement-types"].from_system("nomis")
        self._reasons = lists["movement-reasons"].from_system("nomis")
        self._ends = lists["place-kinds"].from_system("nomis")

    def kind(self, movement_type: Json, direction: Json, reason: Json) -> str:
        """The code of the list `movement-types` that fits most closely; where none does, type and direction."""
        return self.closest(f"{movement_type}/{direction}", reason)

    def closest(self, kind: str, reason: Json) -> str:
        """The kind with its reason, where together they mean something else; else the kind."""
        closer = f"{kind}/{reason}"
        return closer if closer in self._kinds else kind

    def kind_of_event(self, way: str, reason: Json, code: Json) -> str | None:
        """The code of the list of kinds for a reception or a release; what is no plain release is not called one."""
        told = f"{way}/{reason}"
        if told == "released/RELEASED" and self.closest("REL/OUT", code) != "REL/OUT":
            return self.closest("REL/OUT", code)
        return told if told in self._kinds else None

    def place_after(self, kind: str) -> str | None:
        """The code of the list `places` where the kind of movement alone says it: who escaped is not simply outside."""
        return "ACTIVE UAL" if self._kinds[kind] == "escaped" else None

    def names_kind(self, code: str) -> bool:
        """Whether the list of kinds has this code."""
        return code in self._kinds

    def reason(self, movement_type: Json, reason: str) -> str:
        """The code of the list `movement-reasons`; with the type where the code alone would mean something else."""
        meant = self._reasons.get(reason)
        if movement_type == "ADM" and meant is not None and meant not in _RECEPTIONS:
            return f"{movement_type}/{reason}"
        return reason

    def place(self, code: Json, movement_type: Json) -> str:
        """The code of the list `place-kinds` for an agency of the prison system."""
        if str(code) in self._ends:
            return "OUT" if code == "OUT" else "INST"
        return "CRT" if movement_type == "CRT" and str(code) not in _NOWHERE else "OTHER"

    def direction(self, movement: Mapping[str, Json]) -> str | None:
        """Which way a movement went, where it is not said: by its type, or by which end is a prison."""
        known = _DIRECTIONS.get(str(movement.get("movementType")))
        inside = self._is_prison(movement.get("toAgencyId")), self._is_prison(movement.get("fromAgencyId"))
        return known or {(True, False): IN, (False, True): OUT}.get(inside)

    def _is_prison(self, code: Json) -> bool:
        return code != "OUT" and isinstance(code, str) and self._ends.get(code) == "prison"


def direction_of_status(person: Mapping[str, Json]) -> str:
    """Which way the last movement went, by where the person is now."""
    status = str(person.get("status") or person.get("inOutStatus") or "")
    return OUT if status.endswith(("OUT", "TRN")) else IN
