"""Parts of the API description that routes put together: answers, problems, headers, bodies."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Path

from hub.api.problems import MEDIA_TYPE, of_error
from hub.api.shapes import EVENT_EXAMPLE
from hub.domain.errors import Reason, Rejected, Unavailable
from hub.exchange.envelope import BATCH, JSON, STRUCTURED

NDJSON = "application/x-ndjson"

SUBMITTING = (
    Reason.BAD_JSON,
    Reason.ID_MISSING,
    Reason.NOT_COVERED,
    Reason.ID_REUSED,
    Reason.TOO_LARGE,
    Reason.WRONG_CONTENT_TYPE,
    Reason.UNKNOWN_TYPE,
    Reason.UNKNOWN_VERSION,
    Reason.INVALID_BODY,
    Reason.UNKNOWN_CODE,
    Reason.TIME_IN_FUTURE,
)
"""Why a submission may be refused."""

Responses = dict[int | str, dict[str, Any]]


def answers(
    shape: str, description: str = "Done.", *, also: Mapping[str, str] = {}, etag: bool = False, status: int = 200
) -> Responses:
    """The good answer. shape: a name of `hub.api.shapes`. also: other media types and their shapes."""
    content = {media: {"schema": schema(name)} for media, name in {JSON: shape, **also}.items()}
    response: dict[str, Any] = {"description": description, "content": content}
    if etag:
        response["headers"] = {"ETag": {"description": "The digest of the release.", "schema": {"type": "string"}}}
    return {status: response}


def line_answers(shape: str, description: str) -> Responses:
    """The good answer in lines of a shape."""
    return {200: {"description": description, "content": {NDJSON: {"schema": schema(shape)}}}}


def problems(*reasons: Reason) -> Responses:
    """The problems a route may answer with, and those that every route may, each with an example."""
    of_every_route = (Reason.UNAUTHENTICATED, Reason.TOKEN_EXPIRED, Reason.FORBIDDEN)
    told = [of_error(Rejected(reason, "in one sentence")) for reason in (*reasons, *of_every_route)]
    by_status: dict[int, list[dict[str, Any]]] = {}
    for problem in (*told, of_error(Unavailable())):
        document = problem.document()
        by_status.setdefault(document["status"], []).append(document)
    return {status: problem_response(*by_status[status]) for status in sorted(by_status)}


def problem_response(*documents: dict[str, Any]) -> dict[str, Any]:
    """The description of an answer that carries one of these problems."""
    examples = {each["type"].rpartition(":")[2]: {"value": each} for each in documents}
    description = "; ".join(dict.fromkeys(each["title"] for each in documents)) + "."
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema("Problem"), "examples": examples}}}


def schema(name: str) -> dict[str, str]:
    """A schema by reference."""
    return {"$ref": f"#/components/schemas/{name}"}


def path_parameter(name: str, description: str, example: str | int, kind: str = "string") -> dict[str, Any]:
    """A part of a path."""
    described = {"name": name, "in": "path", "required": True, "description": description, "example": example}
    return {**described, "schema": {"type": kind}}


LocalId = Annotated[str, Path(description="Your own local id of the person, such as the CRN.", examples=["X100001"])]
Name = Annotated[
    str, Path(description="Your own local id of the person, or the hub's person id.", examples=["X100001"])
]


def written_by(names: Iterable[Mapping[str, Any]], record_type: str | None) -> dict[str, Any]:
    """What a write takes: its path, the headers of its envelope and, with a record type, the record as its body."""
    extra: dict[str, Any] = {"parameters": [*names, *_ENVELOPE]}
    if record_type is not None:
        extra["parameters"].append(
            _header("ce-dataschema", "Version of the body, else the newest in your contract.", f"{record_type}/1.0.0")
        )
        extra["requestBody"] = {"required": True, "content": {JSON: {"schema": schema(f"{record_type}-1.0.0")}}}
    return extra


def body(shape: str) -> dict[str, Any]:
    """A JSON body of a shape."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema(shape)}}}}


def given_lines(shape: str) -> dict[str, Any]:
    """A body in lines of a shape."""
    return {"requestBody": {"required": True, "content": {NDJSON: {"schema": schema(shape)}}}}


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": False, "description": description, "example": example}
    return {**described, "schema": {"type": "string"}}


_ENVELOPE = (
    _header("ce-id", "Your own id of this submission; `Idempotency-Key` does as well. One of them is needed.", "sub-1"),
    _header("Idempotency-Key", "In place of `ce-id`.", "sub-1"),
    _header("ce-time", "When you recorded it (RFC 3339); else the time of receipt.", "2026-03-01T09:29:58Z"),
    _header("ce-sequence", "Your own number, to order what you recorded at one time.", "7"),
    _header("traceparent", "W3C Trace Context.", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)

EVENTS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": schema("Event"), "example": EVENT_EXAMPLE},
            BATCH: {"schema": {"type": "array", "items": schema("Event")}, "example": [EVENT_EXAMPLE]},
            NDJSON: {"schema": schema("Event")},
            JSON: {"schema": schema("Record")},
        },
    }
}
"""The bodies `POST /v1/submissions` takes."""
