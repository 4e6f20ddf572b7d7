"""Native payloads over HTTP: POST any JSON to any path; 202 is answered when the payload is in the store, not before.

The query says what is known of the payload (`/oasys/section8?crn=X123456&assessmentPk=9630348`), and so does the
path; `recorded=2026-03-02T09:00:00Z` says when it was recorded, where the payload does not. A sender that repeats
itself under one `Idempotency-Key` is heard once.

That a member of staff has seen what was handed over is said by POST to its address and `/seen`, as `{"number": 17,
"by": "...", "at": "2026-03-02T09:00:00Z"}`: the number is the last part of the `Idempotency-Key` it was handed over
with. 404: nothing was handed over there under it, or not yet; 409: something newer was, which is to be seen anew.

GET `/metrics` tells what waits and what is parked.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from urllib.parse import unquote

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.client.running.grouped import Grouped
from adapters.client.running.inbox import RECORDED, Arrival
from adapters.client.running.metrics import CONTENT_TYPE, exposition
from adapters.client.running.sightings import Noted
from adapters.client.running.store import Store
from hub.clock import Clock
from hub.domain.canonical import Json, parse
from hub.domain.errors import Fault, Halt, Reason, Rejected
from hub.domain.seen import Seen, seen_faults, seen_of
from hub.listening import serve

HOST = "127.0.0.1"
"""The native system, or what guards the way to it, is on the same machine."""
_MOST_BYTES = 16 * 1024 * 1024

_log = structlog.get_logger(__name__)


def hook_app(store: Store, now: Clock, came: Callable[[], None], saw: Callable[[], None]) -> Starlette:
    """The application. came: is called when a payload is in the store; saw: when there is word of who saw something."""

    grouped = Grouped(store)

    async def take(request: Request) -> Response:
        try:
            body = await _body(request)
            parse(body)
            arrival = _arrival(request, body, now)
        except Rejected as refusal:
            return _refused(refusal)
        await grouped.write(partial(store.inbox.keep, [arrival]))
        came()
        return Response(status_code=202)

    async def see(request: Request) -> Response:
        try:
            number, seen = _sighting(parse(await _body(request)))
        except Rejected as refusal:
            return _refused(refusal)
        with store.transaction():
            noted = store.sightings.note(_address(request), number, seen)
        if noted is Noted.KEPT:
            saw()
        return _NOTED[noted]()

    async def metrics(_request: Request) -> Response:
        return Response(exposition(store), media_type=CONTENT_TYPE)

    return Starlette(
        routes=[
            Route("/metrics", metrics, methods=["GET"]),
            Route("/{address:path}/seen", see, methods=["POST"]),
            Route("/{path:path}", take, methods=["POST"]),
        ]
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


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Rejected(Reason.TOO_LARGE, "a payload has at most 16 MiB")
    return bytes(body)


def _sighting(document: Json) -> tuple[int, Seen]:
    """Which delivery was seen, by whom and when. Raises `Rejected`."""
    faults, seen = [*seen_faults("", document)], None
    if not faults:
        seen, number = seen_of(document), document.get("number")
        if seen is not None and type(number) is int and number > 0:
            return number, seen
        faults = [Fault("/number", "delivery-number", "the number of a delivery, from 1")]
    raise Rejected(Reason.INVALID_BODY, "; ".join(f"{each.path}: {each.detail}" for each in faults), tuple(faults))


def _address(request: Request) -> tuple[str, str]:
    """As it was asked for, in which a part may hold a slash written otherwise; and as it reads."""
    path: bytes = request.scope["raw_path"]
    asked = path.decode().removeprefix("/").removesuffix("/seen")
    return asked, unquote(asked)


def _refused(refusal: Rejected) -> Response:
    return _problem(_STATUS.get(refusal.reason, 400), refusal.reason.value, refusal.detail)


_STATUS = {Reason.TOO_LARGE: 413, Reason.INVALID_BODY: 422}
_NOTED: Mapping[Noted, Callable[[], Response]] = {
    Noted.KEPT: lambda: Response(status_code=202),
    Noted.NOT_HELD: lambda: _problem(404, "not-found", "nothing was handed over there under this number, or not yet"),
    Noted.OVERTAKEN: lambda: _problem(409, "overtaken", "something newer has been handed over there since"),
}


def _problem(status: int, reason: str, detail: str) -> Response:
    problem = {"type": f"urn:case-sharing:problem:{reason}", "status": status, "detail": detail}
    return JSONResponse(problem, status, media_type="application/problem+json")
