"""Agencies as operators see them, and operators."""

from hub.api.shaping import NEXT, Schema, count_of, list_of, maybe, ref, shape, text, time

_TIME = "2026-03-01T09:30:00.250000Z"
_AGENCY = {
    "name": "prison",
    "clientId": "prison-3f9a01bc",
    "scopes": ["read", "submit"],
    "suspended": False,
    "contract": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    "added": _TIME,
    "input": {"rejections": 0, "paused": None},
}
_OPERATOR = {"name": "anna", "clientId": "anna-3f9a01bc", "added": _TIME, "suspended": False}
_CREDENTIALS = {"name": "prison", "clientId": "prison-3f9a01bc", "clientSecret": "the secret, this once"}

SHAPES: dict[str, Schema] = {
    "Agency": shape(
        "A registered agency.",
        {
            "name": text("As in its contract."),
            "clientId": text("What it authenticates with."),
            "scopes": list_of({"enum": ["read", "submit"]}, "What its tokens may permit."),
            "suspended": {"type": "boolean", "description": "It gets no tokens, and its input stands still."},
            "contract": maybe(text("Digest of the contract it is served under; null where it has none.")),
            "added": time("When it was registered."),
            "input": shape(
                "What it sends over Kafka.",
                {
                    "rejections": count_of("Messages refused in a row, up to now."),
                    "paused": maybe(time("Since when its input is paused for sending nothing but rubbish.")),
                },
                _AGENCY["input"],
            ),
        },
        _AGENCY,
    ),
    "Agencies": shape(
        "Some of the agencies, by name.",
        {"agencies": list_of(ref("Agency"), "The agencies."), "next": NEXT},
        {"agencies": [_AGENCY], "next": None},
    ),
    "NewAgency": shape(
        "An agency to register. It needs a contract.",
        {
            "name": text("As in its contract.", minLength=1, maxLength=80),
            "scopes": {
                **list_of({"enum": ["read", "submit"]}, "What its tokens may permit; both unless told."),
                "minItems": 1,
                "uniqueItems": True,
            },
        },
        {"name": "prison"},
        "scopes",
    ),
    "Operator": shape(
        "A registered operator.",
        {
            "name": text("As the audit says it."),
            "clientId": text("What they authenticate with."),
            "added": time("When they were registered."),
            "suspended": {"type": "boolean", "description": "They get no tokens."},
        },
        _OPERATOR,
    ),
    "Operators": shape(
        "Some of the operators, by name.",
        {"operators": list_of(ref("Operator"), "The operators."), "next": NEXT},
        {"operators": [_OPERATOR], "next": None},
    ),
    "AgencyCredentials": shape(
        "What an agency authenticates with.",
        {
            "name": text("The agency."),
            "clientId": text("The client id."),
            "clientSecret": text("The secret; shown this once and kept nowhere."),
        },
        _CREDENTIALS,
    ),
}
