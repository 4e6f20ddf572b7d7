"""No route is open but health and tokens: every other one refuses a caller without credentials, or with wrong ones."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.trust.agencies import Scope
from tests.rest import RestHub, api_document, rest_hub

OPEN = {("get", "/health/live"), ("get", "/health/ready"), ("post", "/oauth/token")}
ROUTES = [(method, path) for path, operations in api_document()["paths"].items() for method in operations]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RestHub]:
    async with rest_hub(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}") as hub:
        yield hub


def test_what_is_open_is_described() -> None:
    assert set(ROUTES) > OPEN


async def test_every_route_refuses_a_caller_without_credentials(hub: RestHub) -> None:
    for token, authorization in ((None, {}), ("nobody", {}), (None, {"authorization": "Basic eDp5"})):
        async with hub.client(token) as client:
            for method, path in set(ROUTES) - OPEN:
                answer = await client.request(method, _named(path), headers=authorization)
                assert answer.status_code == 401, f"{method} {path}"
                assert "www-authenticate" in answer.headers
                assert answer.json()["type"] == "urn:case-sharing:problem:unauthenticated"


async def test_every_route_refuses_a_token_without_its_scope(hub: RestHub) -> None:
    document = hub.app.openapi()
    for method, path in set(ROUTES) - OPEN:
        (needed,) = document["paths"][path][method]["security"][0]["oauth2"]
        other = "read" if needed != "read" else "submit"
        async with hub.client(f"probation:{other}") as client:
            answer = await client.request(method, _named(path))
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:case-sharing:problem:forbidden"), path


async def test_without_the_scope_nobody_learns_what_there_is(hub: RestHub) -> None:
    """403 is the same whether what is asked for is there or not; so it is no way to find out."""
    await hub.desk.agencies.add("prison", [Scope.READ], "anna")
    body = {"names": {"surname": "Quill"}}
    said = await hub.prison.put("/v1/offenders/A1234BC", json=body, headers={"ce-id": "1"})
    person = (await hub.prison.get("/v1/offenders/A1234BC")).json()["person"]
    assert said.status_code == 200
    for there, not_there in (
        ("/v1/admin/agencies/prison", "/v1/admin/agencies/court"),
        (f"/v1/admin/people/{person}/receipts", "/v1/admin/people/nobody/receipts"),
        (f"/v1/admin/people/{person}/decisions", "/v1/admin/people/nobody/decisions"),
    ):
        known, unknown = [await hub.probation.get(path) for path in (there, not_there)]
        assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
        assert known.status_code == 403
    async with hub.client("prison:submit") as without_read:
        known, unknown = [await without_read.get(f"/v1/offenders/{each}") for each in ("A1234BC", "A9999ZZ")]
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    hidden, nobody = [await hub.probation.get(f"/v1/offenders/{each}") for each in (person, person[:-1] + "0")]
    assert (hidden.status_code, nobody.status_code, hidden.json()) == (404, 404, nobody.json())


async def test_no_agency_administers_and_no_operator_speaks_as_an_agency(hub: RestHub) -> None:
    for method, path in set(ROUTES) - OPEN:
        is_admin = path.startswith("/v1/admin/") or path == "/metrics"
        async with hub.client("probation" if is_admin else "operator") as client:
            answer = await client.request(method, _named(path))
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:case-sharing:problem:forbidden"), path


def _named(path: str) -> str:
    """A path with something in place of each of its parts."""
    return re.sub(r"\{\w+\}", "1", path)
