"""Payloads of OASys in: what they say is kept by assessment, and each assessment is said whole, as far as known."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from adapters.client.native import Parts, Payload, Said, Taken
from adapters.oasys.announcing import Announcement
from adapters.oasys.arriving import Arriving
from adapters.oasys.assembling import Assembling, Whole
from adapters.oasys.kept import Kept, Name
from adapters.oasys.pieces import Document, Piece, opened
from adapters.oasys.reporting import Report, of_a_list
from adapters.oasys.spelling import Spellings
from hub.domain.errors import Fault
from hub.spec.lens.found import null_element
from hub.spec.lens.reading import Homeless

_FETCH = "what is announced is to be fetched where the message says"
_FETCHED = "what goes with an announcement is said by the assessment itself, once it is fetched"
_UNNAMED = "a part waits for the assessment it can belong to: it names none, or not whose it is"


@dataclass(frozen=True, slots=True)
class Inbound:
    """Takes payloads. kind: of the agency that speaks: probation knows a person by CRN, a prison by its own number."""

    assembling: Assembling
    spellings: Spellings
    kind: str

    def take(self, payload: Payload, parts: Parts) -> Taken:
        """What the payload says, with what is known of the same assessments. Nothing is raised for bad data."""
        if isinstance(payload.document, list) and payload.document:
            return of_a_list([self._element(replace(payload, document=each), parts) for each in payload.document])
        envelope = self.assembling.tables.all[0].fields
        match opened(payload, self.kind, self.spellings, envelope):
            case Fault() as fault:
                return Taken(refused=(fault,))
            case Announcement(place, notices, faults):
                homeless = (Homeless(place, _FETCHED),)
                return Taken(refused=faults, homeless=homeless, notices=notices, waiting=None if faults else _FETCH)
            case Document() as document:
                return _Taking(self.assembling, Kept(parts), payload).take(document)

    def _element(self, payload: Payload, parts: Parts) -> Taken:
        return Taken(notices=(null_element(""),)) if payload.document is None else self.take(payload, parts)


@dataclass(slots=True)
class _Taking:
    """One payload while it is taken. touched: the assessments that may have to be said anew, in their order.

    pieces: what it is made of.
    """

    assembling: Assembling
    kept: Kept
    payload: Payload
    report: Report = field(default_factory=Report)
    touched: dict[Name, None] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()

    def take(self, document: Document) -> Taken:
        """Keep everything first, then say every assessment concerned."""
        self.report.refused += document.faults
        self.report.notices += document.notices
        self.pieces = document.pieces
        arriving = Arriving(self.assembling, self.kept, self.payload.received.astimezone(UTC).isoformat(), self.report)
        for piece in document.pieces:
            name = Name(document.person or "", piece.number or "")
            self.touched.update(dict.fromkeys(arriving.arrive(name, piece)))
        said = [each for name in self.touched for each in self._said(name)]
        return self.report.taken(said)

    def _said(self, name: Name) -> list[Said]:
        """The assessment as now known, unless it cannot be said yet."""
        if not (name.person and name.number):
            self.report.waiting.append(_UNNAMED)
            return []
        parts = self.kept.all(name)
        whole = self.assembling.whole(name.number, parts)
        if whole.missing:
            self.report.waiting.append(f"an assessment waits for {', '.join(whole.missing)}")
            return []
        origin = partial(_origin, whole, [each for each in self.pieces if each.number in {None, name.number}])
        if whole.faults:
            self.report.refused += (
                Fault(origin(each.path) or "", each.rule, f"parts together: {each.detail}") for each in whole.faults
            )
            return []
        at = datetime.fromisoformat(max(part.at for part in parts.values()))
        sequence = self.kept.next_number(name)
        return [Said("assessment", name.person, at, whole.body, sequence=sequence, origin=origin)]


def _origin(whole: Whole, pieces: Sequence[Piece], pointer: str) -> str | None:
    """Where in the pieces of a payload stands what a place of the whole says."""
    at = whole.place(pointer, {name: value for each in pieces for name, value in each.fields.items()})
    return next((each.place(at) for each in pieces if at and at.split("/", 2)[1] in each.fields), None)
