"""What a payload of the probation system says: kept in parts, and said whole."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from adapters.client.native import Parts, Payload, Said, Taken
from adapters.client.origins import native_place, origin_in
from adapters.delius.entering import repeated, take_entry
from adapters.delius.events import OWN, REFERENCE, numbers_at, numbers_in, take_event, time_of
from adapters.delius.known import OFFENDER, Name, about, newest, records, related
from adapters.delius.offenders import take_case, take_offender
from adapters.delius.payloads import Kind, Piece, take_apart
from adapters.delius.report import Report
from adapters.delius.step import Step, case_number, moment
from adapters.delius.tables import Tables, is_told
from hub.domain.canonical import Json, canonical
from hub.domain.errors import Rejected

_TAKES = {
    Kind.OFFENDER: take_offender,
    Kind.CASE: take_case,
    Kind.REGISTRATION: take_entry,
    Kind.EVENT: take_event,
}


def take(payload: Payload, parts: Parts, tables: Tables) -> Taken:
    """What a payload says, piece by piece."""
    pieces, report = take_apart(payload.document), Report()
    report.refused += pieces.unknown
    report.homeless += pieces.homeless
    report.notices += pieces.notices
    said: list[Said] = []
    for piece in pieces.found:
        step = _step(piece, payload, parts, tables, report)
        if step is not None:
            said += (
                repeated(step)
                if piece.kind is Kind.REGISTRATION and is_told(piece.native)
                else _say(step, payload.received)
            )
    return report.taken(said)


def _step(piece: Piece, payload: Payload, parts: Parts, tables: Tables, report: Report) -> Step | None:
    """What is known before a piece is taken: whose it is, and of when. None when that is refused."""
    at, path = payload.received, piece.path
    match piece.kind:
        case Kind.EVENT:
            found = _event(piece, payload.received, report)
            if found is None:
                return None
            at, stated, path = found
        case Kind.OFFENDER:
            ids = piece.native.get("otherIds")
            stated, path = (ids.get("crn") if isinstance(ids, dict) else None), f"{path}/otherIds/crn"
        case _:
            own = piece.native.get("crn"), f"{path}/crn"
            stated, path = piece.whose if piece.whose and "crn" not in piece.native else own
    crn = case_number(stated, payload.about.get("crn"), path, report)
    return None if crn is None else Step(piece, crn, moment(at), tables, parts, report)


def _event(piece: Piece, received: datetime, report: Report) -> tuple[datetime, Json, str] | None:
    """When it happened, the number of its case, and where that stands."""
    native, path = piece.native, piece.path
    if not str(native["eventType"]).startswith(OWN):
        report.refuse(f"{path}/eventType", "kind", "is no event of the probation system that is known")
        return None
    if not isinstance(native.get("additionalInformation", {}), dict):
        report.refuse(f"{path}/additionalInformation", "type", "must be an object")
        return None
    try:
        at = time_of(native)
    except ValueError:
        report.refuse(f"{path}/occurredAt", "datetime", "must be a time with its offset")
        return None
    number, place = next(iter(numbers_at(piece).items()), (None, REFERENCE))
    return at or received, number, path + place


def _say(step: Step, received: datetime) -> Iterator[Said]:
    """Take a piece, and say every record that it is about or that has become another through it."""
    crns = [step.crn, *(numbers_in(step.piece) if step.piece.kind is Kind.EVENT else ())]
    cases = related(crns, step.parts)
    before = {crn: records(crn, step.parts, step.tables) for crn in cases}
    newest_before = max(newest(crn, step.parts) for crn in cases)
    touched = _TAKES[step.piece.kind](step)
    time = _time(step.at, moment(received), newest_before)
    for crn in dict.fromkeys([*cases, *related(crns, step.parts)]):
        after = records(crn, step.parts, step.tables)
        said = list(_changes(step, crn, before.get(crn, {}), after, touched if crn in crns else set(), time))
        if said:
            step.parts.put(about(crn), "said", {"at": moment(time)})
        yield from said


def _time(at: str, received: str, before: str) -> datetime:
    """When a record is said to be of: when it happened, else when it came, but never before what was said of it."""
    if max(at, received) > before:
        return datetime.fromisoformat(at if at > before else received)
    return datetime.fromisoformat(before) + timedelta(microseconds=1)


def _changes(
    step: Step, crn: str, before: Mapping[Name, Json], after: Mapping[Name, Json], touched: set[Name], time: datetime
) -> Iterator[Said]:
    for name, body in after.items():
        is_new = name in touched or name not in before or canonical(body) != canonical(before[name])
        if is_new and _is_valid(step, name, body):
            origin = origin_in(body, step.sources.get(name, ()))
            yield Said(name.record_type, crn, time, body, origin=origin)
    gone = {
        name for name in touched if step.get("removed" if name == OFFENDER else f"deleted/{name.reference}", crn=crn)
    }
    for name in dict.fromkeys([*before, *sorted(gone)]):
        if name not in after:
            body = {} if name == OFFENDER else {"reference": name.reference}
            yield Said(name.record_type, crn, time, body, withdrawn=True)


def _is_valid(step: Step, name: Name, body: Json) -> bool:
    """Parts that are valid each may not fit together: an end before the start that another part told.

    Refused is what this payload says of it, if it does.
    """
    spec = step.tables.offender if name == OFFENDER else step.tables.registration
    try:
        spec.check(body)
    except Rejected as refused:
        for fault in refused.faults:
            place = native_place(body, fault.path, step.sources.get(name, ()))
            at = step.piece.path if place is None else place
            step.report.refuse(at, fault.rule, f"does not fit what was told before: {fault.detail}")
        return False
    return True
