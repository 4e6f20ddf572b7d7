"""An operator has a topic filled again and sees how far it is, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.ports import Outlet
from hub.store.relaying import SqlRelayStore
from tests.rest import OPERATOR, RestHub, rest_hub


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    """Three deliveries to the prison stand, all on its topic."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        for each in ("A1111AA", "A2222AA", "A3333AA"):
            body = {"names": {"surname": "Quill"}}
            await hub.prison.put(f"/v1/offenders/{each}", json=body, headers={"ce-id": each})
        await hub.relayed()
        await published(hub, 3)
        yield hub


async def published(hub: RestHub, number: int, *, begins: bool = False) -> None:
    """As the relay notes it."""
    await SqlRelayStore(hub.engine).published(Outlet("prison", published=number), refilling=begins)


async def ask(hub: RestHub, agency: str = "prison") -> httpx.Response:
    return await hub.operator.post(f"/v1/admin/agencies/{agency}/republish")


async def watched(hub: RestHub, job: str) -> tuple[str, int]:
    """State and progress of the job, as soon as somebody has looked."""
    await hub.desk.outlook.republishing.step()
    told: dict[str, Any] = (await hub.operator.get(f"/v1/admin/jobs/{job}")).json()
    return told["state"], told["done"]


async def test_a_topic_is_filled_again_as_a_job_that_says_how_far_it_is(hub: RestHub) -> None:
    answer = await ask(hub)
    job = answer.json()

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/admin/jobs/{job['id']}"
    assert (job["kind"], job["state"], job["total"], job["done"]) == ("republish", "waiting", 3, 0)
    assert (await SqlRelayStore(hub.engine).outlets())["prison"].refill
    assert await watched(hub, job["id"]) == ("running", 0)
    await published(hub, 0, begins=True)
    assert await watched(hub, job["id"]) == ("running", 0)
    await published(hub, 2)
    assert await watched(hub, job["id"]) == ("running", 2)
    await published(hub, 3)
    assert await watched(hub, job["id"]) == ("finished", 3)
    (entry,) = await hub.audited("republish-asked")
    assert (entry.actor, entry.agency, entry.reference) == (OPERATOR, "prison", job["id"])


async def test_asked_for_again_it_begins_again_and_is_still_one_job(hub: RestHub) -> None:
    first = (await ask(hub)).json()
    await published(hub, 0, begins=True)
    await published(hub, 2)
    await watched(hub, first["id"])
    again = (await ask(hub)).json()

    assert again["id"] == first["id"]
    assert await watched(hub, first["id"]) == ("running", 0)
    await published(hub, 3, begins=True)
    assert await watched(hub, first["id"]) == ("finished", 3)
    assert (await ask(hub)).json()["id"] != first["id"]


async def test_only_an_agency_that_is_served_by_topic_has_one(hub: RestHub) -> None:
    for agency, status, reason in (("probation", 409, "wrong-state"), ("nobody", 404, "not-found")):
        answer = await ask(hub, agency)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, reason)
