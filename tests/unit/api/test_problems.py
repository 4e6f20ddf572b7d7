"""Every reason is told as a problem of its own."""

from typing import Annotated

import httpx
import orjson
import pytest
from fastapi import FastAPI, Query

from hub.api.problems import MEDIA_TYPE, STATUS, answer_with_problems, of_error
from hub.domain.errors import Fault, Halt, Reason, Rejected, Unavailable


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_type_a_title_and_a_client_error(reason: Reason) -> None:
    fault = Fault("/names", "required", "is missing")
    document = of_error(Rejected(reason, "a sentence", (fault,))).document()

    assert document["type"] == f"urn:case-sharing:problem:{reason.value}"
    assert document["title"]
    assert 400 <= document["status"] == STATUS[reason] < 500
    assert document["faults"] == [{"path": "/names", "rule": "required", "detail": "is missing"}]


def test_who_must_authenticate_is_told_how() -> None:
    expired = of_error(Rejected(Reason.TOKEN_EXPIRED, "")).response().headers["www-authenticate"]
    missing = of_error(Rejected(Reason.UNAUTHENTICATED, "")).response().headers["www-authenticate"]

    assert (missing, expired.startswith('Bearer error="invalid_token"')) == ("Bearer", True)


def test_who_may_try_again_is_told_when() -> None:
    answer = of_error(Unavailable("the database does not answer")).response()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.media_type == MEDIA_TYPE


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/halt")
    async def halt() -> None:
        raise Halt("a key is wrong")

    @app.get("/defect")
    async def defect() -> None:
        raise KeyError("Rowan Quill")

    @app.get("/typed")
    async def typed(limit: Annotated[int, Query(le=10)]) -> int:
        return limit

    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://hub")


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/halt", 500, "halted"),
        ("GET", "/defect", 500, "defect"),
        ("GET", "/typed?limit=Quill", 422, "invalid-request"),
        ("GET", "/typed?limit=11", 422, "invalid-request"),
        ("GET", "/nowhere", 404, "not-found"),
        ("POST", "/typed", 405, "method-not-allowed"),
    ],
)
async def test_whatever_goes_wrong_is_a_problem_without_values(
    client: httpx.AsyncClient, method: str, path: str, status: int, name: str
) -> None:
    answer = await client.request(method, path)
    document = orjson.loads(answer.content)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert (document["type"], document["status"]) == (f"urn:case-sharing:problem:{name}", status)
    assert "Quill" not in answer.text
    assert "a key is wrong" not in answer.text
