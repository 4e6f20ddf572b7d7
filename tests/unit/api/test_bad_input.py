"""Bad input over REST: each kind is a problem of its own, and no reply or log line repeats what was sent."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from tests.rest import LIMIT, RestHub, rest_hub

SURNAME, NUMBER = "Featherstonehaugh", "Z9999999999999"
OFFENDER = {"names": {"surname": SURNAME}, "identifiers": [{"scheme": "pnc", "value": NUMBER}]}
EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "probation",
    "type": "offender.submitted",
    "dataschema": "offender/1.0.0",
    "subject": "X100001",
    "time": "2026-03-01T11:00:00Z",
    "data": OFFENDER,
}
STRUCTURED = {"content-type": "application/cloudevents+json"}
JSON = {"content-type": "application/json"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RestHub]:
    async with rest_hub(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}") as hub:
        yield hub


@dataclass
class Bad:
    """A request that must be refused. token: of whom. faults: the paths that must be named, if any."""

    kind: str
    status: int
    body: Any = field(default_factory=lambda: OFFENDER)
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "PUT"
    path: str = "/v1/offenders/X100001"
    token: str | None = "probation"  # noqa: S105 - the name of a case
    faults: tuple[str, ...] = ()

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


def put(kind: str, status: int, body: Any = OFFENDER, *faults: str, **headers: str) -> Bad:  # noqa: ANN401 - any JSON
    return Bad(kind, status, body, {**JSON, "ce-id": "one", **headers}, faults=faults)


def post(kind: str, status: int, *faults: str, **changes: object) -> Bad:
    body = {name: value for name, value in {**EVENT, **changes}.items() if value is not None}
    return Bad(kind, status, body, STRUCTURED, "POST", "/v1/submissions", faults=faults)


def search(kind: str, status: int, body: Any, *faults: str) -> Bad:  # noqa: ANN401 - any JSON
    return Bad(kind, status, body, JSON, "POST", "/v1/search", faults=faults)


CASES = {
    "bad JSON": put("bad-json", 400, b'{"names": "' + SURNAME.encode()),
    "bad JSON in an event": Bad("bad-json", 400, b"{" + SURNAME.encode(), STRUCTURED, "POST", "/v1/submissions"),
    "a number no reader keeps": put("invalid-body", 422, b'{"dateOfBirth": 1e300}', "/dateOfBirth"),
    "an invalid body": put("invalid-body", 422, {**OFFENDER, "dateOfBirth": SURNAME}, "/dateOfBirth"),
    "a body that is no object": put("invalid-body", 422, [SURNAME], ""),
    "an unknown member": put("invalid-body", 422, {**OFFENDER, "colour": SURNAME}, ""),
    "an unknown code": put("unknown-code", 422, {**OFFENDER, "sex": SURNAME}, "/sex"),
    "an unknown version": put("unknown-version", 422, **{"ce-dataschema": "offender/9.9.9"}),
    "the version of another type": put(
        "invalid-envelope", 400, OFFENDER, "/dataschema", **{"ce-dataschema": "movement/1.0.0"}
    ),
    "an unknown type": post("unknown-type", 422, type="passport.submitted", dataschema="passport/1.0.0"),
    "an unknown verb": post("unknown-type", 422, "/type", type="offender.erased"),
    "another agency's name": post("wrong-agency", 403, source="prison"),
    "another agency's name in a header": put("wrong-agency", 403, **{"ce-source": "prison"}),
    "a type beyond the contract": Bad(
        "not-covered-by-contract", 403, {}, {**JSON, "ce-id": "one"}, path="/v1/offenders/X100001/movements/B1/1"
    ),
    "an event beyond the contract": post(
        "not-covered-by-contract", 403, type="movement.submitted", dataschema="movement/1.0.0"
    ),
    "no id": Bad("id-missing", 400, headers=JSON),
    "no id in an event": post("id-missing", 400, id=None),
    "no time in an event": post("invalid-envelope", 400, "/time", time=None),
    "a time in the future": put("time-in-future", 422, **{"ce-time": "2026-03-01T12:06:00Z"}),
    "a time that is none": put("invalid-envelope", 400, OFFENDER, "/time", **{"ce-time": SURNAME}),
    "too large": put("too-large", 413, b" " * (LIMIT + 1)),
    "another content type": put("wrong-content-type", 415, **{"content-type": "application/xml"}),
    "no content type": Bad("wrong-content-type", 415, headers={"ce-id": "one"}),
    "a compressed stream": Bad(
        "wrong-content-type",
        415,
        headers={"content-type": "application/x-ndjson", "content-encoding": "gzip"},
        method="POST",
        path="/v1/submissions",
    ),
    "a compressed body": put("wrong-content-type", 415, **{"content-encoding": "gzip"}),
    "events as something else": Bad(
        "wrong-content-type", 415, b"<a/>", {"content-type": "text/xml"}, "POST", "/v1/submissions"
    ),
    "no token": Bad("unauthenticated", 401, headers={**JSON, "ce-id": "one"}, token=None),
    "a wrong token": Bad("unauthenticated", 401, headers={**JSON, "ce-id": "one"}, token=SURNAME),
    "an expired token": Bad("token-expired", 401, headers={**JSON, "ce-id": "one"}, token="expired"),  # noqa: S106
    "a token without the scope": Bad("forbidden", 403, headers={**JSON, "ce-id": "one"}, token="probation:read"),  # noqa: S106
    "a path that names another record": Bad(
        "invalid-body",
        422,
        {"reference": SURNAME, "layer": 3, "lifecycle": {"status": "OPEN"}},
        {**JSON, "ce-id": "one"},
        path="/v1/offenders/X100001/assessments/ASM-1",
        faults=("/reference",),
    ),
    "a local id that cannot be": Bad(
        "invalid-envelope", 400, headers={**JSON, "ce-id": "one"}, path="/v1/offenders/%C3%A9", faults=("/subject",)
    ),
    "a batch that is no list": Bad(
        "invalid-envelope", 400, {}, {"content-type": "application/cloudevents-batch+json"}, "POST", "/v1/submissions"
    ),
    "a search for nothing": search("invalid-body", 422, {"scheme": "pnc"}, "/value"),
    "a search in no scheme": search("unknown-code", 422, {"scheme": SURNAME, "value": NUMBER}, "/scheme"),
    "a search for what is no number": search("invalid-body", 422, {"scheme": "pnc", "value": NUMBER}, "/value"),
    "no receipts": Bad("invalid-body", 422, {"receipts": SURNAME}, JSON, "POST", "/v1/receipts", faults=("/receipts",)),
    "a limit beyond the limit": Bad(
        "invalid-request", 422, b"", {}, "GET", "/v1/feed?limit=501", faults=("/query/limit",)
    ),
    "a cursor of somebody's own": Bad(
        "invalid-envelope", 400, b"", {}, "GET", "/v1/offenders/X100001/timeline?after=x"
    ),
    "a record that is not there": Bad("not-found", 404, b"", {}, "GET", "/v1/offenders/nobody"),
    "a route that is not there": Bad("not-found", 404, b"", {}, "GET", f"/v1/{SURNAME}"),
    "a method that is not there": Bad("method-not-allowed", 405, b"", {}, "PATCH", "/v1/feed"),
}


@pytest.mark.parametrize("name", CASES)
async def test_bad_input_is_refused_by_its_kind_and_nothing_sent_is_repeated(
    hub: RestHub, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad = CASES[name]
    known = {**JSON, "ce-id": "zero"}
    with capture_logs() as logged, caplog.at_level(logging.DEBUG, "hub"):
        async with hub.client(bad.token) as client:
            await hub.probation.put("/v1/offenders/X100001", content=b'{"names": {"surname": "Tamm"}}', headers=known)
            answer = await client.request(bad.method, bad.path, content=bad.content(), headers=bad.headers)
    problem = answer.json()

    assert (answer.status_code, problem["type"]) == (bad.status, f"urn:case-sharing:problem:{bad.kind}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {fault["path"] for fault in problem["faults"]} >= set(bad.faults)
    assert ("www-authenticate" in answer.headers) == (bad.status == 401)
    for told in (answer.text, str(dict(answer.headers)), str(logged), caplog.text):
        assert SURNAME not in told
        assert NUMBER not in told


async def test_an_id_used_for_something_else_is_refused(hub: RestHub) -> None:
    for body, status in ((OFFENDER, 200), ({**OFFENDER, "sex": "male"}, 409)):
        answer = await hub.probation.put("/v1/offenders/X100001", json=body, headers={"ce-id": "one"})
        assert answer.status_code == status
    assert answer.json()["type"] == "urn:case-sharing:problem:id-reused"
    assert SURNAME not in answer.text


async def test_a_clock_may_run_a_little_ahead(hub: RestHub) -> None:
    ahead = (hub.now + timedelta(minutes=4, seconds=50)).isoformat()
    answer = await hub.probation.put("/v1/offenders/X1", json=OFFENDER, headers={"ce-id": "one", "ce-time": ahead})
    assert answer.status_code == 200


async def test_a_body_without_a_stated_length_is_cut_off_at_the_limit(hub: RestHub) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 1_000
            yield b" " * 1_000

    answer = await hub.probation.put("/v1/offenders/X100001", content=endless(), headers={**JSON, "ce-id": "one"})

    assert answer.json()["type"] == "urn:case-sharing:problem:too-large"
    assert sent <= LIMIT + 2_000
