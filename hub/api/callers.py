"""Who calls: every route but health and tokens takes one of these dependencies."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlows
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.responses import Response

from hub.api.services import services_of
from hub.domain.errors import Reason, Rejected
from hub.trust.agencies import Scope
from hub.trust.tokens import Caller

_SCOPES = {
    Scope.SUBMIT: "say something, or take it back",
    Scope.READ: "read records and the feed, send receipts",
    Scope.ADMIN: "the operator's routes",
}


class Permit(SecurityBase):
    """A bearer token (RFC 6750) with a scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.scheme_name = "oauth2"
        scopes = {name.value: sentence for name, sentence in _SCOPES.items()}
        self.model = OAuth2(
            flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes=scopes))
        )

    async def __call__(self, request: Request) -> Caller:
        """Raises `Rejected`: `unauthenticated`, `token-expired`, or `forbidden` without the scope."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Rejected(Reason.UNAUTHENTICATED, "send an access token: Authorization: Bearer ...")
        caller = await services_of(request).verifier.verify(token.strip())
        caller.need(self._scope)
        return caller


_TO_SUBMIT = Permit(Scope.SUBMIT)

Submitter = Annotated[Caller, Security(_TO_SUBMIT, scopes=[Scope.SUBMIT.value])]
Reader = Annotated[Caller, Security(Permit(Scope.READ), scopes=[Scope.READ.value])]
Operator = Annotated[Caller, Security(Permit(Scope.ADMIN), scopes=[Scope.ADMIN.value])]


class WriteRoute(APIRoute):
    """A route for `async def write(request, caller: Submitter, local_id) -> Response`, called directly.

    What the framework does to find a function's arguments costs more than reading the body, at every write.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What serves a request: who may not submit is refused before anything else."""
        write = self.endpoint

        async def handle(request: Request) -> Response:
            caller = await _TO_SUBMIT(request)
            answer: Response = await write(request, caller, request.path_params["local_id"])
            return answer

        return handle
