"""Invented people and records for the situations, each used once; nothing of them is anybody's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from hub.domain.canonical import Json

_SURNAMES = ("Ashdown", "Birkett", "Calloway", "Denholm", "Eastgate", "Farrow", "Garside", "Hallam")
_TYPES = ("offender", "registration", "assessment", "movement")


@dataclass(frozen=True, slots=True)
class Record:
    """A shared record of one person under the tried agency's own local id."""

    type: str
    local_id: str
    body: Json

    def saying(self, changes: Mapping[str, Json]) -> "Record":
        """The same record with other values in some of its properties."""
        return replace(self, body={**self.body, **changes})


class People:
    """Makes people nobody else of this run is. kind: of the agency, which decides what its local ids look like."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._numbers: Iterator[int] = count(1)

    def somebody(self) -> str:
        """A local id: a prison number for a prison, a case reference number for anybody else."""
        number = next(self._numbers)
        if self._kind == "prison":
            return f"K{number:04d}CF"
        return f"K{number:06d}"

    def record(self, record_type: str, local_id: str) -> Record:
        """A plain record of a type."""
        return Record(record_type, local_id, _BODIES[record_type](local_id, self._kind))

    def first_of(self, types: frozenset[str]) -> str:
        """The type a situation is played with that any type serves."""
        return next(record_type for record_type in _TYPES if record_type in types)


CHANGED: Mapping[str, tuple[Mapping[str, Json], Mapping[str, Json]]] = {
    "offender": ({"dateOfBirth": "1981-04-12"}, {"dateOfBirth": "1981-12-04"}),
    "registration": ({"period": {"start": "2026-02-02"}}, {"period": {"start": "2026-02-09"}}),
    "assessment": (
        {"roshSummary": {"cells": {"childrenCommunity": "high"}, "overall": "high"}},
        {"roshSummary": {"cells": {"childrenCommunity": "very-high"}, "overall": "very-high"}},
    ),
    "movement": ({"at": "2026-03-02T09:00:00+00:00"}, {"at": "2026-03-02T11:30:00+00:00"}),
}
"""Of each type, what an earlier and a later version of a record say differently."""


def _number(local_id: str) -> int:
    return int("".join(filter(str.isdigit, local_id)))


def _offender(local_id: str, kind: str) -> Json:
    scheme = "prison-number" if kind == "prison" else "crn"
    return {
        "names": {"surname": _SURNAMES[_number(local_id) % len(_SURNAMES)], "forenames": ["Robin"]},
        "dateOfBirth": "1979-06-21",
        "sex": "male",
        "identifiers": [{"scheme": scheme, "value": local_id}],
    }


def _registration(local_id: str, kind: str) -> Json:
    period = {"start": "2026-02-02"}
    if kind == "prison":
        named = {"scheme": "prison-alert", "type": "X", "code": "XEL", "concern": "escape"}
    else:
        named = {"scheme": "probation-register", "code": "WEAP", "concern": "weapons"}
    return {**named, "reference": f"9{_number(local_id):05d}", "period": period, "notes": "Told by the kit."}


def _assessment(local_id: str, _kind: str) -> Json:
    number = f"77{_number(local_id):06d}"
    return {
        "reference": number,
        "oasysNumber": number,
        "layer": 3,
        "lifecycle": {
            "status": "COMPLETE",
            "initiatedAt": "2026-03-01T09:00:00+00:00",
            "completedAt": "2026-03-02T15:30:00+00:00",
        },
        "roshSummary": {"cells": {"publicCommunity": "high", "staffCustody": "low"}, "overall": "high"},
    }


def _movement(local_id: str, _kind: str) -> Json:
    return {
        "booking": f"8{_number(local_id):05d}",
        "sequence": 1,
        "direction": "in",
        "type": "admission",
        "reason": "remand",
        "to": {"kind": "prison", "code": "LEI"},
        "at": "2026-03-02T09:00:00+00:00",
    }


_BODIES = {"offender": _offender, "registration": _registration, "assessment": _assessment, "movement": _movement}
