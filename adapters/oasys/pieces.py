"""A payload of OASys taken apart: whose it is, and which fields it says of which assessment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.client.native import Payload
from adapters.oasys.announcing import Announcement, announced, is_announcement
from adapters.oasys.spelling import Spellings
from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault
from hub.spec.lens.found import null_element

_PERSON = {"probation": ("probNumber", "crn"), "prison": ("prisNumber", "offenderNo", "nomsNumber")}
"""Kind of agency -> the fields that name the person for it, in documents and in what is said about them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a payload says of one assessment.

    number: of the assessment, None where neither it nor the question that was asked names it.
    places: field -> where it stands in the payload. pointers: JSON Pointers in the fields -> as they were spelled.
    """

    number: str | None
    fields: Mapping[str, Json]
    places: Mapping[str, str]
    pointers: Mapping[str, str] = field(default_factory=dict)

    def place(self, pointer: str) -> str:
        """A JSON Pointer in the fields, as one in the payload."""
        for known, given in self.pointers.items():
            if pointer == known or pointer.startswith(f"{known}/"):
                pointer = given + pointer[len(known) :]
                break
        name = pointer.split("/", 2)[1] if pointer else ""
        if name == "timeline":
            return self.places["timeline"] + pointer.removeprefix("/timeline")
        return self.places.get(name, self.places.get("", "")) + pointer


@dataclass(frozen=True, slots=True)
class Document:
    """A payload taken apart. person: the agency's key for the person, None where nothing names it."""

    person: str | None
    pieces: tuple[Piece, ...]
    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()


def opened(
    payload: Payload, kind: str, spellings: Spellings, envelope: frozenset[str]
) -> Document | Announcement | Fault:
    """What a payload is.

    kind: of the agency that speaks, which decides by what number the person is known.
    envelope: the fields that stand beside the assessments of a document.
    """
    document = payload.document
    if not isinstance(document, dict):
        return Fault("", "kind", "must be an object: assessments, a timeline, or a message that announces them")
    if is_announcement(document):
        return announced(document)
    if "assessmentPk" in document or "oasysSetPk" in document:
        alone = {name: value for name, value in document.items() if name not in envelope}
        document = {name: value for name, value in document.items() if name in envelope} | {"assessments": [alone]}
        return _document(document, payload.about, kind, spellings, "")
    if not any(isinstance(document.get(name), list) for name in ("assessments", "timeline")):
        return Fault("", "kind", "must hold a list of assessments or a timeline, or announce them")
    return _document(document, payload.about, kind, spellings, "/assessments/{}")


def _document(
    document: Json, about: Mapping[str, str], kind: str, spellings: Spellings, place: str
) -> Document | Fault:
    faults: list[Fault] = []
    inputs = document["inputs"] if isinstance(document.get("inputs"), dict) else {}
    asked = _number(inputs.get("assessmentPk", about.get("assessmentPk")))
    beside = {name: value for name, value in document.items() if name not in {"assessments", "timeline"}}
    notices: list[Fault] = []
    pieces = [
        *_listed(document, beside, faults, notices),
        *_assessments(document, beside, asked, spellings, place, faults, notices),
    ]
    if not (pieces or faults):
        notices.append(Fault("", "empty", "names no assessment, so it says nothing"))
    return Document(_person(document, inputs, about, kind), tuple(pieces), tuple(faults), tuple(notices))


def _listed(document: Json, beside: Json, faults: list[Fault], notices: list[Fault]) -> Iterator[Piece]:
    entries = document.get("timeline")
    if entries is not None and not isinstance(entries, list):
        faults.append(Fault("/timeline", "type", "must be a list"))
        return
    for index, entry in enumerate(entries or ()):
        at = f"/timeline/{index}"
        if entry is None:
            notices.append(null_element(at))
            continue
        number = _number(entry.get("assessmentPk")) if isinstance(entry, dict) else None
        if number is None:
            faults.append(Fault(f"{at}/assessmentPk", "required", "must name the assessment by its number"))
            continue
        yield Piece(number, {"timeline": entry, **beside}, {"timeline": at})


def _assessments(
    document: Json,
    beside: Json,
    asked: str | None,
    spellings: Spellings,
    place: str,
    faults: list[Fault],
    notices: list[Fault],
) -> Iterator[Piece]:
    given = document.get("assessments")
    if given is not None and not isinstance(given, list):
        faults.append(Fault("/assessments", "type", "must be a list"))
        return
    for index, assessment in enumerate(given or ()):
        at = place.format(index)
        if assessment is None:
            notices.append(null_element(at))
            continue
        if not isinstance(assessment, dict):
            faults.append(Fault(at, "type", "must be an object"))
            continue
        fields, pointers = spellings.respelled(assessment)
        number = _number(fields.get("assessmentPk"))
        if number is None and fields.get("assessmentPk") is not None:
            given_as = pointers.get("/assessmentPk", "/assessmentPk")
            faults.append(Fault(f"{at}{given_as}", "type", "must be a whole number"))
        elif number is None and len(given or ()) - (given or ()).count(None) > 1:
            faults.append(
                Fault(f"{at}/assessmentPk", "required", "must name the assessment, of which there are several")
            )
        else:
            places = {"": at, **dict.fromkeys(beside, "")}
            yield Piece(number or asked, {**beside, **fields}, {**places, **dict.fromkeys(fields, at)}, pointers)


def _number(value: Json) -> str | None:
    """The number of an assessment, from a number or its digits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return text if text.isascii() and text.isdecimal() and len(text) <= 12 else None


def _person(document: Json, inputs: Json, about: Mapping[str, str], kind: str) -> str | None:
    for holder in (document, inputs, about):
        for name in _PERSON[kind]:
            value = holder.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return None


def leaves(value: Json, path: str) -> Iterator[str]:
    """JSON Pointers of everything in a value that says something."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}/{escaped(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{index}")
    elif value is not None and not (isinstance(value, str) and not value.strip()):
        yield path
