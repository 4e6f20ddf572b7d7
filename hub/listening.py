"""Serves an application over HTTP, of the hub or of an adapter, until told to stop; then lets what is under way end."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.domain.errors import Halt

GRACE_S = 10
"""How long requests under way may take to end at a stop; waiting polls end at once."""
LONGEST_HEAD = 65_536
"""Bytes of a request's line and headers beyond which it is refused, give or take what is read at once."""
_BACKLOG = 2048

_log = structlog.get_logger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `Halt` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise Halt(f"cannot listen on {host}:{port}: {error.strerror}; set HUB_HOST or HUB_PORT") from error


async def serve(app: ASGIApp, listening: socket.socket, stop: asyncio.Event, grace_s: int = GRACE_S) -> None:
    """Serve until `stop` is set: then take no more connections and answer what is under way, for so many seconds."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace_s,
    )
    server = _Server(config)
    watching = asyncio.create_task(server.end_after(stop))
    _log.info("serving", port=listening.getsockname()[1])
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()
        listening.close()


class _Protocol(HttpToolsProtocol):
    """Refuses a head or trailer that does not end: the parser keeps all of it, ever more slowly, while others wait."""

    _unended = 0

    def data_received(self, data: bytes) -> None:
        self._unended += len(data)
        super().data_received(data)
        if self._unended > LONGEST_HEAD:
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        self._unended = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unended = 0
        super().on_body(body)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the whole process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def end_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True
