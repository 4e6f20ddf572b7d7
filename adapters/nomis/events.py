"""Domain events: receptions, releases and merges are said; what only points at a change waits for the change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.client.native import Said
from adapters.nomis.account import Prepared
from adapters.nomis.taking import Read, Taking, moment
from adapters.nomis.unwrapping import Wrapped
from adapters.nomis.whole import about
from hub.domain.canonical import Json

_EVER = datetime(1900, 1, 1, tzinfo=UTC)
_MERGED = "prisoner.merged"
_SAID_AS_PLACE = frozenset({"currentLocation", "currentPrisonStatus"})
_MOVES = {"prisoner.received": "received", "prisoner.released": "released"}


def take_event(taking: Taking, each: Wrapped) -> None:
    """A domain event, by the last two words of its type."""
    name = ".".join(str(each.native["eventType"]).split(".")[-2:])
    if name == _MERGED:
        _merge(taking, each)
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
        taking.keep(number, "event", dict(reading.body), Read(lens, prepared, each.path))


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
    place = f"{information.get('currentLocation')}/{information.get('currentPrisonStatus')}"
    native["place"] = place if codes.names_place(place) else information.get("currentLocation")
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


def _merge(taking: Taking, each: Wrapped) -> None:
    """The survivor is known by the removed number, too; what was said under that number is withdrawn.

    The additional information says which is which: what the event refers to has been seen to be either.
    """
    at, information = f"{each.path}/additionalInformation", _information(each.native)
    survivor, removed = (_number(information.get(name)) for name in ("nomsNumber", "removedNomsNumber"))
    for name, number in (("nomsNumber", survivor), ("removedNomsNumber", removed)):
        if number is None:
            taking.account.refuse(f"{at}/{name}", "required", "a merge names the number that stays and the one removed")
    if survivor is None or removed is None:
        return
    if survivor == removed:
        taking.account.refuse(f"{at}/removedNomsNumber", "merge", "a number is not merged with itself")
        return
    time = max(moment(each.native.get("occurredAt")) or taking.payload.received, *_recorded(taking, removed))
    _take_over(taking, survivor, removed)
    read = Read(taking.lenses.event, Prepared(dict(each.native)), each.path)
    body = {"identifiers": [{"scheme": "merged-prison-number", "value": removed}]}
    taking.keep(survivor, f"merge of {removed}", body, read)
    taking.account.said.append(Said("offender", removed, time, {}, withdrawn=True))


def _recorded(taking: Taking, number: str) -> list[datetime]:
    """When what is known of a person was recorded: what is withdrawn now was said before."""
    kept = taking.parts.all(about(number)).values()
    return [datetime.fromisoformat(part["at"]) for part in kept if "at" in part] or [_EVER]


def _take_over(taking: Taking, survivor: str, removed: str) -> None:
    """Earlier merges into the removed number are the survivor's now; a number that stays is merged into none."""
    parts = taking.parts
    earlier = {name: part for name, part in parts.all(about(removed)).items() if name.startswith("merge of ")}
    own = parts.all(about(survivor))
    parts.remove(about(removed))
    parts.put(about(removed), "merged into", {"number": survivor})
    if "merged into" in own:
        parts.remove(about(survivor))
    for name, part in earlier.items():
        if name != f"merge of {survivor}":
            parts.put(about(survivor), name, part)


def _number(value: Json) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
