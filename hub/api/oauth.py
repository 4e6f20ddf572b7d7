"""`POST /oauth/token`: client credentials (RFC 6749 section 4.4) with that RFC's own errors (section 5.2)."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote_plus

import structlog
from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.api.operations import Operations, operations_of
from hub.domain.errors import Reason, Rejected
from hub.store.agencies import AgencyRow
from hub.trust.agencies import Scope

router = APIRouter(tags=["Tokens"])
_log = structlog.get_logger(__name__)

_LARGEST_FORM = 16_384
_NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenForm(BaseModel):
    """RFC 6749 section 4.4.2; client id and secret where they are not sent as HTTP Basic (section 2.3.1)."""

    grant_type: str | None = Field(None, examples=["client_credentials"])
    scope: str | None = Field(None, examples=["submit read"])
    client_id: str | None = None
    client_secret: str | None = None


class TokenAnswer(BaseModel):
    """RFC 6749 section 5.1. expires_in: seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(examples=[3600])
    scope: str = Field(examples=["read submit"])


class TokenRefusal(BaseModel):
    """RFC 6749 section 5.2."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


class _Refused(Exception):
    """The request is answered with an error of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.refusal = TokenRefusal(error=error, error_description=description)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Client:
    id: str
    secret: str


@router.post(
    "/oauth/token",
    max_body_size=_LARGEST_FORM,
    summary="Get an access token",
    response_model=TokenAnswer,
    responses={400: {"model": TokenRefusal}, 401: {"model": TokenRefusal}},
)
async def token(request: Request, form: Annotated[TokenForm, Form()]) -> Response:
    """Client credentials, as HTTP Basic or in the form. Without `scope` the token carries all the agency has."""
    try:
        answer = await _granted(operations_of(request), request.headers.get("authorization"), form)
    except _Refused as refused:
        challenge = {"WWW-Authenticate": "Basic"} if refused.status == 401 else {}
        return JSONResponse(refused.refusal.model_dump(), refused.status, _NOT_STORED | challenge)
    return JSONResponse(answer.model_dump(), headers=_NOT_STORED)


async def _granted(operations: Operations, authorization: str | None, form: TokenForm) -> TokenAnswer:
    if operations.tokens is None:
        raise Rejected(Reason.NOT_FOUND, "this hub accepts the tokens of another issuer and issues none")
    client = _client(authorization, form)
    if form.grant_type != "client_credentials":
        raise _Refused("unsupported_grant_type", "the grant type must be client_credentials")
    agency = await operations.agencies.authenticate(client.id, client.secret)
    if agency is None:
        _log.warning("client_refused")
        raise _Refused("invalid_client", "client id or secret is wrong, or the agency is suspended", 401)
    scopes = _scopes(form.scope, agency)
    return TokenAnswer(
        access_token=await operations.tokens.issue(agency.name, scopes),
        token_type="Bearer",  # noqa: S106 - the name of a kind of token
        expires_in=operations.tokens.lifetime_s,
        scope=" ".join(sorted(scopes)),
    )


def _client(authorization: str | None, form: TokenForm) -> _Client:
    """Section 2.3.1: HTTP Basic with both halves form-encoded, or the form; never both ways at once."""
    if authorization is None:
        if form.client_id is None or form.client_secret is None:
            raise _Refused("invalid_client", "send client id and secret", 401)
        return _Client(form.client_id, form.client_secret)
    if form.client_secret is not None:
        raise _Refused("invalid_request", "send the secret in one way only")
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    name, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise _Refused("invalid_client", "the Authorization header is not HTTP Basic", 401)
    return _Client(unquote_plus(name), unquote_plus(secret))


def _scopes(asked: str | None, agency: AgencyRow) -> frozenset[Scope]:
    granted = frozenset(Scope(name) for name in agency.scopes)
    if asked is None or not asked.split():
        return granted
    if not set(asked.split()) <= agency.scopes:
        raise _Refused("invalid_scope", "the agency does not have every scope asked for")
    return frozenset(Scope(name) for name in asked.split())
