"""Native payloads over HTTP: POST any JSON to any path; 202 is answered when the payload is in the store, not before.

The query says what is known of the payload (`/oasys/section8?crn=X123456&assessmentPk=9630348`), and so does the
path; `recorded=2026-03-02T09:00:00Z` says when it was recorded, where the payload does not. A sender that repeats
itself under one `Idempotency-Key` is heard once. GET `/metrics` tells what waits and what is parked.
"""

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.client.running.inbox import RECORDED, Arrival
from adapters.client.running.metrics import CONTENT_TYPE, exposition
from adapters.client.running.store import Store
from adapters.client.serving import serve
from hub.clock import Clock
from hub.domain.canonical import parse
from hub.domain.errors import Halt, Reason, Rejected

HOST = "127.0.0.1"
"""The native system, or what guards the way to it, is on the same machine."""
_MOST_BYTES = 16 * 1024 * 1024

_log = structlog.get_logger(__name__)


def hook_app(store: Store, now: Clock, came: Callable[[], None]) -> Starlette:
    """The application. came: is called when a payload is in the store."""

    async def take(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return _problem(413, "too-large", "a payload has at most 16 MiB")
        try:
            parse(bytes(body))
            arrival = _arrival(request, bytes(body), now)
        except Rejected as refusal:
            return _problem(400, refusal.reason.value, refusal.detail)
        with store.transaction():
            store.inbox.keep([arrival])
        came()
        return Response(status_code=202)

    async def metrics(_request: Request) -> Response:
        return Response(exposition(store), media_type=CONTENT_TYPE)

    return Starlette(
        routes=[Route("/metrics", metrics, methods=["GET"]), Route("/{path:path}", take, methods=["POST"])]
    )


def listen(port: int) -> socket.socket:
    """A listening socket on this machine; port 0 takes a free one. Raises `Halt`: the port cannot be had."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise Halt(f"cannot listen on {HOST}:{port}: {error.strerror}; set ADAPTER_HOOK_PORT") from error


async def serve_hook(app: Starlette, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve until told to stop, then answer what is under way."""
    _log.info("hook_serves", port=listening.getsockname()[1])
    await serve(app, listening, stop)


def _arrival(request: Request, body: bytes, now: Clock) -> Arrival:
    key = request.headers.get("idempotency-key")
    about = {"path": request.path_params["path"], **dict(request.query_params)}
    if RECORDED in about and not _is_moment(about[RECORDED]):
        raise Rejected(Reason.INVALID_ENVELOPE, f"{RECORDED} must be a time with its offset, ISO 8601")
    return Arrival(body, now(), about, None if key is None else f"hook/{key}")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _problem(status: int, reason: str, detail: str) -> Response:
    problem = {"type": f"urn:case-sharing:problem:{reason}", "status": status, "detail": detail}
    return JSONResponse(problem, status, media_type="application/problem+json")
