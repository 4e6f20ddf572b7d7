"""Alerts of the prison service, as registrations. A code means nothing without its type."""

from collections.abc import Collection, Mapping
from datetime import datetime

from adapters.client.native import Parts, Said
from adapters.client.origins import origin_in, said_at
from adapters.nomis.account import Prepared
from adapters.nomis.taking import Read, Taking, read_by
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json

SCHEME = "prison-alert"
_SAID_OTHERWISE = frozenset({"alertId", "bookingId", "offenderNo", "alertUuid", "prisonNumber"})
"""Columns whose values the reference says, or whose alert it is."""
_OF_SERVICE = {"description": "comment", "activeFrom": "dateCreated", "activeTo": "dateExpires", "isActive": "active"}
_OF_CODE = {
    "alertTypeCode": "alertType",
    "alertTypeDescription": "alertTypeDescription",
    "code": "alertCode",
    "description": "alertCodeDescription",
}
"""Column of the alerts service -> column of the prison system's lists."""
_COUNTS = ("activeAlertCount", "inactiveAlertCount")
_YES = (True, "Y")


def take_alert(taking: Taking, each: Wrapped) -> None:
    """An alert by itself, which names its person."""
    number = taking.whose(each.native, each.path)
    if number is not None:
        say_alert(taking, number, each.native, each.path)


def take_alerts_of(taking: Taking, person: Mapping[str, Json], number: str, at: str) -> None:
    """The alerts that a prisoner's record lists; if those are all of the booking, others of it are withdrawn."""
    booking, listed = person.get("bookingId"), set()
    for place, alert in taking.account.listed(person.get("alerts"), f"{at}/alerts"):
        sent = {"bookingId": booking, **alert}
        listed.add(reference(sent))
        say_alert(taking, number, sent, place, booking_at=None if "bookingId" in alert else f"{at}/bookingId")
    if _lists_all(person):
        _withdraw(taking, number, f"{_text(booking)}/", listed)


def say_alert(taking: Taking, number: str, sent: Mapping[str, Json], at: str, *, booking_at: str | None = None) -> None:
    """One alert as one registration; if it was said under a number that was merged, it is withdrawn there.

    booking_at: where its booking stands, if not in it.
    """
    prepared = prepared_alert(sent)
    reading = taking.lenses.alert.read(prepared.native)
    if not taking.account.add(reading, prepared, at):
        return
    body = {"period": {}, **reading.body, "scheme": SCHEME, "reference": reference(sent)}
    named = said_at({"reference": body["reference"]}, _named_at(sent, at, booking_at or f"{at}/bookingId"))
    sources = (read_by(taking.lenses.alert, prepared, at), named)
    valid = taking.checked("registration", body, Read(at, sources))
    if valid is not None:
        received, known = taking.payload.received, taking.parts.get(_known(number), valid["reference"])
        taking.account.said.append(Said("registration", number, received, valid, origin=origin_in(valid, sources)))
        if known is not None and known["number"] != number:
            taking.account.said.append(_gone(known["number"], valid["reference"], received))
        if known is None or known["at"] <= received.isoformat():
            taking.parts.put(_known(number), valid["reference"], {"number": number, "at": received.isoformat()})


def hand_alerts_on(parts: Parts, removed: str, stays: str) -> None:
    """Alerts said under a removed number stand until the survivor's are told anew: a risk is not lost by a merge."""
    for alert, known in parts.all(_known(removed)).items():
        if parts.get(_known(stays), alert) is None:
            parts.put(_known(stays), alert, known)
    parts.remove(_known(removed))


def _known(number: str) -> str:
    """Under which it is kept which alerts of a person were said, by reference: under which number, and when."""
    return f"alerts/{number}"


def _gone(number: str, alert: str, time: datetime) -> Said:
    return Said("registration", number, time, {"reference": alert}, withdrawn=True)


def _lists_all(person: Mapping[str, Json]) -> bool:
    """Whether a record lists as many alerts, active and not, as it says that the booking has: it is not cut."""
    alerts, counts = person.get("alerts"), [_text(person.get(name)) for name in _COUNTS]
    if not isinstance(alerts, list) or not all(count.isdecimal() for count in counts):
        return False
    standing = sum(isinstance(each, dict) and each.get("active") in _YES for each in alerts)
    return [standing, len(alerts) - standing] == [int(count) for count in counts]


def _withdraw(taking: Taking, number: str, booking: str, listed: Collection[str]) -> None:
    """Take back the alerts of a booking that were said before this and are not listed."""
    received, known = taking.payload.received, taking.parts.all(_known(number))
    gone = [
        each
        for each in known
        if each.startswith(booking) and each not in listed and known[each]["at"] <= received.isoformat()
    ]
    taking.account.said += [_gone(known[each]["number"], each, received) for each in gone]
    if gone:
        taking.parts.remove(_known(number))
        for each in known.keys() - set(gone):
            taking.parts.put(_known(number), each, known[each])


def prepared_alert(sent: Mapping[str, Json]) -> Prepared:
    """Type and code in one, by which the list of concerns knows an alert."""
    listed, origins = _as_listed(sent)
    native = {name: value for name, value in listed.items() if name not in _SAID_OTHERWISE}
    kind, code = (str(native.get(name) or "").strip() for name in ("alertType", "alertCode"))
    if kind and code:
        native["typeAndCode"] = f"{kind}/{code}"
    return Prepared(native, {**origins, "/typeAndCode": origins.get("/alertCode", "/alertCode")})


def _as_listed(sent: Mapping[str, Json]) -> tuple[Mapping[str, Json], dict[str, str]]:
    """An alert as the alerts service gives it, in the columns of the prison system's lists; and where each stood."""
    coded = sent.get("alertCode")
    if not isinstance(coded, dict):
        return sent, {}
    columns = {own: (sent[name], f"/{name}") for name, own in _OF_SERVICE.items() if name in sent}
    columns |= {own: (coded[name], f"/alertCode/{name}") for name, own in _OF_CODE.items() if name in coded}
    rest = {name: value for name, value in sent.items() if name not in {*_OF_SERVICE, "alertCode"}}
    further = {name: value for name, value in coded.items() if name not in _OF_CODE}
    named = {own: value for own, (value, _) in columns.items()} | ({"furtherOfCode": further} if further else {})
    origins = {f"/{own}": place for own, (_, place) in columns.items()}
    return {**rest, **named}, {**origins, "/furtherOfCode": "/alertCode"}


def reference(sent: Mapping[str, Json]) -> str:
    """The booking and the alert's number within it, or its number in the alerts service; else what it is."""
    if (unique := _text(sent.get("alertUuid"))) != "":
        return unique
    booking, number = (_text(sent.get(name)) for name in ("bookingId", "alertId"))
    own = number or "-".join(
        filter(None, (_text(sent.get(name)) for name in ("alertType", "alertCode", "dateCreated")))
    )
    return f"{booking}/{own}" if booking else own


def _named_at(sent: Mapping[str, Json], at: str, booking_at: str) -> str:
    """Where the reference is said; where it is of two columns, the one that says most of it."""
    if _text(sent.get("alertUuid")):
        return f"{at}/alertUuid"
    own = next((name for name in ("alertId", "alertCode") if _text(sent.get(name))), "alertId")
    return booking_at if len(_text(sent.get("bookingId"))) > len(_text(sent.get(own))) else f"{at}/{own}"


def _text(value: Json) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
