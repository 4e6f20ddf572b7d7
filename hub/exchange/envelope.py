"""CloudEvents 1.0 read into submissions: binary and structured mode, over HTTP and over Kafka.

Only the envelope is checked here; whether the contract covers it and the body is valid, `share` decides.
Source: CloudEvents 1.0.2 with its JSON format, HTTP binding and Kafka binding, and the sequence and distributed
tracing extensions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import unquote

from hub.domain.canonical import Json, parse
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.submission import Submission

JSON = "application/json"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

_PRINTABLE = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")
_SCHEMA = re.compile(r"([a-z][a-z-]{0,39})/(\d{1,4}\.\d{1,4}\.\d{1,4})")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")
_SEQUENCE = re.compile(r"\d{1,18}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_NOT_GIVEN = -1


@dataclass(frozen=True, slots=True)
class Resource:
    """What a request that names one record says by its method and path.

    version: what the body is taken to be when no `ce-dataschema` says. named: the properties that make the agency's
    own reference, as the path has them. received: now, UTC.
    """

    record_type: str
    version: str
    local_id: str
    named: Mapping[str, Json]
    withdrawn: bool
    received: datetime


def media_type(content_type: str | None) -> str:
    """A Content-Type without its parameters, in lower case; empty when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def from_http_binary(agency: str, headers: Mapping[str, str], body: bytes) -> Submission:
    """A submission whose attributes are `ce-` headers and whose data is the body.

    headers: by lower-case name; values percent-encoded as the HTTP binding has it.

    Raises:
        Rejected: the envelope is wrong, or the body is not JSON.
    """
    attributes = {name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    attributes["datacontenttype"] = headers.get("content-type", "")
    if "traceparent" in headers:
        attributes.setdefault("traceparent", headers["traceparent"])
    return _submission(agency, attributes, body)


def from_kafka(agency: str, headers: Mapping[str, bytes], value: bytes | None) -> Submission:
    """A submission as a Kafka message, in binary mode (`ce_` headers) or structured (by its `content-type`).

    Raises:
        Rejected: the envelope is wrong, or the value is not JSON.
    """
    try:
        texts = {name: content.decode() for name, content in headers.items()}
    except UnicodeDecodeError:
        _refuse("", "utf-8", "headers are text in UTF-8")
    content_type = texts.get("content-type", JSON)
    if media_type(content_type) == STRUCTURED:
        return from_structured(agency, value or b"")
    attributes = {name[3:]: text for name, text in texts.items() if name.startswith("ce_")}
    attributes["datacontenttype"] = content_type
    return _submission(agency, attributes, value or b"")


def from_structured(agency: str, event: bytes | Json) -> Submission:
    """A submission as one JSON object that holds attributes and data.

    event: as bytes, or as `hub.domain.canonical.parse` reads it.

    Raises:
        Rejected: the envelope is wrong, or it is not JSON.
    """
    document = parse(event) if isinstance(event, bytes) else event
    if not isinstance(document, dict):
        _refuse("", "type", "an event is a JSON object")
    if "data_base64" in document:
        _refuse("/data_base64", "not-supported", "data is JSON and stands in `data`")
    attributes = {name: value for name, value in document.items() if name != "data"}
    attributes.setdefault("datacontenttype", JSON)
    return _submission(agency, attributes, document.get("data"))


def from_resource(agency: str, resource: Resource, headers: Mapping[str, str], body: bytes) -> Submission:
    """A submission by a request on one record, such as `PUT /v1/offenders/{crn}`; to withdraw, the path says all.

    headers: `ce-id` or `Idempotency-Key`; optionally `ce-time`, `ce-sequence`, `ce-dataschema`, `traceparent`.

    Raises:
        Rejected: as `from_http_binary`.
    """
    time = _time(unquote(headers["ce-time"])) if "ce-time" in headers else resource.received
    version = resource.version
    if "ce-dataschema" in headers:
        version = _version({"dataschema": unquote(headers["ce-dataschema"])}, resource.record_type)
    if headers.get("ce-source", agency) != agency:
        raise Rejected(Reason.WRONG_AGENCY, "an agency submits in its own name only")
    return Submission(
        agency=agency,
        id=_id(unquote(headers["ce-id"]) if "ce-id" in headers else _idempotency_key(headers)),
        record_type=resource.record_type,
        version=version,
        withdrawn=resource.withdrawn,
        local_id=_printable({"subject": resource.local_id}, "subject"),
        time=time,
        sequence=_sequence(headers.get("ce-sequence")),
        body=dict(resource.named) if resource.withdrawn else _named_body(resource, headers, body),
        traceparent=_traceparent(headers.get("traceparent")),
    )


def _named_body(resource: Resource, headers: Mapping[str, str], raw: bytes) -> Json:
    """The body, which must not name another record than the path; what it leaves out, `share` looks at."""
    body = _data(raw, headers.get("content-type", ""), withdrawn=False)
    if isinstance(body, dict):
        differing = [name for name, value in resource.named.items() if body.get(name, value) != value]
        if differing:
            detail = "is not what the path says"
            faults = tuple(Fault(f"/{name}", "as-in-path", detail) for name in differing)
            raise Rejected(Reason.INVALID_BODY, "body and path name different records", faults)
    return body


def _submission(agency: str, attributes: Mapping[str, Json], data: bytes | Json) -> Submission:
    if attributes.get("specversion") != "1.0":
        _refuse("/specversion", "const", 'the version of CloudEvents is "1.0"')
    submission_id = _id(attributes.get("id"))
    if _text(attributes, "source") != agency:
        raise Rejected(Reason.WRONG_AGENCY, "an agency submits in its own name only")
    record_type, withdrawn = _type(attributes)
    content_type = _text(attributes, "datacontenttype")
    return Submission(
        agency=agency,
        id=submission_id,
        record_type=record_type,
        version=_version(attributes, record_type),
        withdrawn=withdrawn,
        local_id=_printable(attributes, "subject"),
        time=_time(_text(attributes, "time")),
        sequence=_sequence(attributes.get("sequence")),
        body=_data(data, content_type, withdrawn=withdrawn),
        traceparent=_traceparent(attributes.get("traceparent")),
    )


def _data(data: bytes | Json, content_type: str, *, withdrawn: bool) -> Json:
    """The body; a withdrawal that has nothing to name may leave it out."""
    if withdrawn and (data is None or data == b""):
        return {}
    if media_type(content_type) != JSON:
        raise Rejected(Reason.WRONG_CONTENT_TYPE, f"a record is sent as {JSON}")
    if data is None:
        _refuse("/data", "required", "a record is missing")
    return parse(data) if isinstance(data, bytes) else data


def _id(given: Json) -> str:
    if given is None or given == "":
        raise Rejected(Reason.ID_MISSING, "every submission carries an id of its agency's own")
    return _printable({"id": given}, "id")


def _idempotency_key(headers: Mapping[str, str]) -> str | None:
    """A structured-field string in quotes, as its draft standard has it, or bare as most clients send it."""
    key = headers.get("idempotency-key")
    if key is not None and len(key) > 1 and key.startswith('"') and key.endswith('"'):
        return key[1:-1]
    return key


def _type(attributes: Mapping[str, Json]) -> tuple[str, bool]:
    """The record type, and whether it is a withdrawal."""
    record_type, _, verb = _text(attributes, "type").rpartition(".")
    if not record_type or verb not in ("submitted", "withdrawn"):
        raise Rejected(
            Reason.UNKNOWN_TYPE,
            "the type of an event is <record type>.submitted or <record type>.withdrawn",
            (Fault("/type", "pattern", "ends in .submitted or .withdrawn"),),
        )
    return record_type, verb == "withdrawn"


def _version(attributes: Mapping[str, Json], record_type: str) -> str:
    named = _SCHEMA.fullmatch(_text(attributes, "dataschema"))
    if named is None:
        _refuse("/dataschema", "pattern", "the data schema is named <record type>/<version>, such as offender/1.0.0")
    if named[1] != record_type:
        _refuse("/dataschema", "same-type", "type and data schema name the same record type")
    return named[2]


def _time(given: str) -> datetime:
    if _TIME.fullmatch(given) is None:
        _refuse("/time", "rfc3339", "a time is written as RFC 3339 has it, with its zone")
    try:
        return datetime.fromisoformat(given.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        _refuse("/time", "rfc3339", "there is no such time")


def _sequence(given: Json) -> int:
    if given is None:
        return _NOT_GIVEN
    if _SEQUENCE.fullmatch(str(given)) is None or isinstance(given, bool | float):
        _refuse("/sequence", "pattern", "a sequence is a whole number of at most 18 digits")
    return int(given)


def _traceparent(given: Json) -> str | None:
    """One that cannot be read is left out, as W3C Trace Context has it: tracing never stops a submission."""
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None


def _printable(attributes: Mapping[str, Json], name: str) -> str:
    value = _text(attributes, name)
    if _PRINTABLE.fullmatch(value) is None:
        _refuse(f"/{name}", "pattern", "at most 200 printable ASCII characters, blank neither first nor last")
    return value


def _text(attributes: Mapping[str, Json], name: str) -> str:
    value = attributes.get(name)
    if not isinstance(value, str):
        _refuse(f"/{name}", "required", "this attribute is missing or not a text")
    return value


def _refuse(path: str, rule: str, detail: str) -> NoReturn:
    raise Rejected(
        Reason.INVALID_ENVELOPE, "the envelope is not a CloudEvent of this hub", (Fault(path, rule, detail),)
    )
