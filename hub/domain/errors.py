"""Errors, by who must act.

    HubError
    ├── Rejected      the sender must act: the submission or request cannot be taken
    ├── Unavailable   try again: a part the hub needs does not answer
    └── Halt          the operator must act: the hub's own schema, keys, settings or database are wrong

No message carries a value of a record: only paths, rules and ids.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused; the last part of the problem's type URI."""

    BAD_JSON = "bad-json"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_VERSION = "unknown-version"
    INVALID_BODY = "invalid-body"
    INVALID_ENVELOPE = "invalid-envelope"
    UNKNOWN_CODE = "unknown-code"
    WRONG_AGENCY = "wrong-agency"
    NOT_COVERED = "not-covered-by-contract"
    ID_REUSED = "id-reused"
    ID_MISSING = "id-missing"
    TIME_IN_FUTURE = "time-in-future"
    TOO_LARGE = "too-large"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    UNAUTHENTICATED = "unauthenticated"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - the name of a problem, not a secret
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    WRONG_STATE = "wrong-state"
    READ_ON = "read-on"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a body: where, and which rule; never the value.

    path: JSON Pointer into the body, "" for the whole.
    rule: the schema keyword or the name of the rule beyond the schema, such as "required" or "overall-risk".
    detail: a sentence for the person who mends it; made of property names, codes lists and limits only.
    """

    path: str
    rule: str
    detail: str


class HubError(Exception):
    """The root of every error the hub raises on purpose."""


class Rejected(HubError):
    """The sender must act. Carries a reason, a sentence, and the faults found."""

    def __init__(self, reason: Reason, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
        self.faults = faults


class Unavailable(HubError):
    """Something the hub needs does not answer now; the same call may succeed later."""


class Halt(HubError):
    """The hub itself is wrong (schema, keys, settings, database); an operator must act."""
