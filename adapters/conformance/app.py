"""The pretended hub over HTTP: as much of the hub's own API as an adapter uses, at the same addresses."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import orjson
from fastapi import FastAPI, Query, Request
from starlette.responses import JSONResponse, Response

from adapters.conformance.pretend import Event, Failing, PretendHub
from hub.domain.canonical import Json

_NDJSON = "application/x-ndjson"
_BATCH = "application/cloudevents-batch+json"
_STRUCTURED = "application/cloudevents+json"
_RESOURCES = {"assessments": "assessment", "registrations": "registration"}
_PROBLEM = "urn:case-sharing:problem:"


def app_of(hub: PretendHub) -> FastAPI:
    """The app. Everything but the token wants a bearer token, as the hub itself does."""
    app, face = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), _Face(hub)
    app.middleware("http")(face.fail_or_answer)
    app.add_api_route("/oauth/token", face.token, methods=["POST"])
    app.add_api_route("/v1/submissions", face.submissions, methods=["POST"])
    app.add_api_route("/v1/offenders/{local_id}", face.offender, methods=["PUT", "DELETE"])
    app.add_api_route(
        "/v1/offenders/{local_id}/{collection}/{reference:path}", face.resource, methods=["PUT", "DELETE"]
    )
    app.add_api_route("/v1/feed", face.feed, methods=["GET"])
    app.add_api_route("/v1/receipts", face.receipts, methods=["POST"])
    return app


class _Face:
    """Each address of the hub's API."""

    def __init__(self, hub: PretendHub) -> None:
        self._hub = hub

    async def fail_or_answer(self, request: Request, answered: Callable[[Request], Awaitable[Response]]) -> Response:
        asks_for_token = request.url.path == "/oauth/token"
        if self._hub.failing is Failing.AWAY:
            return _problem(503, "unavailable")
        if not asks_for_token and _bearer(request) not in self._hub.tokens:
            return _problem(401, "unauthenticated")
        answer = await answered(request)
        if self._hub.failing is Failing.FORGETFUL and request.method != "GET" and not asks_for_token:
            return _problem(500, "internal")
        return answer

    async def token(self, request: Request) -> Response:
        form = await request.form()
        given = _basic(request) or (form.get("client_id"), form.get("client_secret"))
        if given != (self._hub.client_id, self._hub.secret):
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": self._hub.token(), "token_type": "Bearer", "expires_in": 3600})

    async def submissions(self, request: Request) -> Response:
        return _submitted(self._hub, request.headers, await request.body())

    async def offender(self, request: Request, local_id: str) -> Response:
        return _single(self._hub, _of_resource(request, "offender", local_id, {}, await request.body()))

    async def resource(self, request: Request, local_id: str, collection: str, reference: str) -> Response:
        if collection not in _RESOURCES:
            return _problem(404, "not-found")
        named = {"reference": reference}
        record_type = _RESOURCES[collection]
        return _single(self._hub, _of_resource(request, record_type, local_id, named, await request.body()))

    async def feed(
        self, after: int = 0, wait: Annotated[float, Query(ge=0, le=60)] = 0, limit: Annotated[int, Query(ge=1)] = 100
    ) -> Response:
        await self._hub.wait(after, wait)
        deliveries, beyond = self._hub.page(after)
        if len(deliveries) > limit:
            deliveries, beyond = deliveries[:limit], deliveries[limit - 1]["number"]
        return JSONResponse({"deliveries": deliveries, "next": beyond})

    async def receipts(self, request: Request) -> Response:
        document = orjson.loads(await request.body())
        self._hub.receipts.update({each["number"]: each["digest"] for each in document.get("receipts", ())})
        self._hub.parked.update({each["number"]: each["faults"] for each in document.get("parked", ())})
        outcomes = [{"number": each["number"], "outcome": "settled"} for each in document.get("receipts", ())]
        return JSONResponse({"outcomes": outcomes})


def _submitted(hub: PretendHub, headers: Mapping[str, str], body: bytes) -> Response:
    media = headers.get("content-type", "").partition(";")[0].strip()
    if media == _NDJSON:
        outcomes = [_outcome(hub, orjson.loads(line)) for line in body.splitlines() if line.strip()]
        return Response(b"".join(orjson.dumps(each) + b"\n" for each in outcomes), media_type=_NDJSON)
    if media == _BATCH:
        return JSONResponse({"outcomes": [_outcome(hub, event) for event in orjson.loads(body)]})
    if media == _STRUCTURED:
        return _single(hub, _of_structured(orjson.loads(body)))
    attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
    return _single(hub, _of_structured({**attributes, "data": orjson.loads(body)}))


def _outcome(hub: PretendHub, event: Json) -> Json:
    reason = hub.take(_of_structured(event))
    if reason is None:
        return {"id": event["id"], "outcome": "accepted"}
    return {"id": event["id"], "outcome": "refused", "problem": _problem_document(reason)}


def _single(hub: PretendHub, event: Event) -> Response:
    reason = hub.take(event)
    return JSONResponse({"id": event.id, "outcome": "accepted"}) if reason is None else _problem(422, reason)


def _of_structured(event: Json) -> Event:
    record_type, _, what = event["type"].partition(".")
    sequence = event.get("sequence")
    return Event(
        id=event["id"],
        record_type=record_type,
        withdrawn=what == "withdrawn",
        local_id=event["subject"],
        time=event["time"],
        sequence=None if sequence is None else int(sequence),
        body=event.get("data"),
    )


def _of_resource(request: Request, record_type: str, local_id: str, named: Json, body: bytes) -> Event:
    headers, withdrawn = request.headers, request.method == "DELETE"
    sequence = headers.get("ce-sequence")
    return Event(
        id=headers.get("ce-id") or headers.get("idempotency-key", ""),
        record_type=record_type,
        withdrawn=withdrawn,
        local_id=local_id,
        time=headers.get("ce-time", ""),
        sequence=None if sequence is None else int(sequence),
        body=named if withdrawn else {**named, **orjson.loads(body)},
    )


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2]


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _problem(status: int, reason: str) -> Response:
    return JSONResponse(_problem_document(reason), status, media_type="application/problem+json")


def _problem_document(reason: str) -> Json:
    return {"type": f"{_PROBLEM}{reason}", "title": reason, "detail": "said by the kit", "faults": []}
