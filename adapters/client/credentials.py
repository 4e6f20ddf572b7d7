"""OAuth 2 client credentials: a token is fetched when there is none, renewed before it ends, and when it is refused."""

import asyncio
from collections.abc import AsyncGenerator

import httpx

from hub.domain.errors import Reason, Rejected, Unavailable

_RENEWED_AFTER = 0.8
"""Of its lifetime."""


class ClientCredentials(httpx.Auth):
    """Puts an access token on every request (RFC 6749 section 4.4).

    A request raises `Rejected` (`unauthenticated`) when the credentials are wrong, `Unavailable` when the issuer
    does not answer.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._token_url = token_url
        self._client = httpx.BasicAuth(client_id, client_secret)
        self._token: str | None = None
        self._good_until = 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """One request, with a token; with a new one if the hub refuses the first."""
        if self._token is None or asyncio.get_running_loop().time() >= self._good_until:
            granted = yield self._asking()
            await granted.aread()
            self._keep(granted)
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            granted = yield self._asking()
            await granted.aread()
            self._keep(granted)
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _asking(self) -> httpx.Request:
        asking = httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
        return next(self._client.sync_auth_flow(asking))

    def _keep(self, answer: httpx.Response) -> None:
        if answer.is_server_error:
            raise Unavailable(f"the issuer of tokens answers {answer.status_code}")
        if answer.is_error:
            raise Rejected(Reason.UNAUTHENTICATED, f"the issuer of tokens answers {answer.status_code}")
        token = answer.json()
        self._token = token["access_token"]
        self._good_until = asyncio.get_running_loop().time() + _RENEWED_AFTER * token["expires_in"]
