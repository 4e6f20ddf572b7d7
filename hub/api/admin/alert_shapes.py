"""Alerts, as operators see them."""

from hub.api.shaping import NEXT, Schema, list_of, maybe, ref, shape, text, time
from hub.exchange.alerts import SHORTEST_REASON
from hub.store.alerts import AlertState, Why

_TIME = "2026-03-01T09:30:00.250000Z"
_ALERT = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1e",
    "agency": "prison",
    "why": "not-applied",
    "state": "open",
    "record": {"person": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "type": "registration", "key": "mappa"},
    "number": 4710,
    "review": None,
    "due": _TIME,
    "raised": _TIME,
    "acknowledged": None,
    "closed": None,
}

SHAPES: dict[str, Schema] = {
    "Alert": shape(
        "What an agency has not done in time.",
        {
            "id": text("The alert's id."),
            "agency": text("Who has not done it."),
            "why": {
                "enum": list(Why),
                "description": "`not-applied`: no receipt in time; `not-seen`: none that says who has seen it; "
                "`not-reviewed`: a risk review is past its deadline.",
            },
            "state": {"enum": list(AlertState), "description": "Open until it is acknowledged, or closes by itself."},
            "record": ref("RecordNamed"),
            "number": maybe(
                {"type": "integer", "minimum": 1, "description": "The record's last delivery, where it is about one."}
            ),
            "review": maybe(text("The risk review it is about.")),
            "due": time("By when it should have been done."),
            "raised": time("When the alert was raised."),
            "acknowledged": {
                "type": ["object", "null"],
                "description": "Who has seen to it.",
                "required": ["at", "by", "reason"],
                "properties": {"at": time("When."), "by": text("The operator."), "reason": text("What they say.")},
                "additionalProperties": False,
            },
            "closed": {
                "type": ["object", "null"],
                "description": "That it closed by itself.",
                "required": ["at", "by"],
                "properties": {
                    "at": time("When."),
                    "by": maybe(
                        text("`receipt`, `withdrawal` of what the agency never said it had, or `review`: it is over.")
                    ),
                },
                "additionalProperties": False,
            },
        },
        _ALERT,
    ),
    "Alerts": shape(
        "Some alerts, the first raised first.",
        {"alerts": list_of(ref("Alert"), "The alerts."), "next": NEXT},
        {"alerts": [_ALERT], "next": None},
    ),
    "AlertAcknowledgement": shape(
        "That somebody has seen to it.",
        {
            "reason": text(
                "What was done, or who does it.", minLength=SHORTEST_REASON, maxLength=500, pattern="^[^\\u0000]*$"
            )
        },
        {"reason": "The prison's duty manager was told by telephone"},
    ),
}
