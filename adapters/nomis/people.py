"""A prisoner made ready for the lens: what stands in two places, or in a place of another shape, is put in one."""

from collections.abc import Iterable, Mapping

from adapters.nomis.account import Prepared
from adapters.nomis.movement_codes import MovementCodes, direction_of_status
from adapters.nomis.person_lists import addresses, aliases, assessments, contacts, grouped_terms, key_workers, sentences
from hub.domain.canonical import Json
from hub.spec.lens.reading import Homeless

_NO_PRISON = frozenset({"OUT", "TRN"})
TOLD_APART = ("alerts", "sentenceDetail")
"""Read by lenses of their own."""


class _Making:
    """An offender as it is made ready; what was sent is not changed."""

    def __init__(self, sent: Mapping[str, Json]) -> None:
        self.person = {name: value for name, value in sent.items() if name not in TOLD_APART}
        self.origins: dict[str, str] = {}
        self.homeless: list[Homeless] = []

    def fill(self, name: str, value: Json, origin: str) -> bool:
        """Put a value where the person has none; whether it was put."""
        if not isinstance(value, str) or not value.strip() or self.person.get(name):
            return False
        self.person[name] = value
        self.origins[f"/{name}"] = origin
        return True

    def leave_out(self, name: str, because: str) -> None:
        """A value that says something else here than its column would."""
        value = self.person.pop(name, None)
        if value is not None:
            self.homeless.append(Homeless(f"/{name}", because))


def prepared_offender(sent: Mapping[str, Json], codes: MovementCodes) -> Prepared:
    """An offender with its lists, as the table `offender` reads it."""
    making = _Making(sent)
    _place(making)
    _cell(making)
    _religion(making)
    _last_movement(making, codes)
    aliases(making.person)
    addresses(making.person, making.origins)
    assessments(making.person, making.origins)
    sentences(making.person)
    grouped_terms(making.person, making.origins)
    contacts(making.person, making.origins)
    key_workers(making.person, making.origins)
    return Prepared(making.person, making.origins, tuple(making.homeless))


def prepared_prisoner(sent: Mapping[str, Json]) -> Prepared:
    """A prisoner as searches and lists give one: outside prison, the location is no prison."""
    making = _Making(sent)
    _no_prison(making, ("latestLocationId", "latestLocation"))
    return Prepared(making.person, making.origins, tuple(making.homeless))


def _is_no_prison(code: Json) -> bool:
    return isinstance(code, str) and code.strip() in _NO_PRISON


def _no_prison(making: _Making, names: tuple[str, str]) -> None:
    if _is_no_prison(making.person.get(names[0])):
        for name in names:
            making.leave_out(name, "no prison: it says that the person is outside, as the status does")


def _place(making: _Making) -> None:
    if making.fill("status", making.person.get("inOutStatus"), "/inOutStatus"):
        del making.person["inOutStatus"]
    code = making.person.get("agencyId")
    if _is_no_prison(code) and making.fill("status", code, "/agencyId"):
        del making.person["agencyId"]
    _no_prison(making, ("agencyId", "locationDescription"))


def _cell(making: _Making) -> None:
    """The cell stands in a block or beside it; the block names the prison once more."""
    unit = making.person.get("assignedLivingUnit")
    if isinstance(unit, dict):
        making.person["assignedLivingUnit"] = unit = dict(unit)
        if making.fill("locationDescription", unit.get("agencyName"), "/assignedLivingUnit/agencyName"):
            del unit["agencyName"]
    described = making.person.get("assignedLivingUnitDesc")
    if unit is None and isinstance(described, str):
        making.person["assignedLivingUnit"] = {"description": making.person.pop("assignedLivingUnitDesc")}
        making.origins["/assignedLivingUnit/description"] = "/assignedLivingUnitDesc"


def _religion(making: _Making) -> None:
    for index, entry in enumerate(objects(making.person.get("profileInformation"))):
        if entry.get("type") == "RELF":
            making.fill("religion", entry.get("resultValue"), f"/profileInformation/{index}/resultValue")


def _last_movement(making: _Making, codes: MovementCodes) -> None:
    person = making.person
    movement_type, reason = person.get("lastMovementTypeCode"), person.get("lastMovementReasonCode")
    if not isinstance(movement_type, str):
        return
    kind = codes.kind(movement_type, direction_of_status(person), reason)
    if codes.names_kind(kind):
        making.fill("lastMovementKind", kind, "/lastMovementTypeCode")
    if isinstance(reason, str) and reason.strip():
        making.fill("lastMovementReason", codes.reason(movement_type, reason.strip()), "/lastMovementReasonCode")


def objects(value: Json) -> Iterable[dict[str, Json]]:
    """The objects of a list, in its order; of what is no list, none."""
    return [each if isinstance(each, dict) else {} for each in value] if isinstance(value, list) else []
