"""The pretend prison service's system, in the shape of NOMIS: offenders, their bookings, and what hangs on them."""

from collections.abc import Mapping

from adapters.sandbox.oasys import assessment
from adapters.sandbox.prison_offender import offender
from adapters.sandbox.shape import (
    Joint,
    NativeSystem,
    Shape,
    at,
    code_pairs,
    codes,
    column,
    number,
)
from hub.spec.codes import CodeList

_MOVEMENTS = {
    ("ADM", "IN"): "admission",
    ("TRN", "IN"): "transfer-in",
    ("CRT", "IN"): "return-from-court",
    ("TAP", "IN"): "return-from-absence",
    ("HOS", "IN"): "return-from-hospital",
    ("REL", "OUT"): "released",
    ("TRN", "OUT"): "transfer-out",
    ("CRT", "OUT"): "to-court",
    ("TAP", "OUT"): "temporary-absence",
    ("HOS", "OUT"): "to-hospital",
    ("UAL", "OUT"): "escaped",
    ("DEC", "OUT"): "died",
}
_CASELOADS = code_pairs(
    {
        "INST": "prison-alert",
        "COMM": "probation-register",
        "MAPPA": "mappa",
        "PDP": "potentially-dangerous-person",
        "OTHER": "other",
    }
)
_PLACES = code_pairs(
    {"INST": "prison", "CRT": "court", "HOSPITAL": "hospital", "POLST": "police", "OUT": "outside", "OTHER": "other"}
)


def prison(lists: Mapping[str, CodeList]) -> NativeSystem:
    """The system's tables and how they map. lists: the agreed code lists."""
    return NativeSystem(
        "prison",
        {
            "offender": offender(lists),
            "registration": _alert(lists),
            "assessment": assessment(lists, "offender_id_display"),
            "movement": _movement(lists),
        },
    )


def _alert(lists: Mapping[str, CodeList]) -> Shape:
    """An alert; a code means nothing without its type."""
    return Shape(
        "offender_alerts",
        "offender_id_display",
        (
            column("alert_seq", "reference"),
            column("caseload_type", "scheme", _CASELOADS),
            column("alert_type", "type"),
            column("alert_code", "code"),
            column("alert_desc", "label"),
            Joint(("alert_type", "alert_code"), at("concern"), _concerns(lists["registration-concerns"])),
            column("risk_level", "riskLevel", codes(lists["risk-levels"], "oasys")),
            column("mappa_category", "mappa/category"),
            column("mappa_level", "mappa/level"),
            column("alert_date", "period/start"),
            column("review_date", "period/review"),
            column("expiry_date", "period/end", blank_is_none=True),
            column("authorize_person_text", "responsible/name"),
            column("authorize_staff_id", "responsible/staffCode"),
            column("team", "responsible/team"),
            column("team_code", "responsible/teamCode"),
            column("agy_loc_desc", "responsible/area"),
            column("agy_loc_id", "responsible/areaCode"),
            column("comment_text", "notes"),
        ),
    )


def _concerns(concerns: CodeList) -> dict[tuple[str, str], str]:
    """(alert type, alert code) -> what the alert is about."""
    pairs = {own: code.code for code in concerns.codes for own in code.systems.get("nomis", ())}
    return {(own.partition("/")[0], own.partition("/")[2]): concern for own, concern in pairs.items()}


def _movement(lists: Mapping[str, CodeList]) -> Shape:
    """The reason code is passed on as it is, and in the words both services agreed on where the list has it."""
    return Shape(
        "external_movements",
        "offender_id_display",
        (
            column("booking_no", "booking"),
            number("movement_seq", "sequence"),
            Joint(("movement_type", "direction_code"), at("type"), _MOVEMENTS),
            column("direction_code", "direction", code_pairs({"IN": "in", "OUT": "out"})),
            column("movement_reason_code", "sourceReason"),
            column("movement_reason_code", "reason", codes(lists["movement-reasons"], "nomis")),
            column("from_agy_type", "from/kind", _PLACES),
            column("from_agy_loc_id", "from/code"),
            column("from_agy_desc", "from/name"),
            column("to_agy_type", "to/kind", _PLACES),
            column("to_agy_loc_id", "to/code"),
            column("to_agy_desc", "to/name"),
            column("movement_time", "at"),
            column("return_time", "returnBy"),
            column("comment_text", "comment"),
        ),
    )
