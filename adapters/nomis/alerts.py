"""Alerts of the prison service, as registrations. A code means nothing without its type."""

from collections.abc import Mapping

from adapters.client.native import Said
from adapters.nomis.account import Prepared
from adapters.nomis.taking import Read, Taking
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


def take_alert(taking: Taking, each: Wrapped) -> None:
    """An alert by itself, which names its person."""
    number = taking.whose(each.native, each.path)
    if number is not None:
        say_alert(taking, number, each.native, each.path)


def take_alerts_of(taking: Taking, person: Mapping[str, Json], number: str, at: str) -> None:
    """The alerts that a prisoner's record lists. That one is listed no more withdraws nothing: lists are cut."""
    for place, alert in taking.account.listed(person.get("alerts"), f"{at}/alerts"):
        say_alert(taking, number, {"bookingId": person.get("bookingId"), **alert}, place)


def say_alert(taking: Taking, number: str, sent: Mapping[str, Json], at: str) -> None:
    """One alert as one registration."""
    prepared = prepared_alert(sent)
    reading = taking.lenses.alert.read(prepared.native)
    if not taking.account.add(reading, prepared, at):
        return
    body = {"period": {}, **reading.body, "scheme": SCHEME, "reference": reference(sent)}
    valid = taking.checked("registration", body, Read(taking.lenses.alert, prepared, at))
    if valid is not None:
        taking.account.said.append(Said("registration", number, taking.payload.received, valid))


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


def _text(value: Json) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
