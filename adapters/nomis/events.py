"""Domain events: receptions, releases and merges are said; what only points at a change waits for the change."""

from collections.abc import Mapping
from typing import Any

from adapters.nomis.account import Prepared
from adapters.nomis.merges import take_merge
from adapters.nomis.taking import Read, Taking, moment, read_by
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json

_MERGED = "prisoner.merged"
_SAID_AS_PLACE = frozenset({"currentLocation", "currentPrisonStatus"})
_MOVES = {"prisoner.received": "received", "prisoner.released": "released"}


def take_event(taking: Taking, each: Wrapped) -> None:
    """A domain event, by the last two words of its type."""
    name = ".".join(str(each.native["eventType"]).split(".")[-2:])
    if name == _MERGED:
        take_merge(taking, each)
    elif name in _MOVES:
        _move(taking, each, _MOVES[name])
    elif isinstance(each.native.get("detailUrl"), str):
        taking.account.waiting.append("what the event's detailUrl gives")
    else:
        taking.account.refuse(f"{each.path}/eventType", "kind", "is no event that this adapter knows")


def take_change(taking: Taking, _each: Wrapped) -> None:
    """A notice that something of a prisoner changed says nothing by itself."""
    taking.account.waiting.append("what changed, of which the notice says only that it did")


def _information(native: Mapping[str, Json]) -> Mapping[str, Json]:
    information = native.get("additionalInformation")
    return information if isinstance(information, dict) else {}


def _move(taking: Taking, each: Wrapped, way: str) -> None:
    """A reception or a release: where the person is, and the movement that brought them there."""
    number = taking.whose(_named(each.native), f"{each.path}/additionalInformation", noted=False)
    if number is None:
        return
    lens = taking.lenses.event
    prepared = _prepared(taking, each.native, way)
    reading = lens.read(prepared.native)
    if taking.account.add(reading, prepared, each.path):
        read = Read(each.path, (read_by(lens, prepared, each.path),))
        taking.keep(number, "event", dict(reading.body), read, at=moment(each.native.get("occurredAt")))


def _named(native: Mapping[str, Json]) -> Mapping[str, Json]:
    """The number in the additional information; else the one the event refers to."""
    number = _information(native).get("nomsNumber")
    reference = native.get("personReference")
    listed = reference.get("identifiers") if isinstance(reference, dict) else None
    named = [one.get("value") for one in listed or () if isinstance(one, dict) and one.get("type") == "NOMS"]
    return {"nomsNumber": number or next(iter(named), None)}


def _prepared(taking: Taking, sent: Mapping[str, Json], way: str) -> Prepared:
    codes, information = taking.lenses.codes, _information(sent)
    told = {name: value for name, value in information.items() if name not in _SAID_AS_PLACE}
    native: dict[str, Any] = {**sent, "additionalInformation": {**told, **_named(sent)}}
    reason, code = information.get("reason"), information.get("nomisMovementReasonCode")
    native["occurredOn"] = sent.get("occurredAt")
    location, care = information.get("currentLocation"), information.get("currentPrisonStatus")
    native["place"] = location if care is None else f"{location}/{care}"
    if way == "received":
        native["receivedIn"] = information.get("prisonId")
    kind = codes.kind_of_event(way, reason, code)
    if kind is not None:
        native["kind"] = kind
        native["place"] = codes.place_after(kind) or native["place"]
    if isinstance(code, str) and code.strip():
        movement_type = "ADM" if reason == "ADMISSION" else None
        native["reason"] = codes.reason(movement_type, code.strip())
    under = "/additionalInformation"
    return Prepared(
        native,
        {
            "/occurredOn": "/occurredAt",
            "/place": f"{under}/currentLocation",
            "/receivedIn": f"{under}/prisonId",
            "/kind": f"{under}/reason",
            "/reason": f"{under}/nomisMovementReasonCode",
        },
    )
