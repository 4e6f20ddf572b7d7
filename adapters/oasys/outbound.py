"""Releases of assessments out: one whole OASys document each, onto what OASys holds."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from adapters.client.link import Delivery
from adapters.client.native import Handing
from adapters.oasys.assembling import Assembling
from adapters.oasys.kept import Part
from adapters.oasys.tables import Tables
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.rest import difference

_PERSON = {"probation": "probNumber", "prison": "prisNumber"}
"""Kind of agency -> the field of a document that bears its key for the person."""

_ANSWERS = "/sections/"
"""Answers that OASys has no form for, such as words where it counts, are carried beside; nothing else is left out."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Hands releases over. kind: of the agency to which this OASys belongs."""

    assembling: Assembling
    kind: str

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """The release as a document with its one assessment; faults with JSON Pointers in the body."""
        local_id = delivery.local_ids[0] if delivery.local_ids else ""
        address = f"assessments/{quote(delivery.record.key, safe='')}"
        if delivery.withdrawn:
            return Handing(address, None, [])
        body = delivery.body
        fields, faults, carried = self._written(body, fields_of(native, self.assembling.tables))
        if faults:
            return Handing(address, None, [], tuple(faults))
        document = self._document(fields, local_id)
        rest = difference(body, self.read_back(document))
        return Handing(address, document, rest, carried=tuple(dict.fromkeys(carried)))

    def read_back(self, native: Json) -> Json:
        """The shared body of a document with one assessment, as far as OASys has fields for it."""
        tables = self.assembling.tables
        fields = fields_of(native, tables)
        parts = {table: Part("", each) for table, each in tables.apart(fields).items()}
        return self.assembling.whole(str(fields.get("assessmentPk", "")), parts).body

    def _written(self, body: Json, fields: dict[str, Json]) -> tuple[dict[str, Json], list[Fault], list[str]]:
        faults: list[Fault] = []
        carried: list[str] = []
        for table in self.assembling.tables.all:
            own = table.of(fields)
            writing = table.lens.write(body, onto=own)
            words = [fault.path for fault in writing.faults if fault.path.startswith(_ANSWERS)]
            if words:
                writing = table.lens.write(_without(body, words), onto=own)
            faults += writing.faults
            carried += [*writing.carried, *words]
            if not writing.faults:
                fields = {name: value for name, value in fields.items() if name not in table.fields} | writing.native
        return fields, faults, carried

    def _document(self, fields: Mapping[str, Json], local_id: str) -> Json:
        envelope = self.assembling.tables.all[0].fields
        beside = {name: value for name, value in fields.items() if name in envelope}
        assessment = {name: value for name, value in fields.items() if name not in envelope and name != "timeline"}
        timeline = {"timeline": [fields["timeline"]]} if fields.get("timeline") else {}
        return {"source": "OASys", _PERSON[self.kind]: local_id, **beside, **timeline, "assessments": [assessment]}


def _without(body: Json, pointers: list[str]) -> Json:
    """The body without these leaves."""
    body = copy.deepcopy(body)
    for pointer in pointers:
        *steps, last = pointer.split("/")[1:]
        place = body
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place.pop(last, None)
    return body


def fields_of(native: Json | None, tables: Tables) -> dict[str, Json]:
    """The fields of a document with one assessment, all together; none for no document."""
    if not isinstance(native, dict):
        return {}
    return dict(_fields_of(native, tables.all[0].fields))


def _fields_of(native: Json, envelope: frozenset[str]) -> Iterator[tuple[str, Json]]:
    yield from ((name, value) for name, value in native.items() if name in envelope)
    for entry in (native.get("timeline") or ())[:1]:
        yield "timeline", entry
    for assessment in (native.get("assessments") or ())[:1]:
        yield from assessment.items()
