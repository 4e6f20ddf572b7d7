"""What is made of native objects before a table reads them, and undone after it wrote them.

Paths in a prepared object are those of the native one, so that what is found wrong can be found.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from adapters.delius.tables import Tables
from hub.domain.canonical import Json

_YES = ("true", "y", "yes", "1")
_SURNAMES = ("previousSurname", "previousSurnames")
FROM_CODE = ("scheme", "concern", "roshLevel")
"""What is filled in of an entry from the code of its register."""
_HUMANS = ("staff", "providerEmployee", "trustOfficer")
"""Records of a manager that may name the officer; the first that does."""
_JAVA_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) [A-Z+:0-9]+ (\d{4})")
"""As in `Fri Jun 14 09:06:52 BST 2024`: local time, of which only the day is read."""


def is_yes(value: Json) -> bool:
    """Whether a flag is set, however it is spelled."""
    return str(value).strip().lower() in _YES


def offender(native: Mapping[str, Json]) -> dict[str, Json]:
    """An offender of the search, with the area of whoever is responsible now, which supervises the person."""
    prepared = spelled_alike(native)
    if "offenderManagers" in prepared:
        prepared.setdefault("probationArea", _area(prepared))
    return prepared


def spelled_alike(native: Mapping[str, Json]) -> dict[str, Json]:
    """An offender with one previous surname among the others, and with managers responsible now or before."""
    alike = dict(native)
    if (previous := alike.get("previousSurname")) is not None:
        del alike["previousSurname"]
        alike["previousSurnames"] = [*previous_surnames(native), previous]
    if isinstance(managers := alike.get("offenderManagers"), list):
        alike["offenderManagers"] = [manager_of(each) if isinstance(each, dict) else each for each in managers]
    return alike


def previous_surnames(native: Mapping[str, Json]) -> list[Json]:
    """Those that are listed."""
    surnames = native.get("previousSurnames")
    return surnames if isinstance(surnames, list) else []


def undone_offender(written: Mapping[str, Json], held: Mapping[str, Json]) -> dict[str, Json]:
    """An offender as the system spells it: what did not change stays as it is held."""
    native, before = dict(written), spelled_alike(held)
    if native.get("probationArea") == _area(native) and "probationArea" not in held:
        native.pop("probationArea", None)
    if native.get("previousSurnames") == before.get("previousSurnames"):
        native = {name: native[name] for name in native if name not in _SURNAMES}
        native |= {name: held[name] for name in _SURNAMES if name in held}
    if isinstance(managers := native.get("offenderManagers"), list):
        spelled = [each for each in held.get("offenderManagers") or () if isinstance(each, dict)]
        native["offenderManagers"] = [next((old for old in spelled if manager_of(old) == new), new) for new in managers]
    return {name: native[name] for name in held if name in native} | native


def _area(native: Mapping[str, Json]) -> Json:
    managers = native.get("offenderManagers")
    active = (each for each in managers if isinstance(each, dict)) if isinstance(managers, list) else ()
    return next((each.get("probationArea") for each in active if each.get("active") is True), None)


def undone_entry(written: Json, held: Mapping[str, Json]) -> Json:
    """An entry of a register as the system spells it, without what its code says alone."""
    native = {name: value for name, value in written.items() if name not in FROM_CODE}
    if str(held.get("registrationId")) == native.get("registrationId"):
        native["registrationId"] = held["registrationId"]
    return native


def manager_of(native: Mapping[str, Json]) -> dict[str, Json]:
    """Responsible now: not deleted, and not said to be of the past. Named by whichever of its records names it."""
    manager = dict(native)
    if is_yes(manager.get("softDeleted")):
        manager["active"] = False
    elif manager.get("active") is None:
        manager["active"] = manager.get("toDate") is None
    stated = manager.get("staff")
    if isinstance(stated, dict | None) and not _is_named(stated):
        staff = stated if isinstance(stated, dict) else {}
        if (named := named_in(manager)) != "staff":
            manager["staff"] = {**staff, **manager[named]}
        elif pool := pool_of(manager):
            manager["staff"] = {**staff, "surname": pool[1]}
        else:
            manager["active"] = False
    return manager


def named_in(manager: Mapping[str, Json]) -> str:
    """Which of a manager's records names who it is; `staff` where none does."""
    return next((name for name in _HUMANS if _is_named(manager.get(name))), "staff")


def _is_named(human: Json) -> bool:
    return isinstance(human, dict) and any(str(human.get(name) or "").strip() for name in ("surname", "forenames"))


def is_nobody(manager: Mapping[str, Json]) -> bool:
    """Whether none of a manager's records names anybody."""
    return not any(_is_named(manager.get(name)) for name in _HUMANS)


def pool_of(manager: Mapping[str, Json]) -> tuple[str, str] | None:
    """Where nobody is named, the pool of the team is responsible, else of the area: its name, and where that stands."""
    groups = [(group, each) for group in ("team", "probationArea") if isinstance(each := manager.get(group), dict)]
    names = [(f"{group}/{name}", each.get(name)) for name in ("description", "code") for group, each in groups]
    return next(((at, name) for at, name in names if isinstance(name, str) and name.strip()), None)


def listed(native: Mapping[str, Json], tables: Tables) -> dict[str, Json]:
    """An entry of a register as it is listed, with what its code says."""
    kind = native.get("type")
    return tables.explained(numbered(native), kind.get("code") if isinstance(kind, dict) else None)


def numbered(native: Mapping[str, Json]) -> dict[str, Json]:
    """An entry with its number as text, as events give it; lists give a number."""
    number = native.get("registrationId")
    return {**native, "registrationId": str(number)} if type(number) is int else dict(native)


def told(facts: Mapping[str, Json], tables: Tables) -> dict[str, Json]:
    """An entry of a register as an event tells of it: its days as days."""
    explained = tables.explained(numbered(facts), facts.get("registerTypeCode"))
    return {name: day(value) for name, value in explained.items()}


def day(value: Json) -> Json:
    """A date as Java writes it by itself, as YYYY-MM-DD; anything else as it is."""
    found = _JAVA_DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return datetime.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return value
