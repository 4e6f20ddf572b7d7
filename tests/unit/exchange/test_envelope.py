"""The envelope: what a CloudEvent must carry, in every mode, and how a wrong one is refused."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
import pytest

from hub.domain.errors import Reason, Rejected
from hub.domain.submission import Submission
from hub.exchange.envelope import Resource, from_http_binary, from_kafka, from_resource, from_structured

Read: TypeAlias = Callable[..., Submission]

AGENCY = "probation"
BODY = {"reference": "ASM-1", "layer": 3}
RAW = orjson.dumps(BODY)
RECEIVED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "e-1",
    "source": AGENCY,
    "type": "assessment.submitted",
    "dataschema": "assessment/1.0.0",
    "subject": "X100001",
    "time": "2026-03-01T10:00:00.250+01:00",
    "sequence": "17",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
EXPECTED = Submission(
    agency=AGENCY,
    id="e-1",
    record_type="assessment",
    version="1.0.0",
    withdrawn=False,
    local_id="X100001",
    time=datetime(2026, 3, 1, 9, 0, 0, 250_000, tzinfo=UTC),
    sequence=17,
    body=BODY,
    traceparent=ATTRIBUTES["traceparent"],
)


def http(
    changes: Mapping[str, str | None] = {}, body: bytes = RAW, content_type: str = "application/json"
) -> Submission:
    headers = {f"ce-{name}": value for name, value in merged(changes).items()}
    return from_http_binary(AGENCY, {**headers, "content-type": content_type}, body)


def kafka(changes: Mapping[str, str | None] = {}, value: bytes | None = RAW) -> Submission:
    headers = {f"ce_{name}": text.encode() for name, text in merged(changes).items()}
    return from_kafka(AGENCY, {**headers, "content-type": b"application/json; charset=utf-8"}, value)


def structured(changes: Mapping[str, Any] = {}) -> Submission:
    return from_structured(AGENCY, orjson.dumps({**merged(changes), "data": BODY}))


def merged(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**ATTRIBUTES, **changes}.items() if value is not None}


def refused(call: Read, *given: object) -> Rejected:
    with pytest.raises(Rejected) as caught:
        call(*given)
    return caught.value


@pytest.mark.parametrize("mode", [http, kafka, structured])
def test_every_mode_reads_the_same_submission(mode: Read) -> None:
    assert mode() == EXPECTED


def test_kafka_takes_structured_events_too() -> None:
    event = orjson.dumps({**ATTRIBUTES, "data": BODY})
    assert from_kafka(AGENCY, {"content-type": b"application/cloudevents+json"}, event) == EXPECTED


def test_http_headers_are_percent_decoded() -> None:
    assert http({"subject": "X%201"}).local_id == "X 1"


@pytest.mark.parametrize("mode", [http, kafka, structured])
@pytest.mark.parametrize(
    ("changes", "reason", "path"),
    [
        ({"id": None}, Reason.ID_MISSING, None),
        ({"id": ""}, Reason.ID_MISSING, None),
        ({"id": "a\tb"}, Reason.INVALID_ENVELOPE, "/id"),
        ({"id": "x" * 201}, Reason.INVALID_ENVELOPE, "/id"),
        ({"source": "prison"}, Reason.WRONG_AGENCY, None),
        ({"source": None}, Reason.INVALID_ENVELOPE, "/source"),
        ({"specversion": "0.3"}, Reason.INVALID_ENVELOPE, "/specversion"),
        ({"type": "assessment.deleted"}, Reason.UNKNOWN_TYPE, "/type"),
        ({"type": "submitted"}, Reason.UNKNOWN_TYPE, "/type"),
        ({"dataschema": None}, Reason.INVALID_ENVELOPE, "/dataschema"),
        ({"dataschema": "assessment"}, Reason.INVALID_ENVELOPE, "/dataschema"),
        ({"dataschema": "offender/1.0.0"}, Reason.INVALID_ENVELOPE, "/dataschema"),
        ({"subject": None}, Reason.INVALID_ENVELOPE, "/subject"),
        ({"time": None}, Reason.INVALID_ENVELOPE, "/time"),
        ({"time": "2026-03-01T10:00:00"}, Reason.INVALID_ENVELOPE, "/time"),
        ({"time": "2026-02-30T10:00:00Z"}, Reason.INVALID_ENVELOPE, "/time"),
        ({"time": "2026-060T10:00:00Z"}, Reason.INVALID_ENVELOPE, "/time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, Reason.INVALID_ENVELOPE, "/time"),
        ({"sequence": "-4"}, Reason.INVALID_ENVELOPE, "/sequence"),
        ({"sequence": "1" * 19}, Reason.INVALID_ENVELOPE, "/sequence"),
    ],
)
def test_a_wrong_attribute_is_refused_by_its_name(
    mode: Read, changes: dict[str, Any], reason: Reason, path: str | None
) -> None:
    rejection = refused(mode, changes)
    assert rejection.reason is reason
    if path is not None:
        assert [fault.path for fault in rejection.faults] == [path]


@pytest.mark.parametrize("mode", [http, kafka, structured])
def test_no_sequence_sorts_before_any_sequence(mode: Read) -> None:
    assert mode({"sequence": None}).sequence == -1


@pytest.mark.parametrize("mode", [http, kafka, structured])
def test_a_trace_that_cannot_be_read_stops_nothing(mode: Read) -> None:
    assert mode({"traceparent": "abc"}).traceparent is None


@pytest.mark.parametrize("nanoseconds", ["2026-03-01T09:00:00.250000001Z", "2026-03-01t09:00:00.250000999z"])
def test_times_keep_whole_microseconds(nanoseconds: str) -> None:
    assert http({"time": nanoseconds}).time == EXPECTED.time


def test_a_withdrawal_with_nothing_to_name_needs_no_data() -> None:
    changes = {"type": "offender.withdrawn", "dataschema": "offender/1.0.0"}
    assert (http(changes, b"").withdrawn, http(changes, b"").body) == (True, {})
    assert kafka(changes, None).body == {}
    assert from_structured(AGENCY, orjson.dumps(merged(changes))).body == {}


def test_a_submission_without_data_is_refused() -> None:
    assert refused(http, {}, b"").reason is Reason.BAD_JSON
    assert refused(kafka, {}, None).reason is Reason.BAD_JSON
    assert refused(from_structured, AGENCY, orjson.dumps(ATTRIBUTES)).reason is Reason.INVALID_ENVELOPE


def test_other_content_types_are_refused() -> None:
    assert refused(http, {}, RAW, "text/xml").reason is Reason.WRONG_CONTENT_TYPE
    assert refused(http, {}, RAW, "").reason is Reason.WRONG_CONTENT_TYPE
    assert refused(structured, {"datacontenttype": "text/xml"}).reason is Reason.WRONG_CONTENT_TYPE
    assert refused(from_kafka, AGENCY, {"content-type": b"text/csv"}, RAW).reason is Reason.INVALID_ENVELOPE


def test_what_is_no_event_is_refused() -> None:
    assert refused(from_structured, AGENCY, b"{").reason is Reason.BAD_JSON
    assert refused(from_structured, AGENCY, b"[]").reason is Reason.INVALID_ENVELOPE
    assert refused(from_structured, AGENCY, orjson.dumps({**ATTRIBUTES, "data_base64": "e30="})).faults[0].path == (
        "/data_base64"
    )
    assert refused(from_kafka, AGENCY, {"ce_id": b"\xff"}, RAW).reason is Reason.INVALID_ENVELOPE


@pytest.mark.parametrize("sequence", [True, 1.5])
def test_a_sequence_is_no_other_kind_of_number(sequence: object) -> None:
    assert refused(structured, {"sequence": sequence}).reason is Reason.INVALID_ENVELOPE


def test_numbers_in_structured_events_are_normalised() -> None:
    event = orjson.dumps({**ATTRIBUTES, "data": {"score": 50.0}})
    assert repr(from_structured(AGENCY, event).body["score"]) == "50"


def resource(headers: dict[str, str], body: bytes = RAW, *, withdrawn: bool = False) -> Submission:
    named = Resource("assessment", "1.1.0", "X100001", {"reference": "ASM-1"}, withdrawn, RECEIVED)
    return from_resource(AGENCY, named, {"content-type": "application/json", **headers}, body)


def test_a_resource_says_itself_what_the_headers_leave_out() -> None:
    assert resource({"ce-id": "e-1"}) == Submission(
        AGENCY, "e-1", "assessment", "1.1.0", withdrawn=False, local_id="X100001", time=RECEIVED, sequence=-1, body=BODY
    )


def test_headers_of_a_resource_say_more() -> None:
    taken = resource({f"ce-{name}": ATTRIBUTES[name] for name in ("id", "time", "sequence", "dataschema", "source")})
    assert (taken.time, taken.sequence, taken.version) == (EXPECTED.time, 17, "1.0.0")


@pytest.mark.parametrize("key", ["e-1", '"e-1"'])
def test_an_idempotency_key_is_an_id(key: str) -> None:
    assert resource({"idempotency-key": key}).id == "e-1"


def test_a_resource_without_an_id_is_refused() -> None:
    assert refused(resource, {}).reason is Reason.ID_MISSING
    assert refused(resource, {"idempotency-key": '""'}).reason is Reason.ID_MISSING


def test_a_resource_of_another_agency_is_refused() -> None:
    assert refused(resource, {"ce-id": "e-1", "ce-source": "prison"}).reason is Reason.WRONG_AGENCY


def test_a_withdrawn_resource_is_named_by_its_path() -> None:
    assert resource({"ce-id": "e-2"}, b"", withdrawn=True).body == {"reference": "ASM-1"}


def test_a_body_that_names_another_record_than_its_path_is_refused() -> None:
    rejection = refused(resource, {"ce-id": "e-1"}, b'{"reference": "ASM-2"}')
    assert rejection.reason is Reason.INVALID_BODY
    assert [(fault.path, fault.rule) for fault in rejection.faults] == [("/reference", "as-in-path")]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"7"])
def test_a_body_that_names_nothing_is_left_to_the_specification(body: bytes) -> None:
    assert resource({"ce-id": "e-1"}, body).body == orjson.loads(body)
