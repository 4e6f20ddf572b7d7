"""A release in the form of the probation system, onto the record as it is held there; and read back."""

from collections.abc import Mapping

from adapters.client.link import Delivery
from adapters.client.native import Handing
from adapters.delius import prepared
from adapters.delius.tables import MAPP, MAPPA, Tables, table_of
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.keys import join
from hub.spec.lens.rest import difference

HANDS_OVER = frozenset({"offender", "registration", "movement", "notice"})
_LISTS = {"registration": "registrations", "movement": "movements", "notice": "contacts"}
"""Where in a case a record is put, by its type."""
_TABLES = {"movement": "custody", "notice": "contact"}
"""Types of records that one table writes and reads as they are."""
_RAW = "delius:"
"""How a code of this system begins that no list names."""
_BY_CODE = ("scheme", "type", "concern", "riskLevel", "mappa")
_SAID_IN_WORDS = ("scheme", "concern", "riskLevel", "subType")


def hand_over(delivery: Delivery, native: Json | None, tables: Tables) -> Handing:
    """The release as a native record, with what of it has no home there. native: as it is held; it is not changed."""
    address = _address(delivery)
    if delivery.withdrawn:
        return Handing(address, None, [])
    if (fault := _unsayable(delivery)) is not None:
        return Handing(address, None, [], (fault,))
    crn, held = delivery.local_ids[0], native if isinstance(native, dict) else {}
    if delivery.record.type == "offender":
        body = _with_numbers(delivery.body, crn, tables)
        writing = tables.lenses["offender"].write(body, prepared.spelled_alike(held))
        written = prepared.undone_offender(writing.native, held)
    elif (name := _TABLES.get(delivery.record.type)) is not None:
        writing = tables.lenses[name].write(delivery.body, held or {"crn": crn})
        written = writing.native
    else:
        table = _table_of(delivery.body, held, tables)
        writing = tables.lenses[table].write(delivery.body, _entry(table, held, crn, tables))
        written = prepared.undone_entry(writing.native, held) if table == "registration" else writing.native
    if writing.faults:
        return Handing(address, None, [], writing.faults, writing.carried)
    rest = difference(delivery.body, read_back(delivery.record.type, written, tables))
    return Handing(address, written, rest, (), writing.carried)


def read_back(record_type: str, native: Json, tables: Tables) -> Json:
    """The shared body of a native record, as far as it holds it."""
    if record_type == "offender":
        return tables.lenses["offender"].read(prepared.offender(native)).body
    if record_type in _TABLES:
        return tables.lenses[_TABLES[record_type]].read(native).body
    table = table_of(native)
    reading = tables.lenses[table].read(prepared.listed(native, tables) if table == "registration" else native)
    return ({**MAPPA, "mappa": {}} if table.startswith("mappa") else {}) | {"period": {}} | reading.body


def _address(delivery: Delivery) -> str:
    case = f"offenders/{join(delivery.local_ids[:1]) or '-'}"
    if delivery.record.type == "offender":
        return case
    return f"{case}/{_LISTS.get(delivery.record.type, delivery.record.type)}/{delivery.record.key}"


def _unsayable(delivery: Delivery) -> Fault | None:
    if delivery.record.type not in HANDS_OVER:
        return Fault("", "record-type", "the probation system holds no such records")
    if not delivery.local_ids:
        return Fault("", "local-id", "the probation system has no case of this person")
    return None


def _with_numbers(body: Mapping[str, Json], crn: str, tables: Tables) -> Json:
    """The numbers that the system has a name for; that of the case first, since of several CRNs one has the column."""
    own, identifiers = {"scheme": "crn", "value": crn}, body.get("identifiers") or []
    named = [each for each in identifiers if each["scheme"] in tables.numbers or each["scheme"].startswith(_RAW)]
    first = [each for each in named if own.items() <= each.items()]
    return {**body, "identifiers": [*(first or [own]), *(each for each in named if each not in first)]}


def _table_of(body: Mapping[str, Json], held: Mapping[str, Json], tables: Tables) -> str:
    """The table that writes an entry: of MAPPA; of a register, if its code says all that the body says; else told."""
    if body["scheme"] == MAPPA["scheme"]:
        return table_of(held) if held else "mappa_listed"
    by_code = {"registrationId": "-", "type": {"code": body["code"]}}
    said = tables.lenses["registration"].read(prepared.listed(by_code, tables)).body
    return "registration" if all(body.get(name) == said.get(name) for name in _BY_CODE) else "told"


def _entry(table: str, held: Mapping[str, Json], crn: str, tables: Tables) -> dict[str, Json]:
    """The entry as it is held, else a new one of this case, as the table takes it."""
    entry: dict[str, Json] = dict(held) or {"crn": crn}
    match table:
        case "registration":
            return prepared.listed({name: entry[name] for name in entry if name not in _SAID_IN_WORDS}, tables)
        case "told":
            return prepared.numbered(entry)
        case _ if not held:
            return entry | {"type": {"code": MAPP, "description": MAPPA["label"]}}
    return entry
