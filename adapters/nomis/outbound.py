"""Releases in the prison system's form, onto the records as it holds them; and the way back."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from adapters.client.link import Delivery
from adapters.client.native import Handing
from adapters.nomis.account import Account
from adapters.nomis.alerts import SCHEME, prepared_alert, reference
from adapters.nomis.held import as_held
from adapters.nomis.lenses import Lenses
from adapters.nomis.movements import booking_of, prepared_movement, sequence_of
from adapters.nomis.people import TOLD_APART, prepared_offender
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.reading import Writing
from hub.spec.lens.rest import difference

_Write: TypeAlias = Callable[[Json, dict[str, Json]], Writing]
_LISTS = {"registration": "registrations", "movement": "movements", "notice": "case-notes"}
"""Which list of a prisoner a record is put into, by its type."""
_NO_PLACE = Fault("", "record", "the prison system has no place for records of this type")


@dataclass(frozen=True, slots=True)
class Outbound:
    """Writes and reads back offenders, registrations, movements and notices."""

    lenses: Lenses

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """The release in native form; with faults where the system cannot hold it."""
        address = _address(delivery)
        if delivery.withdrawn:
            return Handing(address, None, [])
        write = self._writers().get(delivery.record.type)
        if write is None:
            return Handing(address, None, [], (_NO_PLACE,))
        writing = write(delivery.body, deepcopy(native) if isinstance(native, dict) else _new(delivery))
        if writing.faults:
            return Handing(address, None, [], writing.faults)
        rest = difference(delivery.body, self.read_back(delivery.record.type, writing.native))
        return Handing(address, writing.native, rest, carried=writing.carried)

    def _writers(self) -> Mapping[str, _Write]:
        return {
            "offender": self._offender,
            "registration": self._registration,
            "movement": self._movement,
            "notice": self.lenses.case_note.write,
        }

    def read_back(self, record_type: str, native: Json) -> Json:
        """The shared body of what was handed over, as far as the native form holds it."""
        match record_type:
            case "offender":
                return self._offender_of(native)
            case "registration":
                return self._registration_of(native)
            case "notice":
                return self.lenses.case_note.read(native).body
            case _:
                return self._movement_of(native)

    def _offender(self, body: Json, held: dict[str, Json]) -> Writing:
        """The person with all lists; alerts are records of their own and stay as they are held."""
        prepared = prepared_offender(held, self.lenses.codes).native
        said = {name: value for name, value in _own_number_first(body, held).items() if name != "keyDates"}
        writing = self.lenses.offender.write(said, prepared)
        block = held.get("sentenceDetail")
        dates, faults = self.lenses.dates.write(body.get("keyDates"), block if isinstance(block, dict) else {})
        native = as_held(writing.native, prepared, held)
        native |= {name: held[name] for name in TOLD_APART if name in held}
        if dates or block is not None:
            native["sentenceDetail"] = dates
        return Writing(native, (*writing.faults, *faults), writing.carried)

    def _offender_of(self, native: Json) -> Json:
        prepared = prepared_offender(native, self.lenses.codes).native
        dates = self.lenses.dates.read(native.get("sentenceDetail") or {}, "", Account())
        return {**self.lenses.offender.read(prepared).body} | ({"keyDates": dates} if dates else {})

    def _registration(self, body: Json, held: dict[str, Json]) -> Writing:
        """An alert is written as one; an entry of another register stands in a list of its own."""
        if body["scheme"] != SCHEME:
            return self.lenses.registration.write(body, held)
        said = {name: value for name, value in body.items() if name != "concern"}
        prepared = prepared_alert(held).native
        writing = self.lenses.alert.write(
            said, {name: value for name, value in prepared.items() if name != "typeAndCode"}
        )
        native = as_held(writing.native, prepared, held)
        if _reference(native) != body["reference"]:
            native["reference"] = body["reference"]
        return Writing(native, writing.faults, writing.carried)

    def _registration_of(self, native: Json) -> Json:
        if "registerCode" in native:
            return {"period": {}, **self.lenses.registration.read(native).body}
        reading = self.lenses.alert.read(prepared_alert(native).native)
        return {"period": {}, **reading.body, "scheme": SCHEME, "reference": _reference(native)}

    def _movement(self, body: Json, held: dict[str, Json]) -> Writing:
        prepared = prepared_movement(held, self.lenses.codes).native
        writing = self.lenses.movement.write(body, prepared)
        if writing.faults:
            return writing
        native = as_held(writing.native, prepared, held)
        kind, reason = writing.native.get("movementKind"), writing.native.get("movementReason")
        if kind != prepared.get("movementKind"):
            movement_type, _, further = str(kind).partition("/")
            native["movementType"] = movement_type
            native.setdefault("movementReasonCode", further.partition("/")[2] or None)
        if native.get("movementReasonCode") is None:
            native.pop("movementReasonCode", None)
            native |= {"movementReasonCode": reason} if reason else {}
        booking, sequence = body["booking"], body["sequence"]
        native |= {"booking": booking} if _booking(native) != booking else {}
        native |= {"sequence": sequence} if _sequence(native, body) != sequence else {}
        return Writing(native, (), writing.carried)

    def _movement_of(self, native: Json) -> Json:
        body = self.lenses.movement.read(prepared_movement(native, self.lenses.codes).native).body
        return {**body, "booking": _booking(native), "sequence": _sequence(native, body)}


def _new(delivery: Delivery) -> dict[str, Json]:
    """A record of this prisoner that the system does not hold yet."""
    return {"offenderNo": delivery.local_ids[0]} if delivery.local_ids else {}


def _own_number_first(body: Mapping[str, Json], held: Mapping[str, Json]) -> Mapping[str, Json]:
    """The numbers of a person, that of the record first: of several prison numbers one has the column."""
    number = held.get("offenderNo")
    if not isinstance(number, str) or not number.strip():
        return body
    own, listed = {"scheme": "prison-number", "value": number.strip()}, body.get("identifiers") or []
    first = [each for each in listed if own.items() <= each.items()]
    return {**body, "identifiers": [*(first or [own]), *(each for each in listed if each not in first)]}


def _reference(native: Mapping[str, Json]) -> Json:
    return native.get("reference") or reference(native)


def _booking(native: Mapping[str, Json]) -> Json:
    return native.get("booking") or booking_of(native)


def _sequence(native: Mapping[str, Json], body: Mapping[str, Json]) -> Json:
    return native["sequence"] if "sequence" in native else sequence_of(native, body)


def _address(delivery: Delivery) -> str:
    """Relative to the prison system: whose record, which list, which of it."""
    number = delivery.local_ids[0] if delivery.local_ids else delivery.record.person
    person = f"offenders/{quote(number, safe='')}"
    if delivery.record.type == "offender":
        return person
    return f"{person}/{_LISTS.get(delivery.record.type, delivery.record.type)}/{quote(delivery.record.key, safe='')}"
