"""`POST /v1/submissions`: CloudEvents, one or many; one bad submission never fails its neighbours."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from hub.api.bodies import answer, chunks_of, read_body, too_large, written
from hub.api.callers import Submitter
from hub.api.describe import EVENTS, NDJSON, SUBMITTING, answers, problems
from hub.api.lines import TOO_LONG, lines
from hub.api.services import Services, services_of
from hub.api.writing import accepted_document, outcome_document, refused_document
from hub.domain.canonical import Json, parse
from hub.domain.errors import Reason, Rejected
from hub.exchange.envelope import BATCH, JSON, STRUCTURED, from_http_binary, from_structured, media_type

_NONE = ""
"""No content type: a withdrawal in binary mode, which needs no data."""

TOGETHER = 200
"""Lines of one stream that are under way at once."""

router = APIRouter(tags=["Submitting"])


@router.post(
    "/v1/submissions",
    summary="Submit events: one, a batch, or a stream",
    response_class=Response,
    responses=answers("Submitted", also={NDJSON: "LineOutcome"})
    | problems(*SUBMITTING, Reason.INVALID_ENVELOPE, Reason.WRONG_AGENCY),
    openapi_extra=EVENTS,
)
async def submit(request: Request, caller: Submitter) -> Response:
    """CloudEvents 1.0 over HTTP, by content type.

    - `application/cloudevents+json`: one event. Answers its outcome, or a problem.
    - `application/cloudevents-batch+json`: a list of events. Answers the outcome of each, in their order.
    - `application/x-ndjson`: an event a line, as many as you like. Answers a line for each, in their order, while
      it still reads: read the answers while you send.
    - `application/json`: one event in binary mode, its attributes as `ce-` headers.
    """
    services = services_of(request)
    media = media_type(request.headers.get("content-type"))
    if media == NDJSON:
        arriving = lines(chunks_of(request), services.max_body_bytes)
        answers_begun = await _begun(_stream(services, caller.agency, arriving))
        return _WhileReading(answers_begun, media_type=NDJSON)
    if media not in (STRUCTURED, BATCH, JSON, _NONE):
        raise Rejected(Reason.WRONG_CONTENT_TYPE, f"events are sent as {STRUCTURED}, {BATCH}, {NDJSON} or {JSON}")
    body = await read_body(request)
    if media == BATCH:
        return answer(await _batch(services, caller.agency, parse(body)))
    if media == STRUCTURED:
        submission = from_structured(caller.agency, body)
    else:
        submission = from_http_binary(caller.agency, request.headers, body)
    return answer(accepted_document(await services.gatherer.take(submission)))


async def _batch(services: Services, agency: str, events: Json) -> dict[str, Any]:
    if not isinstance(events, list):
        raise Rejected(Reason.INVALID_ENVELOPE, "a batch is a list of events")
    return {"outcomes": await asyncio.gather(*(_outcome(services, agency, event) for event in events))}


async def _stream(services: Services, agency: str, arriving: AsyncIterator[list[bytes | None]]) -> AsyncIterator[bytes]:
    number = 0
    async for complete in arriving:
        for start in range(0, len(complete), TOGETHER):
            together = complete[start : start + TOGETHER]
            outcomes = await asyncio.gather(*(_line_outcome(services, agency, line) for line in together))
            numbered = enumerate(outcomes, number + 1)
            yield b"".join(written({"line": line, **outcome}) + b"\n" for line, outcome in numbered)
            number += len(together)


async def _begun(answered: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same answers, once the body is being read: till then a refusal has its status, and `Expect` is heard."""
    first = await anext(answered, b"")

    async def going_on() -> AsyncIterator[bytes]:
        yield first
        async for each in answered:
            yield each

    return going_on()


async def _line_outcome(services: Services, agency: str, line: bytes | None) -> dict[str, Any]:
    if line is TOO_LONG:
        return refused_document(None, too_large(services.max_body_bytes))
    try:
        event = parse(line)
    except Rejected as rejection:
        return refused_document(None, rejection)
    return await _outcome(services, agency, event)


async def _outcome(services: Services, agency: str, event: Json) -> dict[str, Any]:
    try:
        submission = from_structured(agency, event)
    except Rejected as rejection:
        given = event.get("id") if isinstance(event, dict) else None
        return refused_document(given if isinstance(given, str) else None, rejection)
    return await outcome_document(services, submission)


class _WhileReading(StreamingResponse):
    """Answers while the request is still being read, so nothing else may listen for the client's going away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own
        await self.stream_response(send)
