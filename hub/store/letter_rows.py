"""Dead letters and what is done with them, as rows: what the stores give and take."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.submission import micros
from hub.store.dead_letters import LetterState

ORIGINAL = 0
"""The version of a letter that its agency sent; mended ones count from 1."""


class What(StrEnum):
    """What was done to a dead letter."""

    REFUSED = "refused"
    MENDED = "mended"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class ReplayOutcome(StrEnum):
    """What came of a replay. REPEATED: it had been taken before. NOTED: it carried receipts."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    NOTED = "noted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay of one letter in one version. reason, detail, faults (JSON): why it was refused, else empty.

    submission: the id it was taken under; empty where it was not, or carried receipts.
    """

    position: str
    agency: str
    version: int
    outcome: ReplayOutcome
    reason: str = ""
    detail: str = ""
    faults: str = "[]"
    submission: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """One step of a letter's history. number: from 0, the first refusal. at: UTC. by: who, as in the audit.

    version: it was done to. outcome: of a replay, else empty. reason: of a refusal. detail: of a refusal, or why the
    letter was discarded. faults: JSON, of a refusal. job: that replayed it, None where it was replayed by itself.
    """

    position: str
    number: int
    at: datetime
    by: str
    what: What
    version: int
    outcome: str = ""
    reason: str = ""
    detail: str = ""
    faults: str = "[]"
    job: str | None = None


_LONGEST_MOMENT = 18
"""Digits of a time in microseconds, until far beyond all times there are."""


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters; None: whichever. since, until: refused first at or after, and before, UTC.

    reason: why they were refused when last tried.
    """

    agency: str | None = None
    reason: str | None = None
    state: LetterState | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(NamedTuple):
    """A letter's place among all: microseconds of its first refusal, and its position."""

    micros: int
    position: str

    @property
    def cursor(self) -> str:
        """As it stands in an address, and in a job."""
        return f"{self.micros}.{self.position}"

    @classmethod
    def parse(cls, cursor: str) -> "Place | None":
        """The way back; None: it is no cursor."""
        moment, _, position = cursor.partition(".")
        is_number = moment.isascii() and moment.isdigit() and len(moment) <= _LONGEST_MOMENT
        return cls(int(moment), position) if is_number and position.isprintable() else None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter without its contents. at: of its first refusal, UTC. reason, detail, faults (JSON): of the last."""

    position: str
    agency: str
    at: datetime
    state: LetterState
    reason: str
    detail: str
    faults: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(micros(self.at), self.position)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many letters."""

    agency: str
    state: LetterState
    reason: str
    count: int


class Version(NamedTuple):
    """A version of a letter. by: the operator; the agency of the original. at: UTC."""

    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a version of a letter holds, sealed."""

    position: str
    agency: str
    version: int
    headers: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A letter with its versions and its history, each the oldest first."""

    line: LetterLine
    versions: tuple[Version, ...]
    history: tuple[Handling, ...]
