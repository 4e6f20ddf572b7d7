"""Bodies as they come in, never held beyond the limit, and as they go out."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.api.services import services_of
from hub.domain.canonical import Json, parse
from hub.domain.errors import Reason, Rejected
from hub.exchange.envelope import JSON, media_type


async def read_body(request: Request, times: int = 1) -> bytes:
    """The whole body. times: so many times the usual limit.

    Raises:
        Rejected: `too-large`, as soon as that is known; `wrong-content-type` for a compressed body.
    """
    _check_not_encoded(request)
    limit = services_of(request).max_body_bytes * times
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


async def read_json(request: Request, times: int = 1) -> Json:
    """A whole body that must be JSON. times: so many times the usual limit.

    Raises:
        Rejected: as `read_body`, and `wrong-content-type`, `bad-json`.
    """
    if media_type(request.headers.get("content-type")) != JSON:
        raise Rejected(Reason.WRONG_CONTENT_TYPE, f"this is sent as {JSON}")
    return parse(await read_body(request, times))


async def chunks_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it arrives; ends when the client goes away, as nobody is left to be told.

    Raises:
        Rejected: `wrong-content-type` for a compressed body.
    """
    _check_not_encoded(request)
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        return


def answer(document: Mapping[str, Any], headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """A JSON answer; times in it are written in UTC."""
    return Response(written(document), status, headers, JSON)


def written(document: Mapping[str, Any]) -> bytes:
    """JSON with times in UTC."""
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def too_large(limit: int) -> Rejected:
    """A body or a line beyond the limit."""
    return Rejected(Reason.TOO_LARGE, f"at most {limit} bytes are taken at once")


def _check_not_encoded(request: Request) -> None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Rejected(Reason.WRONG_CONTENT_TYPE, "bodies are sent without content encoding")
