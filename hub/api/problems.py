"""Problem details (RFC 9457): how the hub refuses over HTTP. Paths and rules, never a value of a record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.domain.errors import Fault, Halt, Reason, Rejected, Unavailable

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:case-sharing:problem:"
RETRY_AFTER_S = 1
NOT_AS_DESCRIBED = "not as the API describes it"

_log = structlog.get_logger()

STATUS: dict[Reason, int] = {
    Reason.BAD_JSON: 400,
    Reason.UNKNOWN_TYPE: 422,
    Reason.UNKNOWN_VERSION: 422,
    Reason.INVALID_BODY: 422,
    Reason.INVALID_ENVELOPE: 400,
    Reason.UNKNOWN_CODE: 422,
    Reason.WRONG_AGENCY: 403,
    Reason.NOT_COVERED: 403,
    Reason.ID_REUSED: 409,
    Reason.ID_MISSING: 400,
    Reason.TIME_IN_FUTURE: 422,
    Reason.TOO_LARGE: 413,
    Reason.WRONG_CONTENT_TYPE: 415,
    Reason.UNAUTHENTICATED: 401,
    Reason.TOKEN_EXPIRED: 401,
    Reason.FORBIDDEN: 403,
    Reason.NOT_FOUND: 404,
    Reason.WRONG_STATE: 409,
    Reason.READ_ON: 409,
}
"""The HTTP status of every reason."""

_TITLES: dict[Reason, str] = {
    Reason.BAD_JSON: "Not JSON",
    Reason.UNKNOWN_TYPE: "Unknown record type",
    Reason.UNKNOWN_VERSION: "Unknown version of the specification",
    Reason.INVALID_BODY: "The record does not follow the specification",
    Reason.INVALID_ENVELOPE: "The envelope is not as it must be",
    Reason.UNKNOWN_CODE: "A code that is not on the agreed list",
    Reason.WRONG_AGENCY: "In the name of another agency",
    Reason.NOT_COVERED: "Not covered by the contract",
    Reason.ID_REUSED: "The id was used for something else",
    Reason.ID_MISSING: "The id is missing",
    Reason.TIME_IN_FUTURE: "The time lies in the future",
    Reason.TOO_LARGE: "Too large",
    Reason.WRONG_CONTENT_TYPE: "Wrong content type",
    Reason.UNAUTHENTICATED: "Not authenticated",
    Reason.TOKEN_EXPIRED: "The token has expired",
    Reason.FORBIDDEN: "These credentials do not allow it",
    Reason.NOT_FOUND: "Not found",
    Reason.WRONG_STATE: "Not as things stand",
    Reason.READ_ON: "Read on first",
}


_OF_STATUS = {404: Reason.NOT_FOUND, 413: Reason.TOO_LARGE, 415: Reason.WRONG_CONTENT_TYPE}
_UNNAMED = {405: ("method-not-allowed", "Method not allowed")}
"""Refusals of the framework: those that a reason names, and those that none does."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem as it is sent. name: the last part of its type URI."""

    name: str
    title: str
    status: int
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The members of RFC 9457, and `faults`."""
        return {
            "type": TYPE_PREFIX + self.name,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "faults": [{"path": each.path, "rule": each.rule, "detail": each.detail} for each in self.faults],
        }

    def response(self) -> Response:
        """The answer that carries it."""
        return Response(orjson.dumps(self.document()), self.status, self.headers, MEDIA_TYPE)


def of_error(error: Rejected | Unavailable | Halt) -> Problem:
    """The problem an error of the hub is told as."""
    match error:
        case Rejected(reason=reason, detail=detail, faults=faults):
            return Problem(reason.value, _TITLES[reason], STATUS[reason], detail, faults, _challenge(reason))
        case Unavailable():
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem("unavailable", "Try again", 503, "the hub cannot do this now; try again", (), headers)
        case Halt():
            return Problem("halted", "The hub needs its operator", 500, "sending it again will not help yet")


def invalid_request(*faults: Fault) -> Problem:
    """A parameter is not as the API describes it."""
    return Problem("invalid-request", "The request is not as it must be", 422, "see the faults", faults)


def answer_with_problems(app: FastAPI) -> None:
    """Every refusal and failure of this app becomes a problem document, the framework's own included."""
    app.add_exception_handler(Rejected, _on_hub_error)
    app.add_exception_handler(Unavailable, _on_hub_error)
    app.add_exception_handler(Halt, _on_hub_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(ClientDisconnect, _on_client_gone)
    app.add_exception_handler(500, _on_defect)


def _challenge(reason: Reason) -> dict[str, str]:
    """RFC 6750 section 3: a client that sent a token learns that it no longer serves."""
    if reason is Reason.TOKEN_EXPIRED:
        return {"WWW-Authenticate": 'Bearer error="invalid_token", error_description="the token has expired"'}
    return {"WWW-Authenticate": "Bearer"} if reason is Reason.UNAUTHENTICATED else {}


async def _on_hub_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Rejected | Unavailable | Halt)  # noqa: S101 - registered for these only
    if isinstance(error, Halt):
        _log.error("request_halted", detail=str(error))
    return of_error(error).response()


async def _on_invalid_request(_request: Request, error: Exception) -> Response:
    """Where and which rule; the framework's own texts may quote what was sent, so they are left out."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these only
    faults = tuple(Fault(_pointer(each["loc"]), each["type"], NOT_AS_DESCRIBED) for each in error.errors())
    return invalid_request(*faults).response()


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    reason = _OF_STATUS.get(error.status_code)
    if reason is not None:
        return of_error(Rejected(reason, _TITLES[reason].lower())).response()
    name, title = _UNNAMED.get(error.status_code, ("invalid-request", "The request is not as it must be"))
    return Problem(name, title, error.status_code, title.lower(), (), dict(error.headers or {})).response()


async def _on_client_gone(_request: Request, _error: Exception) -> Response:
    """The client left before its body was whole: nothing was taken, and nobody hears this."""
    return Problem("invalid-request", "The request is not as it must be", 400, "the body broke off").response()


async def _on_defect(_request: Request, _error: Exception) -> Response:
    return Problem("defect", "The hub has a defect", 500, "the hub failed at this request").response()


def _pointer(location: Sequence[str | int]) -> str:
    return "".join(f"/{part}" for part in location)
