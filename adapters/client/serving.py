"""Serves an application on a socket until told to stop; signals are left to whoever runs the whole process."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

_GRACE_S = 10


async def serve(app: ASGIApp, listening: socket.socket, stop: asyncio.Event, grace_s: int = _GRACE_S) -> None:
    """Serve until `stop` is set, then answer what is under way, for so many seconds at most."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=grace_s,
    )
    server = _Server(config)
    watching = asyncio.create_task(server.end_after(stop))
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()
        listening.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def end_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True
