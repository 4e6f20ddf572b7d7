"""An offender of the search, or the details of a case: what they say of the person, of MAPPA and of registers."""

from collections.abc import Mapping

from adapters.client.origins import Source, said_at
from adapters.delius import prepared
from adapters.delius.as_sent import entry_as_sent, entry_place, offender_as_sent, offender_place
from adapters.delius.known import CASE, OFFENDER, SEARCH, Name
from adapters.delius.step import Step, is_placeholder
from adapters.delius.tables import MAPP, MAPPA
from hub.domain.canonical import Json
from hub.spec.lens.found import null_element
from hub.spec.lens.reading import Homeless

_MAPPA = Name("registration", MAPPA["reference"])
_NO = ("false", "n", "no", "0", "none", "")


def take_offender(step: Step) -> set[Name]:
    """Keep an offender of the search; a deleted one is withdrawn. The records it is about."""
    native = prepared.offender(_numbered(step))
    if prepared.is_yes(native.get("softDeleted")):
        if step.is_late(step.crn, SEARCH, CASE):
            return set()
        step.put("removed", {"into": None})
        step.report.homeless.append(
            Homeless(step.piece.path, "a deleted record is withdrawn; nothing else of it is said")
        )
        return {OFFENDER}
    if str(native.get("softDeleted")).strip().lower() not in _NO:
        step.report.refuse(f"{step.piece.path}/softDeleted", "flag", "must be true or false")
        return set()
    touched = {OFFENDER} if _keep(step, SEARCH, "offender", native) else set()
    if "mappa" in native and _take_mappa(step, "mappa", "mappa", "search") and native["mappa"] is not None:
        touched.add(_MAPPA)
    return touched


def take_case(step: Step) -> set[Name]:
    """Keep the details of a case. The records it is about."""
    native = _numbered(step)
    touched = {OFFENDER} if _keep(step, CASE, "case", native) else set()
    if native.get("mappaRegistration") and _take_mappa(step, "mappaRegistration", "mappa_case", "case"):
        touched.add(_MAPPA)
    if isinstance(native.get("registerFlags"), list) and not step.is_late(step.crn, "flags"):
        bodies = {
            body["code"]: body for body in (_flag(step, *each) for each in enumerate(native["registerFlags"])) if body
        }
        step.put("flags", {"bodies": list(bodies.values())})
        touched |= {
            _MAPPA if body["code"] == MAPP else Name("registration", body["reference"]) for body in bodies.values()
        }
    return touched


def _numbered(step: Step) -> Mapping[str, Json]:
    """With the number of the case, where a template left its place unfilled and the way it came says it."""
    native = step.piece.native
    if is_placeholder(native.get("crn")):
        return {**native, "crn": step.crn}
    ids = native.get("otherIds")
    if isinstance(ids, dict) and is_placeholder(ids.get("crn")):
        return {**native, "otherIds": {**ids, "crn": step.crn}}
    return native


def _keep(step: Step, part: str, table: str, native: Mapping[str, Json]) -> bool:
    """Keep what came, over what is known or, if that is newer, under it; whether it was kept."""
    held = step.get(part) or {"at": "", "native": {}}
    older, newer = (held["native"], native) if held["at"] <= step.at else (native, held["native"])
    whole = _overlaid(older, newer) if held["native"] else native
    if not _is_fit(step, table, native, whole):
        return False
    step.put(part, {"native": whole, "at": max(held["at"], step.at)})
    _is_back(step)
    return True


def _overlaid(held: Mapping[str, Json], native: Mapping[str, Json]) -> dict[str, Json]:
    """What came over what is known, block by block: a block that is missing says nothing.

    A match of a search gives few numbers of a person; only a whole record takes numbers away.
    """
    whole: dict[str, Json] = {**held, **native}
    is_whole = not native.keys().isdisjoint(("contactDetails", "offenderProfile"))
    before, now = held.get("otherIds"), native.get("otherIds")
    if not is_whole and isinstance(before, dict) and isinstance(now, dict):
        whole["otherIds"] = {**before, **now}
    return whole


def _is_fit(step: Step, table: str, native: Json, whole: Json) -> bool:
    """Whether what came, and all that is then known, makes a valid offender; what does not is refused."""
    lens, sent = step.tables.lenses[table], step.piece.native
    reading = lens.read(native)
    if not step.report.read(offender_as_sent(reading, sent), step.piece.path):
        return False
    body = reading.body if whole is native else lens.read(whole).body
    source = Source(lambda: lens.origins(native), lambda at: step.piece.path + offender_place(at, sent))
    return step.is_valid(step.tables.offender, body, source)


def _is_back(step: Step) -> None:
    """A case that is told of again is deleted no more; one merged into another stays so until the merge is undone."""
    removed = step.get("removed")
    if removed and removed["into"] is None:
        if not step.is_late(step.crn, "removed"):
            step.put("removed")
    elif removed:
        step.report.wait_for("this case was merged into another: it is said when the merge is undone")


def _take_mappa(step: Step, field: str, table: str, source: str) -> bool:
    path, block = f"{step.piece.path}/{field}", step.piece.native[field]
    if step.is_late(step.crn, f"block/{source}"):
        return False
    if block is None:
        step.put(f"block/{source}", {"body": None})
        return True
    lens = step.tables.lenses[table]
    reading = lens.read(block)
    if not step.report.read(reading, path):
        return False
    body = {**MAPPA, "mappa": {}, "period": {}} | reading.body
    if not step.is_valid(step.tables.registration, body, Source(lambda: lens.origins(block), lambda at: path + at)):
        return False
    step.put(f"block/{source}", {"body": reading.body})
    return True


def _flag(step: Step, index: int, native: Json) -> Json:
    """The registration that a flag stands for; None when there is none, or it is refused."""
    path, lens = f"{step.piece.path}/registerFlags/{index}", step.tables.lenses["flag"]
    if native is None:
        step.report.notices.append(null_element(path))
        return None
    sent = native if isinstance(native, dict) else {}
    flag = step.tables.explained(sent, sent.get("code")) if sent else native
    reading = entry_as_sent(lens.read(flag), sent, "/code")
    if not step.report.read(reading, path):
        return None
    body = reading.body | {"reference": f"flag-{reading.body['code']}", "period": {"active": True}}
    named = said_at({"reference": body["reference"]}, f"{path}/code")
    source = Source(lambda: lens.origins(flag), lambda at: path + entry_place(at, sent, "/code"))
    return body if step.is_valid(step.tables.registration, body, named, source) else None
