"""Hands releases over to a native system that speaks HTTP: PUT a record at its address, DELETE it when withdrawn."""

from typing import Any
from zlib import crc32

import httpx
import orjson

from adapters.client.requesting import requested
from adapters.client.running.target import Absent, Answer, Applied, NotApplied, Present, Read, Unreadable
from hub.domain.canonical import Json
from hub.domain.errors import Unavailable

_TIMEOUT_S = 30.0
_LANES = 16
"""Pools of connections, each with few: what a pool does for one request grows with its connections."""
_TRY_AGAIN = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
_NOT_THERE = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})


class HttpTarget:
    """A native system below a base address. Implements `Target`.

    token: sent as a bearer token, if there is one. transport: how requests travel, if not over the network.
    """

    def __init__(self, base: str, token: str | None = None, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base = base.rstrip("/")
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        trusted = httpx.create_ssl_context()
        self._lanes = [
            httpx.AsyncClient(headers=headers, timeout=_TIMEOUT_S, transport=transport, verify=trusted)
            for _ in range(_LANES)
        ]

    async def put(self, address: str, native: Json, idempotency: str) -> Answer:
        """PUT; an object in the answer is what it really holds. Raises `Unavailable`: no answer, 408, 429, 5xx."""
        answer = await self._asked("PUT", address, idempotency, content=orjson.dumps(native))
        if answer.is_success:
            return Applied(_object_in(answer))
        return NotApplied(f"the native system answers {answer.status_code}")

    async def remove(self, address: str, idempotency: str) -> Answer:
        """DELETE; that nothing was there is as good. Raises `Unavailable`: no answer, 408, 429, 5xx."""
        answer = await self._asked("DELETE", address, idempotency)
        if answer.is_success or answer.status_code in _NOT_THERE:
            return Applied()
        return NotApplied(f"the native system answers {answer.status_code}")

    async def read(self, address: str) -> Read:
        """GET. Raises `Unavailable`: no answer, 408, 429, 5xx but 501."""
        answer = await self._asked("GET", address)
        if answer.status_code in _NOT_THERE:
            return Absent()
        if not answer.is_success:
            return Unreadable(f"the native system answers {answer.status_code}")
        return Present(_object_in(answer) or {})

    async def close(self) -> None:
        """Let go of the connections."""
        for lane in self._lanes:
            await lane.aclose()

    async def _asked(
        self,
        method: str,
        address: str,
        idempotency: str | None = None,
        **request: Any,  # noqa: ANN401 - httpx's own
    ) -> httpx.Response:
        headers = {"idempotency-key": idempotency, "content-type": "application/json"} if idempotency else {}
        url = f"{self._base}/{address}"
        lane = self._lanes[crc32(address.encode()) % _LANES]
        answer = await requested(lane, "the native system", method, url, headers=headers, **request)
        if (
            answer.is_server_error and answer.status_code != httpx.codes.NOT_IMPLEMENTED
        ) or answer.status_code in _TRY_AGAIN:
            raise Unavailable(f"the native system answers {answer.status_code}")
        return answer


def _object_in(answer: httpx.Response) -> Json | None:
    try:
        held = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return held if isinstance(held, dict) else None
