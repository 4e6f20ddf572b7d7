"""The pretend probation service's system, in the shape of Delius: one offender by CRN, and what hangs on it."""

from collections.abc import Mapping

from adapters.sandbox.oasys import assessment
from adapters.sandbox.probation_offender import offender
from adapters.sandbox.shape import (
    NativeSystem,
    Shape,
    code_pairs,
    codes,
    column,
    number,
)
from hub.spec.codes import CodeList

_REGISTERS = code_pairs(
    {
        "REGISTER": "probation-register",
        "MAPPA": "mappa",
        "PDP": "potentially-dangerous-person",
        "NOMIS": "prison-alert",
        "OTHER": "other",
    }
)


def probation(lists: Mapping[str, CodeList]) -> NativeSystem:
    """The system's tables and how they map. lists: the agreed code lists."""
    return NativeSystem(
        "probation",
        {
            "offender": offender(lists),
            "registration": _registration(lists),
            "assessment": assessment(lists, "crn"),
            "movement": _custody_event(),
        },
    )


def _registration(lists: Mapping[str, CodeList]) -> Shape:
    """A register's code says what it is about and, for risk of serious harm, how high."""
    return Shape(
        "registration",
        "crn",
        (
            column("registration_id", "reference"),
            column("register", "scheme", _REGISTERS),
            column("sub_type", "type"),
            column("register_type_code", "code"),
            column("register_type", "label"),
            column("register_type_code", "concern", codes(lists["registration-concerns"], "delius")),
            column("register_type_code", "riskLevel", codes(lists["risk-levels"], "delius")),
            column("mappa_category", "mappa/category", codes(lists["mappa-categories"], "delius")),
            column("mappa_level", "mappa/level", codes(lists["mappa-levels"], "delius")),
            column("registration_date", "period/start"),
            column("next_review_date", "period/review"),
            column("deregistration_date", "period/end", blank_is_none=True),
            column("registering_officer", "responsible/name"),
            column("registering_officer_code", "responsible/staffCode"),
            column("registering_team", "responsible/team"),
            column("registering_team_code", "responsible/teamCode"),
            column("registering_provider", "responsible/area"),
            column("registering_provider_code", "responsible/areaCode"),
            column("registration_notes", "notes"),
        ),
    )


def _custody_event() -> Shape:
    """What the prison service tells of receptions and releases; the probation service says none itself."""
    return Shape(
        "custody_event",
        "crn",
        (
            column("booking_number", "booking"),
            number("sequence", "sequence"),
            column("direction", "direction"),
            column("event_type", "type"),
            column("reason", "reason"),
            column("prison_reason_code", "sourceReason"),
            column("from_type", "from/kind"),
            column("from_code", "from/code"),
            column("from_name", "from/name"),
            column("to_type", "to/kind"),
            column("to_code", "to/code"),
            column("to_name", "to/name"),
            column("event_date", "at"),
            column("return_by", "returnBy"),
            column("notes", "comment"),
        ),
    )
