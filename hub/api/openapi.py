"""The API description: OpenAPI 3.1, complete with the schemas of the records."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api.admin.shapes import SHAPES as ADMIN_SHAPES
from hub.api.describe import problem_response, problems, schema
from hub.api.problems import NOT_AS_DESCRIBED, invalid_request
from hub.api.shapes import EVENT_EXAMPLE, SHAPES
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.exchange.envelope import JSON
from hub.spec.registry import Registry

DESCRIPTION = """\
Agencies keep their own systems; the hub makes them share one truth about a person. Say what you know, in the
common specification; read what all agencies together know, as your contract releases it.

Authenticate with an access token (OAuth 2 client credentials, `POST /oauth/token`). Whatever the hub refuses, it
answers with problem details (RFC 9457): paths and rules, never a value of a record.

What a caller may not see is not found (404), as if it were not there: a person whom your agency does not know or may
not be told of, a record your contract leaves out, one that limited access keeps back, another agency's inventory. 403
is answered before any record is looked up and says something of the caller alone: that the token lacks the scope of
the route (each operation names it; that the route exists is no secret, it stands here), or that the agency's contract
does not let it say, or receive, anything of that kind.
"""


def describe(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The API description of this app."""
    document = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, summary=app.summary
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(SHAPES)
    schemas.update(ADMIN_SHAPES)
    records = {
        f"{type_}-{version}": (type_, version) for type_ in registry.types() for version in registry.versions(type_)
    }
    schemas.update({name: _record(name, registry.get(*of).schema) for name, of in records.items()})
    schemas["Record"] = {"description": "A record of any type.", "anyOf": [schema(name) for name in records]}
    schemas["Event"] = _event(sorted(records.values()))
    _refuse_with_problems(document)
    return document


def _refuse_with_problems(document: dict[str, Any]) -> None:
    """The hub answers with problems what the framework would answer in its own way, and every lack of rights."""
    for framework_own in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(framework_own)
    wrong_parameter = invalid_request(Fault("/query/limit", "less_than_equal", NOT_AS_DESCRIBED)).document()
    no_rights = {str(status): described for status, described in problems().items()}
    for operation in (operation for operations in document["paths"].values() for operation in operations.values()):
        if JSON in operation["responses"].get("422", {}).get("content", {}):
            operation["responses"]["422"] = problem_response(wrong_parameter)
        if "security" in operation:
            operation["responses"] = no_rights | operation["responses"]


def _record(name: str, value: Json) -> Json:
    """A record's schema where it stands here: its own definitions are found below it."""
    return _moved(name, {key: part for key, part in value.items() if key not in ("$schema", "$id")})


def _moved(name: str, value: Json) -> Json:
    if isinstance(value, list):
        return [_moved(name, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item.replace("#/", f"#/components/schemas/{name}/", 1) if key == "$ref" else _moved(name, item)
        for key, item in value.items()
    }


def _event(records: list[tuple[str, str]]) -> dict[str, Any]:
    types = sorted({f"{type_}.{verb}" for type_, _ in records for verb in ("submitted", "withdrawn")})
    return {
        "type": "object",
        "description": "A CloudEvent 1.0 in structured mode.",
        "required": ["specversion", "id", "source", "type", "dataschema", "subject", "time"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {
                "type": "string",
                "description": "Your own id of this submission.",
                "minLength": 1,
                "maxLength": 200,
            },
            "source": {"type": "string", "description": "Your agency."},
            "type": {"enum": types},
            "dataschema": {"enum": [f"{type_}/{version}" for type_, version in records]},
            "subject": {"type": "string", "description": "Your own local id of the person.", "maxLength": 200},
            "time": {"type": "string", "format": "date-time", "description": "When you recorded it."},
            "sequence": {"type": "string", "pattern": "^[0-9]{1,18}$", "description": "Orders what has one time."},
            "datacontenttype": {"const": "application/json"},
            "traceparent": {"type": "string", "description": "W3C Trace Context."},
            "data": {"description": "The record; for a withdrawal the properties that name it."},
        },
        "examples": [EVENT_EXAMPLE],
    }
