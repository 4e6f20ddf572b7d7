"""Events of the probation system: what they say themselves, and what they only call for to be fetched."""

from collections.abc import Callable, Mapping
from datetime import datetime

from adapters.delius.entering import take_deletion, take_end, take_told
from adapters.delius.known import OFFENDER, Name, about
from adapters.delius.merging import merge, unmerge
from adapters.delius.payloads import Piece
from adapters.delius.step import Step
from hub.domain.canonical import Json

_READ = ("eventType", "occurredAt", "personReference", "additionalInformation", "crn")
_NUMBERS = ("crn", "targetCRN", "sourceCRN", "unmergedCRN", "reactivatedCRN", "bookingNumber")
REFERENCE = "/personReference/identifiers"
OWN = "probation-case."
"""How the names of this system's events begin."""


def take_event(step: Step) -> set[Name]:
    """Keep what an event says. The records of its case that it is about."""
    native, path = step.piece.native, step.piece.path
    step.report.without_home(native, path, _READ, "what the event says of itself")
    name = str(native["eventType"]).removeprefix(OWN)
    _name_other_numbers(step)
    if not name.startswith("registration."):
        step.report.without_home(
            step.piece.facts, f"{path}/additionalInformation", _NUMBERS, "what to fetch the rest by"
        )
    if (take := _EVENTS.get(name)) is not None:
        return take(step)
    if not any(part["at"] > step.at for source in ("search", "case") if (part := step.get(source))):
        step.report.wait_for("the offender as the search gives it: the event only says that something changed")
    return set()


def numbers_in(piece: Piece) -> list[str]:
    """The numbers of cases that an event names, whom it refers to first."""
    return list(numbers_at(piece))


def numbers_at(piece: Piece) -> dict[str, str]:
    """The same, each with where it stands in the event."""
    reference, facts = piece.native.get("personReference"), piece.facts
    listed = reference.get("identifiers") if isinstance(reference, dict) else None
    stated = [
        (each.get("value"), f"{REFERENCE}/{index}/value")
        for index, each in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and each.get("type") == "CRN"
    ]
    stated.append((piece.native.get("crn"), "/crn"))
    stated += ((facts.get(name), f"/additionalInformation/{name}") for name in _NUMBERS[:-1])
    found: dict[str, str] = {}
    for number, at in stated:
        if isinstance(number, str) and number.strip():
            found.setdefault(number.strip(), at)
    return found


def time_of(native: Mapping[str, Json]) -> datetime | None:
    """When what an event tells of happened; None where it does not say.

    Raises:
        ValueError: it says no time with its zone.
    """
    stated = native.get("occurredAt")
    if stated is None:
        return None
    time = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError("no time with its zone")
    return time


def _name_other_numbers(step: Step) -> None:
    """What an event refers to the person by, but for the number of the case."""
    reference, path = step.piece.native.get("personReference"), f"{step.piece.path}/personReference"
    if not isinstance(reference, dict):
        step.report.unknown(reference, path)
        return
    step.report.without_home(reference, path, ("identifiers",), "what the event says of itself")
    identifiers = reference.get("identifiers")
    if not isinstance(identifiers, list):
        step.report.unknown(identifiers, f"{path}/identifiers")
        return
    for index, each in enumerate(identifiers):
        if not isinstance(each, dict):
            step.report.unknown(each, f"{path}/identifiers/{index}")
            continue
        taken = ("type", "value") if each.get("type") == "CRN" else ()
        step.report.without_home(each, f"{path}/identifiers/{index}", taken, "a number that the offender itself says")


def _erase(step: Step) -> set[Name]:
    """Nothing of the case is kept, but into which one it was merged: that one has its number."""
    into = step.get("into")
    step.parts.remove(about(step.crn))
    if into:
        step.put("into", {"crn": into["crn"]})
    return _delete(step)


def _delete(step: Step) -> set[Name]:
    if step.is_late(step.crn, "search", "case"):
        return set()
    step.put("removed", {"into": None})
    return {OFFENDER}


def _recover(step: Step) -> set[Name]:
    step.put("removed")
    step.report.wait_for("the offender as the search gives it: the event only says that it is back")
    return set()


def _add_numbers(step: Step) -> set[Name]:
    """Numbers in the prison system that the case was matched with."""
    native, facts = step.piece.native, step.piece.facts
    identifiers = native["personReference"]["identifiers"] if isinstance(native.get("personReference"), dict) else ()
    told = [("prison-number", each.get("value")) for each in _objects(identifiers) if each.get("type") == "NOMS"]
    told.append(("booking-number", facts.get("bookingNumber")))
    numbers = [{"scheme": scheme, "value": value} for scheme, value in told if isinstance(value, str) and value.strip()]
    held = (step.get("identifiers") or {"body": []})["body"]
    step.put("identifiers", {"body": [*held, *(each for each in numbers if each not in held)]})
    step.wait_for_whole(step.crn)
    return {OFFENDER} if step.get("search") or step.get("case") else set()


def _objects(value: Json) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


_EVENTS: Mapping[str, Callable[[Step], set[Name]]] = {
    "registration.added": lambda step: take_told(step, "added"),
    "registration.updated": lambda step: take_told(step, "updated"),
    "registration.deregistered": take_end,
    "registration.deleted": take_deletion,
    "merge.completed": merge,
    "unmerge.completed": unmerge,
    "prison-identifier.added": _add_numbers,
    "engagement.deleted": _delete,
    "engagement.recovered": _recover,
    "deleted.gdpr": _erase,
}
