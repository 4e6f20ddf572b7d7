"""Alerts of the prison service, as registrations. A code means nothing without its type."""

from collections.abc import Mapping

from adapters.client.native import Said
from adapters.nomis.account import Prepared
from adapters.nomis.taking import Read, Taking
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json

SCHEME = "prison-alert"
_SAID_OTHERWISE = frozenset({"alertId", "bookingId", "offenderNo"})
"""Columns whose values the reference says, or whose alert it is."""


def take_alert(taking: Taking, each: Wrapped) -> None:
    """An alert by itself, which names its person."""
    number = taking.whose(each.native, each.path)
    if number is not None:
        say_alert(taking, number, each.native, each.path)


def take_alerts_of(taking: Taking, person: Mapping[str, Json], number: str, at: str) -> None:
    """The alerts that a prisoner's record lists. That one is listed no more withdraws nothing: lists are cut."""
    listed = person.get("alerts")
    if listed is None:
        return
    if not isinstance(listed, list):
        taking.account.refuse(f"{at}/alerts", "type", "must be a list")
        return
    for index, alert in enumerate(listed):
        place = f"{at}/alerts/{index}"
        if isinstance(alert, dict):
            say_alert(taking, number, {"bookingId": person.get("bookingId"), **alert}, place)
        else:
            taking.account.refuse(place, "type", "must be an object")


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
    native = {name: value for name, value in sent.items() if name not in _SAID_OTHERWISE}
    kind, code = (str(native.get(name) or "").strip() for name in ("alertType", "alertCode"))
    if kind and code:
        native["typeAndCode"] = f"{kind}/{code}"
    return Prepared(native, {"/typeAndCode": "/alertCode"})


def reference(sent: Mapping[str, Json]) -> str:
    """The booking and the alert's number within it; an alert without a number is named by what it is."""
    booking, number = (_text(sent.get(name)) for name in ("bookingId", "alertId"))
    own = number or "-".join(
        filter(None, (_text(sent.get(name)) for name in ("alertType", "alertCode", "dateCreated")))
    )
    return f"{booking}/{own}" if booking else own


def _text(value: Json) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
