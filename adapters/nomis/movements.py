"""Movements into prison and out of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.client.native import Said
from adapters.client.origins import origin_in, said_at
from adapters.nomis.account import Prepared
from adapters.nomis.movement_codes import MovementCodes
from adapters.nomis.taking import Read, Taking, read_by
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json

_BOOKINGS = ("bookingId", "bookNumber", "bookingNo")
_SEQUENCES = ("sequence", "movementSequence")
NO_BOOKING = "-"
"""Said as the booking where the source does not say it."""
_LOCAL = ZoneInfo("Europe/London")
_SAME = {
    "fromAgency": "fromAgencyId",
    "toAgency": "toAgencyId",
    "fromCity": "fromAgencyDescription",
    "toCity": "toAgencyDescription",
}
"""Columns of the older form of a movement, and the newer ones that say the same."""


_SAID_OTHERWISE = frozenset(
    {"offenderNo", "bookingId", "bookNumber", "bookingNo", "sequence", "movementSequence", "movementType"}
    | {"movementDate", "movementTime"}
)
"""Columns whose values the key, the kind or the time of a movement says."""


def take_movement(taking: Taking, each: Wrapped) -> None:
    """A movement by itself, which names its person."""
    number = taking.whose(each.native, each.path)
    if number is not None:
        say_movement(taking, number, each.native, each.path, {})


def say_movement(
    taking: Taking,
    number: str,
    sent: Mapping[str, Json],
    at: str,
    origins: Mapping[str, str],
    *,
    stay_at: str | None = None,
) -> None:
    """One movement. origins: JSON Pointer in it -> where it stood in what was sent.

    stay_at: where its stay stands, if that is said outside of it.
    """
    prepared = prepared_movement(sent, taking.lenses.codes)
    there = {place: origins.get(origin, origin) for place, origin in prepared.origins.items()}
    prepared = Prepared(prepared.native, {**origins, **there}, prepared.homeless)
    reading = taking.lenses.movement.read(prepared.native)
    if not taking.account.add(reading, prepared, at):
        return
    body = {**reading.body, "booking": booking_of(sent), "sequence": sequence_of(sent, reading.body)}
    sources = (
        read_by(taking.lenses.movement, prepared, at),
        said_at({"booking": body["booking"]}, f"{at if stay_at is None else stay_at}/{_first(sent, _BOOKINGS)}"),
        said_at({"sequence": body["sequence"]}, at + _sequence_at(sent, prepared)),
    )
    valid = taking.checked("movement", body, Read(at, sources))
    if valid is not None:
        origin = origin_in(valid, sources)
        taking.account.said.append(Said("movement", number, taking.payload.received, valid, origin=origin))


def prepared_movement(sent: Mapping[str, Json], codes: MovementCodes) -> Prepared:
    """One spelling of the columns, the kind and the reason by codes that mean one thing, both ends with their kinds."""
    native: dict[str, Any] = dict(sent)
    origins = {"/movementKind": "/directionCode" if native.get("movementType") else "/movementType"}
    if native.get("movementDateTime") is None and not native.keys().isdisjoint(("movementDate", "movementTime")):
        origins["/movementDateTime"] = (
            "/movementTime" if isinstance(native.get("movementDate"), str) else "/movementDate"
        )
    for name, value in _filled(native, codes):
        native[name] = value[0]
        origins[f"/{name}"] = f"/{value[1]}"
    return Prepared({name: value for name, value in native.items() if name not in _SAID_OTHERWISE}, origins)


def _filled(native: dict[str, Any], codes: MovementCodes) -> Iterator[tuple[str, tuple[Json, str]]]:
    yield from _newer(native)
    if native.get("movementDateTime") is None and (time := _date_time(native)):
        yield "movementDateTime", (time, "movementTime")
    movement_type, reason = native.get("movementType"), native.get("movementReasonCode")
    if native.get("directionCode") is None and (direction := codes.direction(native)):
        yield "directionCode", (direction, "movementType")
    if native.get("directionCode") and movement_type:
        yield "movementKind", (codes.kind(movement_type, native["directionCode"], reason), "movementType")
    if isinstance(reason, str) and reason.strip():
        yield "movementReason", (codes.reason(movement_type, reason.strip()), "movementReasonCode")
    yield from _ends(native, codes)


def _newer(native: dict[str, Any]) -> Iterator[tuple[str, tuple[Json, str]]]:
    """The reason of the older form is a code where a description stands beside it, else words beside a code."""
    if native.get("movementReason") is not None:
        name = "movementReasonCode" if native.get("movementReasonCode") is None else "movementReasonDescription"
        if native.get(name) is None:
            yield name, (native.pop("movementReason"), "movementReason")
    for older, newer in _SAME.items():
        if native.get(newer) is None and native.get(older) is not None:
            yield newer, (native.pop(older), older)


def _ends(native: Mapping[str, Any], codes: MovementCodes) -> Iterator[tuple[str, tuple[Json, str]]]:
    """Both ends of the movement with their kinds."""
    for end in ("from", "to"):
        place, described = native.get(f"{end}AgencyId"), native.get(f"{end}AgencyDescription")
        if native.get(f"{end}AgencyType") is None and (place or described):
            kind = codes.place(place, native.get("movementType")) if place else "OUT"
            yield f"{end}AgencyType", (kind, f"{end}AgencyId" if place else f"{end}City")


def _date_time(native: Mapping[str, Json]) -> str | None:
    day, time = native.get("movementDate"), native.get("movementTime")
    if isinstance(time, str) and "T" in time:
        return time
    return f"{day}T{time}" if isinstance(day, str) and isinstance(time, str) else None


def booking_of(sent: Mapping[str, Json]) -> str:
    """The stay, by the prison system's number of it."""
    return str(sent.get(_first(sent, _BOOKINGS)) or NO_BOOKING)


def _first(sent: Mapping[str, Json], names: tuple[str, ...]) -> str:
    """The first of these columns that says something; the first of all where none does."""
    return next((name for name in names if sent.get(name)), names[0])


def _sequence_at(sent: Mapping[str, Json], prepared: Prepared) -> str:
    """Where its number stands; where it has none, the time that stands for it."""
    named = any(sent.get(name) is not None for name in _SEQUENCES)
    return f"/{_first(sent, _SEQUENCES)}" if named else prepared.origin("/movementDateTime")


def sequence_of(sent: Mapping[str, Json], body: Mapping[str, Json]) -> Json:
    """The number of the movement within its stay; where there is none, when it happened and which way."""
    number = sent.get("sequence", sent.get("movementSequence"))
    if number is not None:
        return int(number) if isinstance(number, str) and number.isascii() and number.isdigit() else number
    local = datetime.fromisoformat(body["at"]).astimezone(_LOCAL).replace(tzinfo=None)
    return f"{local.isoformat(timespec='auto')}-{body['direction']}"
