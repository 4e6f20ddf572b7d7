"""What becomes of a submission: taken, taken before, or refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from hub.domain.errors import Rejected


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission the hub holds.

    record_type, key: the record it speaks of. received: when the hub first took it, UTC.
    repeated: the same submission had been taken before; this is its first outcome again.
    """

    agency: str
    id: str
    record_type: str
    key: str
    received: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A submission the hub does not take, with the reason; nothing of it has been kept."""

    rejection: Rejected


Outcome: TypeAlias = Accepted | Refused
