"""The native system of the toy adapter, over HTTP: it holds what it is given, and may announce each change of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.client.running.hook import serve_hook
from deploy.servers.ports import free_port
from hub.domain.canonical import Json

_AGAIN_S = 0.1


class Write(NamedTuple):
    """A change that was applied, under the id of its request. native: None when the record was removed."""

    key: str
    address: str
    native: Json


class NativeServer:
    """held: by address. writes: every change applied, in order; a request that comes again changes nothing.

    down: it answers 503; busy: to so many of its requests, from 0 to 1. slow: seconds it takes before it applies a
    change, and again before it says so. refuses: addresses at which it answers 422. announce: the address of a hook
    that is told of every change, before the change is answered, again and again until it listens. readable: what it
    holds may be read.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.held: dict[str, Json] = {}
        self.writes: list[Write] = []
        self.requests: list[Write] = []
        self.down = False
        self.slow = self.busy = 0.0
        self._random = Random(1)  # noqa: S311 - it makes no secrets
        self.refuses: set[str] = set()
        self.readable = True
        self.announce: str | None = None
        self._applied: set[str] = set()
        self._announcements: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{address:path}", self._serve, methods=["GET", "PUT", "DELETE"])])

    async def _serve(self, request: Request) -> Response:
        return await self._take(request) if request.method in {"PUT", "DELETE"} else self._show(request)

    def _show(self, request: Request) -> Response:
        if not self.readable:
            return Response(status_code=405)
        native = self.held.get(request.path_params["address"])
        return Response(status_code=404) if native is None else JSONResponse(native)

    async def _take(self, request: Request) -> Response:
        address = request.path_params["address"]
        native = orjson.loads(await request.body()) if request.method == "PUT" else None
        if self.down or self._random.random() < self.busy:
            return Response(status_code=503)
        if address in self.refuses:
            return Response(status_code=422)
        write = Write(request.headers["idempotency-key"], address, native)
        self.requests.append(write)
        await asyncio.sleep(self.slow)
        if write.key not in self._applied:
            self._applied.add(write.key)
            await self._apply(write)
        await asyncio.sleep(self.slow)
        return JSONResponse(self.held.get(address))

    async def _apply(self, write: Write) -> None:
        before = self.held.pop(write.address, None)
        self.writes.append(write)
        if write.native is not None:
            self.held[write.address] = write.native
        if self.announce is not None:
            told = write.native or {"kind": "gone", "person": (before or {}).get("id"), **_named(before or {})}
            task = asyncio.create_task(say(self.announce, told))
            self._announcements.add(task)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), 0.2)

    async def all_announced(self) -> None:
        await asyncio.gather(*self._announcements)


async def say(hook: str, native: Json) -> None:
    """Tell the adapter, until it has heard."""
    document = {**native, "at": datetime.now(UTC).isoformat()}
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            with suppress(httpx.TransportError):
                if (await http.post(hook, json=document)).status_code == httpx.codes.ACCEPTED:
                    return
            await asyncio.sleep(_AGAIN_S)


@asynccontextmanager
async def native_server() -> AsyncIterator[NativeServer]:
    """It runs inside this context."""
    port, stop = free_port(), asyncio.Event()
    server = NativeServer(f"http://127.0.0.1:{port}")
    with uvicorn.Config(server.app(), host="127.0.0.1", port=port, log_config=None).bind_socket() as listening:
        serving = asyncio.create_task(serve_hook(server.app(), listening, stop))
        yield server
        stop.set()
        await serving


def _named(before: Json) -> Json:
    return {"person": before["person"], "ref": before["ref"]} if "ref" in before else {}
