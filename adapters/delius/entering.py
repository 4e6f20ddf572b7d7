"""An entry of a register: as it is listed, and as events tell that it was made, changed, ended or deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.client.native import Said
from adapters.client.origins import Source, origin_in
from adapters.delius import prepared
from adapters.delius.as_sent import entry_as_sent, entry_place
from adapters.delius.known import Name, about
from adapters.delius.registers import Telling, entries, has_ended, own_mappa, standing, told_since
from adapters.delius.step import Step
from adapters.delius.tables import MAPP, MAPPA, table_of
from hub.domain.canonical import Json
from hub.domain.errors import Fault

_MAPPA = Name("registration", MAPPA["reference"])


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that an entry comes in: its table, where it lies in a piece, where in it the register's code stands."""

    table: str
    below: str
    code_at: str


def take_entry(step: Step) -> set[Name]:
    """Keep an entry as it is listed. The records it is about."""
    native, table = step.piece.native, table_of(step.piece.native)
    entry = prepared.listed(native, step.tables) if table == "registration" else prepared.numbered(native)
    return _keep(step, _Form(table, "", "/type/code"), native, entry, "listed")


def repeated(step: Step) -> list[Said]:
    """An entry of another service, as the system was told it: said only to be known again, and not kept."""
    native, lens, path = step.piece.native, step.tables.lenses["told"], step.piece.path
    entry = prepared.numbered(native)
    reading = lens.read(entry)
    if not step.report.read(reading, path):
        return []
    body = {"period": {}} | reading.body
    source = Source(lambda: lens.origins(entry), lambda at: path + at)
    if not step.is_valid(step.tables.registration, body, source):
        return []
    time = datetime.fromisoformat(step.at)
    origin = origin_in(body, [source])
    return [Said("registration", step.crn, time, body, told_at=f"{path}/scheme", origin=origin)]


def take_told(step: Step, source: str) -> set[Name]:
    """Keep an entry as an event tells of it. source: what happened. The records it is about."""
    facts = step.piece.facts
    code = facts.get("registerTypeCode")
    is_mappa = isinstance(code, str) and code.strip() == MAPP
    form = _Form("mappa_event" if is_mappa else "registration_event", "/additionalInformation", "/registerTypeCode")
    return _keep(step, form, facts, prepared.told(facts, step.tables), source)


def take_end(step: Step) -> set[Name]:
    """Keep that an entry has ended. Which one, the event seldom says: it is that of the register, if there is one."""
    facts = step.piece.facts
    if facts.get("registrationId"):
        return take_told(step, "ended")
    path, lens = f"{step.piece.path}/additionalInformation", step.tables.lenses["registration_event"]
    native = {**prepared.told(facts, step.tables), "registrationId": "-"}
    reading = entry_as_sent(lens.read(native), facts, "/registerTypeCode")
    if not step.report.read(reading, path):
        return set()
    code = reading.body["code"]
    end = Telling(step.at, {**reading.body.get("period", {}), "active": False})
    step.put(f"end/{code}/{step.at}", {"period": end.body})
    return _ended(step, code, end)


def take_deletion(step: Step) -> set[Name]:
    """An entry that should never have been is withdrawn."""
    facts = step.piece.facts
    number = facts.get("registrationId")
    reference = str(number).strip() if isinstance(number, str | int) else ""
    if not reference:
        step.report.refuse(f"{step.piece.path}/additionalInformation/registrationId", "required", "is required")
        return set()
    step.put(f"deleted/{reference}", {})
    return {_MAPPA if str(facts.get("registerTypeCode")).strip() == MAPP else Name("registration", reference)}


def _ended(step: Step, code: str, end: Telling) -> set[Name]:
    """The entry that an end without number is of; where that is open, what must be fetched."""
    held = step.parts.all(about(step.crn))
    if code == MAPP and own_mappa(held):
        return {_MAPPA}
    fitting = standing(held, code, end)
    entered = {body["code"] for body in entries([held]).values() if not has_ended(body)}
    flagged = {body["code"] for body in (held.get("flags") or {"bodies": []})["bodies"]} - entered
    if len(fitting) == 1 or (not fitting and code in flagged):
        detail = "names no entry: the only one of this register that is known has ended"
        step.report.notices.append(Fault(f"{step.piece.path}/additionalInformation", "number", detail))
        return {Name("registration", fitting[0] if fitting else f"flag-{code}")}
    if not told_since(held, code, end):
        step.report.wait_for("the registrations of the case: the event does not say which of this register has ended")
    return set()


def _keep(step: Step, form: _Form, sent: Mapping[str, Json], native: Json, source: str) -> set[Name]:
    """Keep an entry if it is valid. sent, native: as it was sent, and prepared for the table."""
    path, is_mappa = step.piece.path + form.below, form.table.startswith("mappa")
    lens = step.tables.lenses[form.table]
    reading = entry_as_sent(lens.read(native), sent, form.code_at)
    if not step.report.read(reading, path):
        return set()
    body = ({**MAPPA, "mappa": {}} if is_mappa else {}) | {"period": {}} | reading.body
    read = Source(lambda: lens.origins(native), lambda at: path + entry_place(at, sent, form.code_at))
    if not step.is_valid(step.tables.registration, body, read):
        return set()
    number = str(native.get("registrationId") or "-").strip()
    part = f"{'mappa' if is_mappa else 'entry'}/{number}/{source}"
    if not step.is_late(step.crn, part):
        step.put(part, {"body": reading.body})
    return {_MAPPA if is_mappa else Name("registration", body["reference"])}
