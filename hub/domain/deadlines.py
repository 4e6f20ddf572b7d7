"""By when an agency must have applied what it is released: as its contract says, sooner for what tells of a risk."""

from collections.abc import Mapping

from hub.domain.canonical import Json
from hub.domain.contract import Receives

MAY_BE_RISK = frozenset({"registration"})
"""The record types that may tell of a risk."""

_RISK_SCHEMES = frozenset({"mappa", "potentially-dangerous-person"})
_NO_RISK_CONCERNS = frozenset({"life-sentence", "other"})
_NO_RISK_LEVELS = frozenset({None, "low"})


def deadline_of(receives: Receives, record_type: str, body: Mapping[str, Json] | None) -> int | None:
    """Seconds from the commit of a change until its receipt is due; None: nobody waits for it.

    body: as released; None for a withdrawal, which tells of no risk.
    """
    return receives.risk_deadline if _is_risk(record_type, body) else receives.deadline


def seen_deadline_of(receives: Receives, record_type: str, body: Mapping[str, Json] | None) -> int | None:
    """Seconds from the commit until a named member of staff must have seen it; None: nobody has to say so."""
    return receives.seen_deadline if _is_risk(record_type, body) else None


def _is_risk(record_type: str, body: Mapping[str, Json] | None) -> bool:
    return record_type in MAY_BE_RISK and body is not None and tells_of_risk(body)


def tells_of_risk(registration: Mapping[str, Json]) -> bool:
    """Whether an entry on a register warns of a risk of harm, to or by this person.

    Who is managed jointly (MAPPA) or counts as potentially dangerous is a risk by that alone. Any other entry is one
    unless it says that it is not: its concern is one of those that are no warning (a life sentence is a legal fact,
    "other" is housekeeping), and it carries no level above low. A concern that is missing, withheld from this agency
    or on no list is taken for a warning, since missing is never low.
    """
    if registration.get("scheme") in _RISK_SCHEMES:
        return True
    concern, level = registration.get("concern"), registration.get("riskLevel")
    named = concern if isinstance(concern, str) else None
    return named not in _NO_RISK_CONCERNS or level not in _NO_RISK_LEVELS
