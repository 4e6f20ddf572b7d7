"""Loading: the lines of an extract are read, shared in one go, and what is refused is told apart from what is not.

A line is a submission as a structured CloudEvent, or an entry of an earlier file of rejected lines, mended.
"""

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from hub.domain.canonical import Json, parse
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.envelope import from_structured
from hub.ports import Position

Share: TypeAlias = Callable[[Sequence[Submission]], Awaitable[Sequence[Outcome]]]
"""One outcome per submission, in order; raises `Unavailable` or `Halt` for the whole batch."""


class _Kept(StrEnum):
    """How an entry of a file of rejected lines has the line: read; where it is not JSON, as text; where it is not
    text, as base64.
    """

    EVENT = "submission"
    TEXT = "text"
    BYTES = "bytes"


class Refusal(NamedTuple):
    """Why a line was not taken; of plain values, as it goes from process to process."""

    reason: str
    detail: str
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, rejection: Rejected) -> "Refusal":
        """Why, as the hub said it."""
        return cls(rejection.reason.value, rejection.detail, rejection.faults)

    def also(self, other: "Refusal") -> "Refusal":
        """This, with the faults of another thing that the same line said."""
        return self._replace(faults=self.faults + (other.faults or (Fault("", other.reason, other.detail),)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of some lines. repeated: had been taken before. refused: by place among the lines given."""

    taken: int
    repeated: int
    refused: dict[int, Refusal]


def behind(position: Position, line: int, offset: int, verdict: Verdict, kept: int) -> Position:
    """The place behind a round of which this became."""
    return replace(
        position,
        line=line,
        offset=offset,
        taken=position.taken + verdict.taken,
        repeated=position.repeated + verdict.repeated,
        rejected=position.rejected + len(verdict.refused),
        kept=kept,
    )


async def judge(share: Share, agency: str, texts: Sequence[bytes | None], longest: int) -> Verdict:
    """Share the submissions on these lines. texts: None for a line of more than `longest` bytes.

    Raises:
        Unavailable: nothing is known of any of them; giving them again is right.
        Halt: the hub itself is wrong.
    """
    read = [_read(agency, text, longest) for text in texts]
    outcomes = iter(await share([each for each in read if isinstance(each, Submission)]))
    verdicts = [next(outcomes) if isinstance(each, Submission) else Refused(each) for each in read]
    repeated = sum(isinstance(each, Accepted) and each.repeated for each in verdicts)
    refused = {place: Refusal.of(each.rejection) for place, each in enumerate(verdicts) if isinstance(each, Refused)}
    return Verdict(len(texts) - len(refused) - repeated, repeated, refused)


def _read(agency: str, text: bytes | None, longest: int) -> Submission | Rejected:
    if text is None:
        return too_long(longest)
    try:
        return from_structured(agency, original(parse(text)))
    except Rejected as rejection:
        return rejection


def too_long(longest: int) -> Rejected:
    """What a line gets that was not read to its end."""
    return Rejected(Reason.TOO_LARGE, f"a line holds at most {longest} bytes")


def original(line: Json) -> Json:
    """What a line says: of an entry of a file of rejected lines that which it kept, of any other itself.

    Raises:
        Rejected: what it kept is not JSON.
    """
    match _kept(line):
        case (_Kept.TEXT, str() as text):
            return parse(text.encode())
        case (_Kept.BYTES, str() as encoded):
            return parse(_decoded(encoded))
        case (_, event):
            return event


def entry(line: int, text: bytes | None, offset: int, refusal: Refusal) -> dict[str, Any]:
    """The line of a file of rejected lines that tells of one: where, why, and the line itself to be mended.

    Of a line that was too long to be read, only its place is told.
    """
    told: dict[str, Any] = {
        "line": line,
        "reason": refusal.reason,
        "detail": refusal.detail,
        "faults": [{"path": each.path, "rule": each.rule, "detail": each.detail} for each in refusal.faults],
    }
    if text is None:
        return told | {"offset": offset}
    form, kept = _as_kept(text)
    return told | {form.value: kept}


def _kept(line: Json) -> tuple[_Kept, Json]:
    """The line that an entry keeps, and in which form; any other line keeps itself."""
    if isinstance(line, dict) and "reason" in line and "specversion" not in line:
        for form in _Kept:
            if form.value in line:
                return form, line[form.value]
    return _Kept.EVENT, line


def _as_kept(text: bytes) -> tuple[_Kept, Json]:
    try:
        return _kept(parse(text))
    except Rejected:
        try:
            return _Kept.TEXT, text.decode()
        except UnicodeDecodeError:
            return _Kept.BYTES, b64encode(text).decode()


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        raise Rejected(Reason.BAD_JSON, "the bytes that were kept are not base64 any more") from None
