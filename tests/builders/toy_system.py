"""A system of one's own invention, as small as one can be that says and is told persons and alerts."""

from datetime import datetime

from adapters.client.link import Delivery
from adapters.client.native import Handing, Parts, Payload, Said, Taken
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.reading import Homeless, Unlisted
from hub.spec.lens.rest import difference

_LEVELS = {"H": "high", "V": "very-high", "M": "medium", "L": "low"}
_COLUMNS = {"born": "dateOfBirth", "sex": "sex", "nation": "nationality"}
_SEXES = {"F": "female", "M": "male"}


class ToySystem:
    """Persons as `{"kind": "person", "id", "surname", "forename"?, "born"?, "sex"?, "nation"?, "at"?, "screen"?}`.

    Alerts as `{"kind": "alert", "person", "ref", "code", "level"?, "from", "note"?, "at"?}`; `{"kind": "half", "id",
    ...}` is a person without a surname, kept until a person comes; `{"kind": "gone", "person", "ref"?}` deletes.
    """

    name = "toy"
    agency = "prison"
    hands_over = frozenset({"offender", "registration"})

    def take(self, payload: Payload, parts: Parts) -> Taken:
        native = payload.document
        if not isinstance(native, dict):
            return Taken(refused=(Fault("", "kind", "is no payload of this system"),))
        time = datetime.fromisoformat(native["at"]) if "at" in native else payload.received
        match native.get("kind"):
            case "half":
                parts.put(f"person/{native['id']}", "half", native)
                return Taken(waiting="a surname")
            case "person":
                return self._person({**(parts.get(f"person/{native['id']}", "half") or {}), **native}, time)
            case "alert":
                said = Said("registration", native["person"], time, self.read_back("registration", native))
                return Taken((said,), homeless=(Homeless("/ref", "known"),) if native["ref"] == "homeless" else ())
            case "gone":
                return Taken((self._gone(native, time),))
            case "broken":
                raise ZeroDivisionError
        return Taken(refused=(Fault("", "kind", "is no payload of this system"),))

    def _person(self, native: Json, time: datetime) -> Taken:
        if "surname" not in native:
            return Taken(refused=(Fault("/surname", "required", "is required"),))
        if native.get("sex", "F") not in _SEXES:
            return Taken(refused=(Fault("/sex", "code", "is not in the list sexes"),))
        return Taken(
            (Said("offender", native["id"], time, self.read_back("offender", native)),),
            homeless=tuple(Homeless(f"/{name}", None) for name in ("screen",) if name in native),
            unlisted=(Unlisted("/nation", "nationalities", "XX"),) if native.get("nation") == "XX" else (),
        )

    def _gone(self, native: Json, time: datetime) -> Said:
        if "ref" in native:
            return Said("registration", native["person"], time, {"reference": native["ref"]}, withdrawn=True)
        return Said("offender", native["person"], time, {}, withdrawn=True)

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        local = delivery.local_ids[0] if delivery.local_ids else "unknown"
        address = f"people/{local}"
        if delivery.record.type == "registration":
            address += f"/alerts/{delivery.record.key.replace('/', '-')}"
        if delivery.withdrawn:
            return Handing(address, None, [])
        if "unsayable" in str(delivery.body):
            return Handing(address, None, [], (Fault("/notes", "too-long", "is longer than the column"),))
        written = (
            _person_row(local, delivery.body) if delivery.record.type == "offender" else _alert_row(local, delivery)
        )
        written = {**{name: value for name, value in (native or {}).items() if name == "screen"}, **written}
        rest = difference(delivery.body, self.read_back(delivery.record.type, written))
        return Handing(address, written, rest)

    def read_back(self, record_type: str, native: Json) -> Json:
        if record_type == "registration":
            return _alert(native)
        name = {"surname": native["surname"]}
        if native.get("forename"):
            name["forenames"] = [native["forename"]]
        body = {"names": name, **{_COLUMNS[each]: native[each] for each in _COLUMNS if each in native}}
        return {**body, "sex": _SEXES[body["sex"]]} if "sex" in body else body


def _alert(native: Json) -> Json:
    body = {
        "scheme": "probation-register",
        "code": native["code"],
        "reference": native["ref"],
        "period": {"start": native["from"]},
    }
    if "level" in native:
        body["riskLevel"] = _LEVELS[native["level"]]
    if "note" in native:
        body["notes"] = native["note"]
    return body


def _person_row(local: str, body: Json) -> dict[str, Json]:
    names = body.get("names", {})
    row = {"kind": "person", "id": local, "surname": names.get("surname", "")}
    if names.get("forenames"):
        row["forename"] = names["forenames"][0]
    row |= {name: body[shared] for name, shared in _COLUMNS.items() if isinstance(body.get(shared), str)}
    if "sex" in row:
        row["sex"] = {shared: native for native, shared in _SEXES.items()}[row["sex"]]
    return row


def _alert_row(local: str, delivery: Delivery) -> dict[str, Json]:
    body = delivery.body
    row = {"kind": "alert", "person": local, "ref": body["reference"], "code": body["code"]}
    row["from"] = body["period"]["start"]
    if body.get("riskLevel"):
        row["level"] = {shared: native for native, shared in _LEVELS.items()}[body["riskLevel"]]
    if body.get("notes"):
        row["note"] = body["notes"]
    return row
