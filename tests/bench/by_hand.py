"""The mapping of `person.toml` as one would write it by hand, with the same checks: what a lens is measured against."""

from collections.abc import Callable, Mapping
from datetime import date

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.codes import CodeList
from hub.spec.lens.found import has_value
from hub.spec.lens.reading import Homeless, Reading, Unlisted, Writing

_OWN_NUMBER = "the system's own number"
_TOP = {"offenderId": _OWN_NUMBER, "partitionArea": "how the system divides its data"}
_KNOWN = frozenset(
    {"surname", "firstName", "middleNames", "dateOfBirth", "gender", "otherIds", "profile", "contactDetails", "aliases"}
)
_KNOWN_PROFILE = frozenset({"nationality", "religion", "ethnicity", "languages", "disabilities"})
_KNOWN_ADDRESS = frozenset(
    {
        "status",
        "noFixedAbode",
        "addressNumber",
        "streetName",
        "district",
        "town",
        "county",
        "postcode",
        "telephoneNumber",
        "from",
        "to",
        "notes",
    }
)
_SCHEMES = (("crn", "crn"), ("pnc", "pncNumber"), ("prison-number", "nomsNumber"))


class _Notes:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.unlisted: list[Unlisted] = []
        self.homeless: list[Homeless] = []
        self.carried: list[str] = []


class ByHand:
    """Reads and writes a person."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self._codes = {name: lists[name].from_system("delius") for name in _LISTS}
        self._open = {name: lists[name].open for name in _LISTS}
        self._native: dict[str, dict[str, str]] = {name: {} for name in _LISTS}
        for name in _LISTS:
            for own, code in self._codes[name].items():
                self._native[name].setdefault(code, own)
        self._labels = {name: {code.code: code.label for code in lists[name].codes} for name in _LISTS}

    def read(self, native: Json) -> Reading:
        """As a lens does."""
        notes = _Notes()
        body: Json = {}
        ids, profile = _object(native, "otherIds", "", notes), _object(native, "profile", "", notes)
        languages = _object(profile, "languages", "/profile", notes)
        contact = _object(native, "contactDetails", "", notes)
        names: Json = {}
        _text(native, "surname", names, "surname", "", notes, refused=True)
        _gathered(native, ("firstName", "middleNames"), names, "forenames", "", notes)
        if names:
            body["names"] = names
        _date(native, "dateOfBirth", body, "dateOfBirth", "", notes)
        self._code(native, "gender", body, "sex", "sex", "", notes)
        identifiers: Json = []
        for scheme, column in _SCHEMES:
            found: Json = {}
            _text(ids, column, found, "value", "/otherIds", notes, required=scheme == "crn")
            if found:
                identifiers.append({"scheme": scheme, **found})
        if identifiers:
            body["identifiers"] = identifiers
        _text(profile, "nationality", body, "nationality", "/profile", notes)
        _text(profile, "religion", body, "religion", "/profile", notes)
        self._code(profile, "ethnicity", body, "ethnicity", "ethnicity", "/profile", notes)
        language: Json = {}
        _text(languages, "primary", language, "primary", "/profile/languages", notes)
        _flag(languages, "interpreter", language, "interpreterNeeded", "/profile/languages", notes)
        if language:
            body["language"] = language
        _each(contact, "addresses", body, "addresses", "/contactDetails", notes, self._address)
        _each(native, "aliases", body, "aliases", "", notes, _alias)
        _each(profile, "disabilities", body, "disabilities", "/profile", notes, self._disability)
        _unknown(native, _KNOWN, _TOP, "", notes)
        _unknown(ids, _KNOWN_IDS, {}, "/otherIds", notes)
        _unknown(profile, _KNOWN_PROFILE, {"riskColour": "a display"}, "/profile", notes)
        _unknown(languages, _KNOWN_LANGUAGES, {}, "/profile/languages", notes)
        _unknown(contact, _KNOWN_CONTACT, {}, "/contactDetails", notes)
        return Reading(body, tuple(notes.faults), tuple(notes.unlisted), tuple(notes.homeless), ())

    def _address(self, native: Json, at: str, notes: _Notes) -> Json:
        item: Json = {}
        status = _object(native, "status", at, notes)
        self._code(status, "code", item, "status", "address-statuses", f"{at}/status", notes, required=True)
        _flag(native, "noFixedAbode", item, "noFixedAbode", at, notes)
        _gathered(native, ("addressNumber", "streetName", "district"), item, "lines", at, notes)
        for column, name in _ADDRESS_TEXTS:
            _text(native, column, item, name, at, notes)
        _date(native, "from", item, "from", at, notes)
        _date(native, "to", item, "to", at, notes)
        _unknown(native, _KNOWN_ADDRESS, _ID, at, notes)
        _unknown(status, _KNOWN_CODE, {}, f"{at}/status", notes)
        return item

    def _disability(self, native: Json, at: str, notes: _Notes) -> Json:
        item: Json = {}
        kind = _object(native, "type", at, notes)
        self._code(kind, "code", item, "type", "disability-types", f"{at}/type", notes, required=True)
        _text(native, "notes", item, "notes", at, notes)
        _date(native, "startDate", item, "from", at, notes)
        _unknown(native, _KNOWN_DISABILITY, {"disabilityId": _OWN_NUMBER}, at, notes)
        _unknown(kind, _KNOWN_CODE, {}, f"{at}/type", notes)
        return item

    def _code(
        self,
        native: Json,
        column: str,
        body: Json,
        name: str,
        codes: str,
        at: str,
        notes: _Notes,
        *,
        required: bool = False,
    ) -> None:
        raw = native.get(column)
        if raw is None or raw == "" or (isinstance(raw, str) and raw.isspace()):
            if required:
                notes.faults.append(Fault(f"{at}/{column}", "required", "is required"))
            return
        if not isinstance(raw, str):
            notes.faults.append(Fault(f"{at}/{column}", "type", "must be a code"))
            return
        code = self._codes[codes].get(raw.strip())
        if code is not None:
            body[name] = code
        elif self._open[codes]:
            notes.unlisted.append(Unlisted(f"{at}/{column}", codes, raw.strip()))
            body[name] = f"delius:{raw.strip()}"
        else:
            notes.faults.append(Fault(f"{at}/{column}", "code", f"must be one of the codes of the list {codes}"))

    def write(self, body: Json, onto: Json | None = None) -> Writing:
        """As a lens does."""
        notes = _Notes()
        native = dict(onto or {})
        ids, profile = dict(native.get("otherIds") or {}), dict(native.get("profile") or {})
        languages, contact = dict(profile.get("languages") or {}), dict(native.get("contactDetails") or {})
        names, language = body.get("names") or {}, body.get("language") or {}
        _put_text(native, "surname", names.get("surname"), "/names/surname", notes, most=35)
        _put_gathered(native, ("firstName",), "middleNames", names.get("forenames"), "/names/forenames", notes)
        _put_date(native, "dateOfBirth", body.get("dateOfBirth"), "/dateOfBirth", notes)
        self._put_code(native, "gender", body.get("sex"), "sex", "/sex", notes)
        values: dict[Json, tuple[str, Json]] = {}
        for index, item in enumerate(body.get("identifiers") or ()):
            if isinstance(item, dict):
                values.setdefault(item.get("scheme"), (f"/identifiers/{index}/value", item.get("value")))
            else:
                notes.faults.append(Fault(f"/identifiers/{index}", "type", "must be an object"))
        for scheme, column in _SCHEMES:
            path, value = values.get(scheme, ("/identifiers/-/value", None))
            if scheme == "crn" and value is None:
                notes.faults.append(Fault(path, "required", "is required in this system"))
            _put_text(ids, column, value, path, notes)
        _put_text(profile, "nationality", body.get("nationality"), "/nationality", notes)
        _put_text(profile, "religion", body.get("religion"), "/religion", notes)
        self._put_code(profile, "ethnicity", body.get("ethnicity"), "ethnicity", "/ethnicity", notes)
        _put_text(languages, "primary", language.get("primary"), "/language/primary", notes)
        _put_flag(languages, "interpreter", language.get("interpreterNeeded"), "/language/interpreterNeeded", notes)
        if languages:
            profile["languages"] = languages
        _put_each(
            contact, "addresses", body, "addresses", ("from", "status"), notes, (self._address, self._put_address)
        )
        _put_each(native, "aliases", body, "aliases", ("name",), notes, (_alias, _put_alias))
        _put_each(
            profile,
            "disabilities",
            body,
            "disabilities",
            ("type", "from"),
            notes,
            (self._disability, self._put_disability),
        )
        parts = {"otherIds": ids, "profile": profile, "contactDetails": contact}
        native.update({name: part for name, part in parts.items() if part})
        return Writing(native, tuple(notes.faults), tuple(notes.carried))

    def _put_address(self, item: Json, old: Json, at: str, notes: _Notes) -> Json:
        native = dict(old)
        status = dict(native.get("status") or {})
        self._put_code(
            status, "code", item.get("status"), "address-statuses", f"{at}/status", notes, label="description"
        )
        if status:
            native["status"] = status
        _put_flag(native, "noFixedAbode", item.get("noFixedAbode"), f"{at}/noFixedAbode", notes)
        _put_gathered(
            native, ("addressNumber", "streetName", "district"), None, item.get("lines"), f"{at}/lines", notes
        )
        for column, name in _ADDRESS_TEXTS:
            _put_text(native, column, item.get(name), f"{at}/{name}", notes)
        _put_date(native, "from", item.get("from"), f"{at}/from", notes)
        _put_date(native, "to", item.get("to"), f"{at}/to", notes)
        return native

    def _put_disability(self, item: Json, old: Json, at: str, notes: _Notes) -> Json:
        native = dict(old)
        kind = dict(native.get("type") or {})
        self._put_code(kind, "code", item.get("type"), "disability-types", f"{at}/type", notes, label="description")
        if kind:
            native["type"] = kind
        _put_text(native, "notes", item.get("notes"), f"{at}/notes", notes)
        _put_date(native, "startDate", item.get("from"), f"{at}/from", notes)
        return native

    def _put_code(
        self, native: Json, column: str, value: Json, codes: str, path: str, notes: _Notes, *, label: str | None = None
    ) -> None:
        old = native.get(column)
        held = old.strip() if isinstance(old, str) else ""
        if value is None:
            if held:
                native[column] = None
            return
        if not isinstance(value, str):
            notes.faults.append(Fault(path, "type", "must be a text"))
        elif self._codes[codes].get(held) != value and not (held and value == f"delius:{held}"):
            new = self._native[codes].get(value) or (
                value.removeprefix("delius:") if value.startswith("delius:") else None
            )
            if new is not None:
                native[column] = new
            elif self._open[codes]:
                notes.carried.append(path)
            else:
                notes.faults.append(Fault(path, "code", f"must be one of the codes of the list {codes}"))
            if label is not None and value in self._labels[codes]:
                native[label] = self._labels[codes][value]


_LISTS = ("sex", "ethnicity", "address-statuses", "disability-types")
_KNOWN_IDS = frozenset(column for _, column in _SCHEMES)
_KNOWN_LANGUAGES = frozenset({"primary", "interpreter"})
_KNOWN_CONTACT = frozenset({"addresses"})
_KNOWN_CODE = frozenset({"code", "description"})
_KNOWN_ALIAS = frozenset({"surname", "firstName", "dateOfBirth"})
_KNOWN_DISABILITY = frozenset({"type", "notes", "startDate"})
_ID = {"id": _OWN_NUMBER}
_ADDRESS_TEXTS = (
    ("town", "town"),
    ("county", "county"),
    ("postcode", "postcode"),
    ("telephoneNumber", "phone"),
    ("notes", "notes"),
)
_Read = Callable[[Json, str, _Notes], Json]
_Write = Callable[[Json, Json, str, _Notes], Json]


def _alias(native: Json, at: str, notes: _Notes) -> Json:
    item: Json = {}
    name: Json = {}
    _text(native, "surname", name, "surname", at, notes)
    _gathered(native, ("firstName",), name, "forenames", at, notes)
    if name:
        item["name"] = name
    _date(native, "dateOfBirth", item, "dateOfBirth", at, notes)
    _unknown(native, _KNOWN_ALIAS, _ID, at, notes)
    return item


def _put_alias(item: Json, old: Json, at: str, notes: _Notes) -> Json:
    native = dict(old)
    name = item.get("name") or {}
    _put_text(native, "surname", name.get("surname"), f"{at}/name/surname", notes)
    _put_gathered(native, ("firstName",), None, name.get("forenames"), f"{at}/name/forenames", notes)
    _put_date(native, "dateOfBirth", item.get("dateOfBirth"), f"{at}/dateOfBirth", notes)
    return native


def _object(native: Json, column: str, at: str, notes: _Notes) -> Json:
    found = native.get(column)
    if isinstance(found, dict):
        return found
    if found is not None:
        notes.faults.append(Fault(f"{at}/{column}", "type", "must be an object"))
    return {}


def _is_blank(raw: Json) -> bool:
    return raw is None or raw == "" or (isinstance(raw, str) and raw.isspace())


def _text(
    native: Json,
    column: str,
    body: Json,
    name: str,
    at: str,
    notes: _Notes,
    *,
    required: bool = False,
    refused: bool = False,
) -> None:
    raw = native.get(column)
    if _is_blank(raw):
        if required:
            notes.faults.append(Fault(f"{at}/{column}", "required", "is required"))
        elif refused and column in native:
            notes.faults.append(Fault(f"{at}/{column}", "blank", "must not be blank"))
    elif isinstance(raw, str):
        body[name] = raw
    else:
        notes.faults.append(Fault(f"{at}/{column}", "type", "must be a text"))


def _date(native: Json, column: str, body: Json, name: str, at: str, notes: _Notes) -> None:
    raw = native.get(column)
    if _is_blank(raw):
        return
    if not isinstance(raw, str):
        notes.faults.append(Fault(f"{at}/{column}", "type", "must be a text"))
        return
    try:
        day = date.fromisoformat(raw.strip()[:10]).isoformat()
    except ValueError:
        notes.faults.append(Fault(f"{at}/{column}", "date", "must be a date as ISO 8601 writes it"))
        return
    if day[0] in "12":
        body[name] = day
    else:
        notes.faults.append(Fault(f"{at}/{column}", "date", "must be of the years 1000 to 2999"))


def _flag(native: Json, column: str, body: Json, name: str, at: str, notes: _Notes) -> None:
    raw = native.get(column)
    if isinstance(raw, bool):
        body[name] = raw
    elif not _is_blank(raw):
        notes.faults.append(Fault(f"{at}/{column}", "flag", "must be one of the values that mean yes or no"))


def _gathered(native: Json, columns: tuple[str, ...], body: Json, name: str, at: str, notes: _Notes) -> None:
    values = []
    for column in columns:
        raw = native.get(column)
        for each in raw if isinstance(raw, list) else (raw,):
            if isinstance(each, str):
                if each.strip():
                    values.append(each)
            elif each is not None:
                notes.faults.append(Fault(f"{at}/{column}", "type", "must be a text"))
    if values:
        body[name] = values


def _each(native: Json, column: str, body: Json, name: str, at: str, notes: _Notes, read: _Read) -> None:
    raw = native.get(column)
    if _is_blank(raw):
        return
    if not isinstance(raw, list):
        notes.faults.append(Fault(f"{at}/{column}", "type", "must be a list"))
        return
    items = []
    for index, element in enumerate(raw):
        if isinstance(element, dict):
            items.append(read(element, f"{at}/{column}/{index}", notes))
        else:
            notes.faults.append(Fault(f"{at}/{column}/{index}", "type", "must be an object"))
    body[name] = items


def _unknown(native: Json, known: frozenset[str], because: Mapping[str, str], at: str, notes: _Notes) -> None:
    for name in native:
        if name not in known and has_value(native[name]):
            escaped = name.replace("~", "~0").replace("/", "~1")
            notes.homeless.append(Homeless(f"{at}/{escaped}", because.get(name)))


def _put_text(native: Json, column: str, value: Json, path: str, notes: _Notes, most: int | None = None) -> None:
    old = native.get(column)
    if value is None:
        if not _is_blank(old):
            native[column] = None
    elif not isinstance(value, str):
        notes.faults.append(Fault(path, "type", "must be a text"))
    elif not value.strip():
        notes.faults.append(Fault(path, "blank", "must not be blank"))
    elif value != old:
        if most is not None and len(value) > most:
            notes.faults.append(Fault(path, "too-long", f"must have at most {most} characters in this system"))
        native[column] = value


def _put_date(native: Json, column: str, value: Json, path: str, notes: _Notes) -> None:
    old = native.get(column)
    if value is None:
        if not _is_blank(old):
            native[column] = None
        return
    held: Json = {}
    _date(native, column, held, "day", "", _Notes())
    if held.get("day") == value:
        return
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise ValueError  # noqa: TRY301 - said below
    except ValueError:
        notes.faults.append(Fault(path, "date", "must be a date, YYYY-MM-DD"))
        return
    native[column] = f"{value}T00:00:00" if isinstance(old, str) and len(old.strip()) > len(value) else value


def _put_flag(native: Json, column: str, value: Json, path: str, notes: _Notes) -> None:
    if value is None:
        if not _is_blank(native.get(column)):
            native[column] = None
    elif not isinstance(value, bool):
        notes.faults.append(Fault(path, "type", "must be true or false"))
    elif native.get(column) is not value:
        native[column] = value


def _put_gathered(
    native: Json, columns: tuple[str, ...], rest: str | None, value: Json, path: str, notes: _Notes
) -> None:
    held: Json = {}
    _gathered(native, (*columns, rest) if rest else columns, held, "values", "", _Notes())
    if held.get("values") == value:
        return
    values = value or []
    if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
        notes.faults.append(Fault(path, "type", "must be a list of texts"))
        return
    if len(values) > len(columns) and rest is None:
        notes.faults.append(Fault(path, "too-many", f"must be at most {len(columns)} in this system"))
        return
    for index, column in enumerate(columns):
        if index < len(values):
            native[column] = values[index]
        elif not _is_blank(native.get(column)):
            native[column] = None
    if rest is not None and (len(values) > len(columns) or rest in native):
        native[rest] = values[len(columns) :]


def _put_each(
    native: Json,
    column: str,
    body: Json,
    name: str,
    key: tuple[str, ...],
    notes: _Notes,
    functions: tuple[_Read, _Write],
) -> None:
    read, write = functions
    items, old = body.get(name), native.get(column)
    if items is None:
        if not _is_blank(old):
            native[column] = None
        return
    if not isinstance(items, list):
        notes.faults.append(Fault(f"/{name}", "type", "must be a list"))
        return
    free = [(element, read(element, "", _Notes())) for element in old or () if isinstance(element, dict)]
    elements: list[Json] = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            notes.faults.append(Fault(f"/{name}/{index}", "type", "must be an object"))
            continue
        place = next((at for at, (_, said) in enumerate(free) if said == item), None)
        if place is not None:
            elements.append(free.pop(place)[0])
            continue
        wanted = [item.get(part) for part in key]
        place = next((at for at, (_, said) in enumerate(free) if [said.get(part) for part in key] == wanted), None)
        elements.append(write(item, {} if place is None else free.pop(place)[0], f"/{name}/{index}", notes))
    native[column] = elements
