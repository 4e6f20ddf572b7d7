"""Small valid records and their submissions, for tests in which only a few things matter."""

from datetime import timedelta

from hub.domain.canonical import Json
from hub.domain.submission import Submission
from tests.builders.hub import NOW, VERSION

PRISON, PROBATION = ("prison", "A1234BC"), ("probation", "X320741")
"""One local id each, as `said` takes it."""
PNC, OTHER_PNC = "81/34U", "79/163001B"
MISTYPED_PNC = "81/34X"


def offender(surname: str = "Okafor", forename: str = "Daniel", born: str | None = "1981-06-14", **more: Json) -> Json:
    """An offender record; numbers may be given as `pnc="81/34U"`, everything else by its property's name."""
    pnc = more.pop("pnc", None)
    body = {"names": {"surname": surname, "forenames": [forename]}, "dateOfBirth": born, **more}
    return body | {"identifiers": [{"scheme": "pnc", "value": pnc}]} if pnc else body


def assessment(reference: str = "A1", oasys: str | None = None, **more: Json) -> Json:
    """An assessment that has been begun."""
    named = {"reference": reference} | ({"oasysNumber": oasys} if oasys else {})
    return named | {"layer": 3, "lifecycle": {"status": "OPEN"}} | more


def registration(reference: str = "R1", **more: Json) -> Json:
    """An entry on a probation register."""
    named = {"scheme": "probation-register", "code": "RHRH", "reference": reference}
    return named | {"period": {"start": "2026-01-01"}} | more


def movement(sequence: int = 1, **more: Json) -> Json:
    """An admission."""
    named = {"booking": "B1", "sequence": sequence}
    return named | {"direction": "in", "type": "admission", "at": "2026-01-12T17:30:00+00:00"} | more


REFERENCES = {
    "offender": (),
    "assessment": ("reference",),
    "registration": ("reference",),
    "movement": ("booking", "sequence"),
}


def type_of(body: Json) -> str:
    """Which record type a body of these is."""
    for name, record_type in (("names", "offender"), ("layer", "assessment"), ("scheme", "registration")):
        if name in body:
            return record_type
    return "movement"


def said(agency: str, local_id: str, body: Json, minute: int, *, id_: str = "", sequence: int = -1) -> Submission:
    """A submission. minute: of the hour that ends `NOW`. id_: else made of whose and when."""
    id_ = id_ or f"{local_id}-{minute}-{sequence}-{type_of(body)}"
    time = NOW - timedelta(minutes=60 - minute)
    return Submission(agency, id_, type_of(body), VERSION, False, local_id, time, sequence, body)


def withdrawn(agency: str, local_id: str, body: Json, minute: int, *, id_: str = "", sequence: int = -1) -> Submission:
    """The withdrawal of what was said with this body."""
    record_type = type_of(body)
    id_ = id_ or f"{local_id}-{minute}-{sequence}-{record_type}-withdrawn"
    time = NOW - timedelta(minutes=60 - minute)
    named = {name: body[name] for name in REFERENCES[record_type]}
    return Submission(agency, id_, record_type, VERSION, True, local_id, time, sequence, named)
