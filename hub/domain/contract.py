"""A contract: what an agency may assert and what it receives, on which legal basis and for what purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RISK_DEADLINE_S = 60
"""Seconds until the receipt of a risk registration is due where the contract says nothing."""
REVIEW_DEADLINE_S = 7 * 86_400
"""Seconds until a level of risk must be looked at where the contract says nothing: five working days."""
NOTICE_DAYS = 28
"""How many days before it a release is announced where the contract says nothing."""


class Kind(StrEnum):
    """What an agency is."""

    PROBATION = "probation"
    PRISON = "prison"
    COURT = "court"
    POLICE = "police"


class People(StrEnum):
    """Whose records an agency receives: only people it knows by a local id of its own, or all."""

    KNOWN = "known"
    ALL = "all"


class Delivery(StrEnum):
    """How releases reach an agency: on its Kafka topic, or read by itself from the HTTP feed."""

    STREAM = "stream"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Receives:
    """How one record type is released to an agency.

    version: of the specification. fields: names of the record's properties it may see, None for all of them.
    basis, purpose: named with every disclosure. deadline: seconds until a receipt is due, None for none;
    risk_deadline: the same for what tells of a risk, see `hub.domain.deadlines`; seen_deadline: seconds until a named
    member of staff must have seen what tells of a risk, None where the agency does not say who has; review_deadline:
    seconds until a level of risk that the agency is asked to look at must be said anew, see `hub.domain.risk`.
    notice_days: of notices, how many days before it what is about to happen is announced.
    """

    version: str
    fields: frozenset[str] | None
    basis: str
    purpose: str
    deadline: int | None
    risk_deadline: int = RISK_DEADLINE_S
    seen_deadline: int | None = None
    review_deadline: int = REVIEW_DEADLINE_S
    notice_days: int = NOTICE_DAYS


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract of one agency.

    asserts: record type -> versions it may submit. receives: record type -> how it is released.
    limited_access: whether it has rights for people whose records are flagged as limited access.
    """

    agency: str
    kind: Kind
    delivery: Delivery
    people: People
    limited_access: bool
    asserts: Mapping[str, frozenset[str]]
    receives: Mapping[str, Receives]
