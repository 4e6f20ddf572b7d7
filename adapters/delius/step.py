"""One step of taking a payload: a piece of it, the case it is about, and where its parts are kept."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.client.native import Parts
from adapters.client.origins import Source, refused
from adapters.delius.known import Name, about
from adapters.delius.payloads import Piece
from adapters.delius.report import Report
from adapters.delius.tables import Tables
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.record import RecordSpec

_LOCAL_ID = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")
_PLACEHOLDER = re.compile(r"\{\{.*\}\}")


@dataclass(frozen=True, slots=True)
class Step:
    """at: when the source recorded it, as `moment` writes it. crn: the case, by its number.

    sources: of records that were found valid, what they were read of in this payload.
    """

    piece: Piece
    crn: str
    at: str
    tables: Tables
    parts: Parts
    report: Report
    sources: dict[Name, tuple[Source, ...]] = field(default_factory=dict)

    def put(self, part: str, content: dict[str, Json] | None = None, *, crn: str | None = None) -> None:
        """Keep a part of the case, or of another; without content, that there is none."""
        self.parts.put(about(crn or self.crn), part, None if content is None else {"at": self.at, **content})

    def get(self, part: str, *, crn: str | None = None) -> Json:
        """A part as it is kept; None when there is none."""
        return self.parts.get(about(crn or self.crn), part)

    def is_late(self, crn: str, *parts: str) -> bool:
        """Whether what these parts tell is newer: then nothing follows, and a notice says so."""
        late = any(part["at"] > self.at for name in parts if (part := self.get(name, crn=crn)))
        if late:
            detail = "is older than what is known of it; nothing follows"
            place = "/occurredAt" if "occurredAt" in self.piece.native else ""
            self.report.notices.append(Fault(self.piece.path + place, "late", detail))
        return late

    def is_valid(self, spec: RecordSpec, body: Json, *sources: Source) -> bool:
        """Whether the specification takes a body; what it refuses is told by its native places."""
        faults = refused(spec, body, sources, whole=self.piece.path)
        self.report.refused += dict.fromkeys(faults)
        name = Name(spec.record_type, body.get("reference", ""))
        self.sources[name] = (*self.sources.get(name, ()), *sources)
        return not faults

    def wait_for_whole(self, crn: str) -> None:
        """Wait for the offender unless it is known."""
        if not (self.get("search", crn=crn) or self.get("case", crn=crn)):
            self.report.wait_for("the offender as the search gives it, of each case that the event names")


def moment(time: datetime) -> str:
    """A time with its zone as text, so that the later one sorts behind."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def is_placeholder(stated: Json) -> bool:
    """Whether it is a place of a template that nobody filled, such as `{{crn}}`."""
    return isinstance(stated, str) and _PLACEHOLDER.fullmatch(stated.strip()) is not None


def case_number(stated: Json, by_way: Json, path: str, report: Report) -> str | None:
    """The number of the case as it is stated, else as the way the payload came says it; None when it is refused.

    Any printed number is taken, well-formed or not; an unfilled place of a template is none.
    """
    if is_placeholder(stated):
        stated = None
        rule, detail = "placeholder", "must be a number, not an unfilled place of a template"
    else:
        rule, detail = "required", "is required: the number of the case"
    if stated is None or (isinstance(stated, str) and not stated.strip()):
        stated = by_way
    if stated is None:
        report.refuse(path, rule, detail)
        return None
    if not isinstance(stated, str):
        report.refuse(path, "type", "must be a text")
        return None
    if not _LOCAL_ID.fullmatch(stated.strip()):
        report.refuse(path, "local-id", "must be at most 200 printed characters")
        return None
    return stated.strip()
