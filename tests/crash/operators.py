"""An operator of a hub that runs, who decides who is one person, asking again until there is an answer."""

import asyncio
from typing import Self

import httpx

from hub.domain.canonical import Json
from hub.domain.errors import Unavailable
from hub.exchange.resolve import Choice
from tests.crash.installed import OPERATOR, Installed

_WHY = "the photographs on both files are of one man"
_AGAIN_S = 0.1
_TIMEOUT = httpx.Timeout(15.0)


class Operator:
    """Used as a context. hub: base address."""

    def __init__(self, installed: Installed, hub: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=hub, auth=installed.auth(hub, OPERATOR), timeout=_TIMEOUT, trust_env=False
        )

    async def decides(self, one: tuple[str, str], other: tuple[str, str], choice: Choice) -> Json:
        """What the hub answers. one, other: an agency's name and its local id."""
        sides = {"one": _named(*one), "other": _named(*other)}
        answer = await self._asked({**sides, "decision": choice.value, "why": _WHY})
        return answer.raise_for_status().json()

    async def _asked(self, document: Json) -> httpx.Response:
        while True:
            try:
                answer = await self._http.post("/v1/admin/people/decisions", json=document)
            except (httpx.TransportError, Unavailable):
                await asyncio.sleep(_AGAIN_S)
                continue
            if not answer.is_server_error:
                return answer
            await asyncio.sleep(_AGAIN_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _named(agency: str, local_id: str) -> Json:
    return {"agency": agency, "localId": local_id}
