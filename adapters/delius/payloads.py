"""Which kinds of payload there are, told by their shape; what wraps others is unwrapped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import orjson

from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault
from hub.spec.lens.found import has_value, null_element
from hub.spec.lens.reading import Homeless

_TEXTS = ("Message", "Body", "body")
"""Where a message on its way holds what it carries, as text."""
_WRAPPED = ("offender", "_source", "Sns")
_PAGES = ("matches", "content", "hits", "Messages", "Records")
_OF_AN_ENTRY = ("crn", "register", "startDate", "nextReviewDate", "registerLevel", "registeringTeam")
_NEVER_SAID = {
    "custodyEvent": "who comes into custody and leaves it is the prison's to say",
    "contactType": "contacts stay in the probation system; a notice of release among them is the hub's to give",
}
"""What names a kind of object that the agency says nothing by, and why."""
_OF_A_SEARCH = "what a search says of itself"
_OF_THE_WAY = "how the message travelled"


class Kind(StrEnum):
    """What a piece of a payload is."""

    OFFENDER = "offender"
    CASE = "case"
    REGISTRATION = "registration"
    EVENT = "event"


class Whose(NamedTuple):
    """The number of a case as what wraps an object says it, and where in the payload."""

    number: Json
    at: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One native object. path: JSON Pointer to it in the payload. whose: where what wraps it says so."""

    kind: Kind
    path: str
    native: Mapping[str, Json]
    whose: Whose | None = None

    @property
    def facts(self) -> Mapping[str, Json]:
        """What an event adds to its kind."""
        facts = self.native.get("additionalInformation")
        return facts if isinstance(facts, dict) else {}


@dataclass(slots=True)
class Pieces:
    """A payload taken apart. homeless: what the wrapping says besides."""

    found: list[Piece] = field(default_factory=list)
    unknown: list[Fault] = field(default_factory=list)
    homeless: list[Homeless] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


def take_apart(document: Json) -> Pieces:
    """Every offender, case, registration and event in a payload; what is none of them is a fault of rule `kind`."""
    pieces = Pieces()
    _look_into(document, "", None, pieces)
    return pieces


def _look_into(document: Json, path: str, whose: Whose | None, pieces: Pieces) -> None:
    if isinstance(document, list):
        for index, element in enumerate(document):
            if element is None:
                pieces.notices.append(null_element(f"{path}/{index}"))
            else:
                _look_into(element, f"{path}/{index}", whose, pieces)
    elif not isinstance(document, dict):
        pieces.unknown.append(Fault(path, "kind", "is no payload of the probation system: it must be an object"))
    elif (because := next((why for name, why in _NEVER_SAID.items() if name in document), None)) is not None:
        pieces.homeless.append(Homeless(path, because))
    elif (kind := _kind(document)) is not None:
        pieces.found.append(Piece(kind, path, document, whose))
    else:
        _unwrap(document, path, whose, pieces)


def _kind(document: Mapping[str, Json]) -> Kind | None:
    if "eventType" in document:
        return Kind.EVENT
    if "registrationId" in document or ("type" in document and not document.keys().isdisjoint(_OF_AN_ENTRY)):
        return Kind.REGISTRATION
    if "otherIds" in document or (
        "offenderId" in document and not document.keys().isdisjoint(("surname", "firstName"))
    ):
        return Kind.OFFENDER
    if "crn" in document and not document.keys().isdisjoint(("name", "registerFlags", "mappaRegistration")):
        return Kind.CASE
    return None


def _unwrap(document: Mapping[str, Json], path: str, whose: Whose | None, pieces: Pieces) -> None:
    if "crn" in document:
        whose = Whose(document["crn"], f"{path}/crn")
    for name, because in _wrapping(document):
        inner = document[name]
        if name in _TEXTS and isinstance(inner, str):
            _look_into_text(inner, f"{path}/{name}", whose, pieces)
        else:
            _look_into(inner, f"{path}/{name}", whose, pieces)
        _note(document, {name, "crn"}, path, because, pieces)
        return
    pieces.unknown.append(Fault(path, "kind", "is no kind of payload of the probation system that is known"))


def _wrapping(document: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What in it holds others: a message's text, a page of a search, one match, the registrations of a case."""
    yield from ((name, _OF_THE_WAY) for name in _TEXTS if isinstance(document.get(name), str))
    yield from ((name, _OF_A_SEARCH) for name in _WRAPPED if isinstance(document.get(name), dict))
    yield from ((name, _OF_A_SEARCH) for name in _PAGES if isinstance(document.get(name), list | dict))
    if isinstance(document.get("registrations"), list):
        yield "registrations", "whose registrations they are"


def _look_into_text(text: str, path: str, whose: Whose | None, pieces: Pieces) -> None:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        pieces.unknown.append(Fault(path, "json", "must be JSON in a text"))
        return
    _look_into(document, path, whose, pieces)


def _note(document: Mapping[str, Json], taken: set[str], path: str, because: str, pieces: Pieces) -> None:
    for name, value in document.items():
        if name not in taken and has_value(value):
            pieces.homeless.append(Homeless(f"{path}/{escaped(name)}", because))
