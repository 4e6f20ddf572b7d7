"""Inventories: how what an agency holds is put into buckets, digested, and held against what it was delivered.

Both ends compute the same: the hub from its deliveries, an agency from what its system really holds. What partners
rely on stands in contracts/decisions/0006-inventories.md.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hub.domain.canonical import canonical, digest

BUCKETS = 4_096
"""How many buckets there are; each is named by three lower-case hex digits."""
BUCKET_NAME = "[0-9a-f]{3}"


class Named(NamedTuple):
    """A record as releases name it."""

    person: str
    type: str
    key: str


class Difference(StrEnum):
    """How an agency's copy of one record differs from what it was delivered."""

    MISSING = "missing"
    """It was delivered, and the agency does not hold it."""
    STALE = "stale"
    """The agency holds an older delivery of it."""
    DIVERGING = "diverging"
    """The agency has applied this very delivery, and holds something else."""
    UNKNOWN = "unknown"
    """The agency is to hold nothing of it, and does."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A record as the agency must hold it as of the number it had read.

    digest: None where the agency may never have got it: it was overtaken on its way. gone: it was withdrawn since.
    """

    record: Named
    number: int
    digest: str | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A record as the agency says it holds it. number: of the last delivery it applied, None where it cannot say."""

    record: Named
    number: int | None
    digest: str


def bucket_of(record: Named) -> str:
    """The first three hex digits of the SHA-256 of the canonical JSON `[person, type, key]`."""
    return digest(list(record))[:3]


def line(record: Named, held: str) -> bytes:
    """One record in the digest of its bucket: canonical JSON `[person, type, key, digest]` and a line feed."""
    return canonical([*record, held]) + b"\n"


def bucket_digest(lines: Iterable[bytes]) -> str:
    """SHA-256 of the lines of a bucket, sorted by their bytes; 64 hex digits."""
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def nothing(record: Named) -> str:
    """The digest of the release that withdraws a record."""
    return digest({"type": record.type, "key": record.key, "withdrawn": True})


def in_flight(expected: Expected | None, found: Found | None, as_of: int) -> bool:
    """Whether the two cannot be held against each other: one of them has gone on, or what was given is not known."""
    if found is not None and found.number is not None and found.number > as_of:
        return True
    return expected is not None and (expected.digest is None or (expected.gone and found is None))


def difference(expected: Expected | None, found: Found | None) -> Difference | None:
    """What is wrong with one record that is not in flight; None where both ends agree."""
    if expected is None:
        return Difference.UNKNOWN if found is not None else None
    if found is None:
        return Difference.MISSING
    if found.digest == expected.digest:
        return None
    older = found.number is not None and found.number < expected.number
    return Difference.STALE if older else Difference.DIVERGING
