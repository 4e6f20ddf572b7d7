"""An operator of a hub that runs, who decides who is one person, asking again until there is an answer."""

import asyncio
from typing import Self, TypeAlias

import httpx

from hub.domain.canonical import Json
from hub.domain.errors import Unavailable
from hub.exchange.resolve import Choice
from tests.crash.installed import OPERATOR, Installed

_WHY = "the photographs on both files are of one man"
_AGAIN_S = 0.1
_TIMEOUT = httpx.Timeout(15.0)

LocalId: TypeAlias = tuple[str, str]
"""An agency's name, and its local id of somebody."""


class Operator:
    """Used as a context. hub: base address."""

    def __init__(self, installed: Installed, hub: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=hub, auth=installed.auth(hub, OPERATOR), timeout=_TIMEOUT, trust_env=False
        )

    async def decides(self, one: LocalId, other: LocalId, choice: Choice) -> Json:
        """What the hub says came of it. one, other: an agency's name and its local id."""
        return (await self.asked(one, other, choice)).raise_for_status().json()

    async def asked(self, one: LocalId, other: LocalId, choice: Choice) -> httpx.Response:
        """The hub's answer; where there was none, what was asked may have been done before."""
        document = {"one": _named(*one), "other": _named(*other), "decision": choice.value, "why": _WHY}
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
