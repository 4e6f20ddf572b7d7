"""An assessment as a whole, from the native fields of all its parts; and what of them is to blame when it is none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from adapters.client.origins import Source, native_place, native_places
from adapters.oasys.kept import Part
from adapters.oasys.merging import KEYS, in_order, merged, with_overall
from adapters.oasys.tables import Fields, Table, Tables
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Rejected
from hub.spec.lens.reading import Reading
from hub.spec.record import RecordSpec

_ESSENTIAL: Mapping[str, Json] = {
    "/layer": 3,
    "/lifecycle": {"status": "LOCKED_INCOMPLETE"},
    "/lifecycle/status": "LOCKED_INCOMPLETE",
}
"""What an assessment cannot be said without, and what stands in for it while the rest is checked: it allows most."""


@dataclass(frozen=True)
class Told:
    """What one table reads in the fields of an assessment. at: when the last of these fields came."""

    table: Table
    fields: Fields
    reading: Reading
    at: str

    @cached_property
    def source(self) -> Source:
        """Where in the fields stands what it says."""
        return Source(lambda: self.table.lens.origins(self.fields), lambda at: at)


@dataclass(frozen=True, slots=True)
class Whole:
    """What all tables say together.

    missing: names of what it cannot be said without and no part has said. faults: paths are JSON Pointers in the body.
    joined, differing: the parts as they were put together, before they were sorted, and JSON Pointers in that, where
    they say otherwise.
    """

    body: Json
    told: tuple[Told, ...]
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]
    joined: Json
    differing: tuple[str, ...]

    def natives(self, pointer: str, owned: Fields) -> tuple[str, ...]:
        """JSON Pointers in these fields: what says what stands at a place of the body, else what stands beside it."""
        return _natives(self.body, pointer, self._sources(owned), owned)

    def place(self, pointer: str, owned: Fields) -> str | None:
        """The one place in these fields that a place of the body leads to, or would if it were there."""
        pointer = "/oasysNumber" if pointer == "/reference" else pointer
        return native_place(self.body, pointer, self._sources(owned), KEYS)

    def differences(self, owned: Fields) -> Iterator[str]:
        """Where these fields say otherwise than others do."""
        for pointer in self.differing:
            yield from _natives(self.joined, pointer, self._sources(owned), owned, otherwise=True)[:1]

    def _sources(self, owned: Fields) -> list[Source]:
        return [each.source for each in self.told if not each.reading.faults and each.fields.keys() & owned.keys()]


def _natives(
    body: Json, pointer: str, sources: Sequence[Source], owned: Fields, *, otherwise: bool = False
) -> tuple[str, ...]:
    while pointer:
        found = native_places(body, pointer, sources, KEYS, otherwise=otherwise)
        if mine := tuple(at for at in found if at.split("/", 2)[1] in owned):
            return mine
        pointer = pointer.rpartition("/")[0]
    return ()


@dataclass(frozen=True, slots=True)
class Assembling:
    """Puts assessments together. spec: of the shared record."""

    tables: Tables
    spec: RecordSpec

    def told(self, parts: Mapping[str, Part]) -> tuple[Told, ...]:
        """What every table says, in the order in which the later holds against the earlier."""
        fields = {name: value for part in parts.values() for name, value in part.fields.items()}
        came = {name: part.at for part in parts.values() for name in part.fields}
        found = []
        for table in self.tables.reading(fields):
            own = table.of(fields)
            found.append(Told(table, own, table.lens.read(own), max(came[name] for name in own)))
        return tuple(sorted(found, key=lambda each: each.at))

    def whole(self, number: str, parts: Mapping[str, Part]) -> Whole:
        """The assessment of this number as its parts have it; parts with faults of their own say nothing."""
        told = self.told(parts)
        differing: list[str] = []
        body: Json = {}
        for each in told:
            if not each.reading.faults:
                body = merged(body, each.reading.body, differing)
        if number:
            body = {"reference": number, **body, "oasysNumber": number}
        ordered = in_order(with_overall(body))
        missing, faults = self._checked(ordered)
        return Whole(ordered, told, missing, faults, body, tuple(dict.fromkeys(differing)))

    def _checked(self, body: Json) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
        filled = {"reference": "0", **body}
        missing = []
        for path, stand_in in _ESSENTIAL.items():
            first, _, second = path[1:].partition("/")
            holder = filled.get(first) if second else filled
            if isinstance(holder, dict) and (second or first) not in holder:
                missing.append(path[1:])
                filled = {**filled, first: {**holder, second: stand_in} if second else stand_in}
        return tuple(missing), tuple(_faults(self.spec, filled))


def _faults(spec: RecordSpec, body: Json) -> Iterator[Fault]:
    try:
        spec.check(body)
    except Rejected as refused:
        yield from refused.faults
