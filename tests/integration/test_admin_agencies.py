"""The operators' routes for agencies, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from hub.domain.submission import micros
from hub.store.engine import writing
from hub.store.tables import agency, audit
from hub.trust.agencies import AS_OPERATORS
from tests.rest import OPERATOR, RestHub, rest_hub

AGENCIES = "/v1/admin/agencies"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def add(hub: RestHub, name: str = "prison", **more: object) -> httpx.Response:
    return await hub.operator.post(AGENCIES, json={"name": name, **more})


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_the_secret_of_a_new_agency_is_shown_once_and_is_the_right_one(hub: RestHub) -> None:
    added = await add(hub)

    assert (added.status_code, added.headers["location"]) == (201, f"{AGENCIES}/prison")
    assert added.headers["cache-control"] == "no-store"
    given = added.json()
    row = await hub.desk.agencies.authenticate(given["clientId"], given["clientSecret"])
    assert row is not None
    assert row.scopes == {"read", "submit"}
    read = await hub.operator.get(f"{AGENCIES}/prison")
    assert given["clientSecret"] not in read.text + (await hub.operator.get(AGENCIES)).text


async def test_an_agency_may_have_less_than_all_scopes(hub: RestHub) -> None:
    await add(hub, scopes=["read"])

    assert (await hub.operator.get(f"{AGENCIES}/prison")).json()["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({}, ["/name"]),
        ({"name": 1}, ["/name"]),
        ({"name": ""}, ["/name"]),
        ({"name": "prison", "scopes": ["admin"]}, ["/scopes/0"]),
        ({"name": "prison", "scopes": []}, ["/scopes"]),
        ({"name": "prison", "secret": "mine"}, [""]),
        ([], [""]),
    ],
)
async def test_what_is_not_as_described_is_refused_with_its_place(
    hub: RestHub, given: object, paths: list[str]
) -> None:
    answer = await hub.operator.post(AGENCIES, json=given)

    assert problem(answer) == (422, "invalid-body")
    assert [fault["path"] for fault in answer.json()["faults"]] == paths


async def test_an_agency_is_added_once_and_only_under_a_contract(hub: RestHub) -> None:
    assert (await add(hub)).status_code == 201
    assert problem(await add(hub)) == (409, "wrong-state")
    assert problem(await add(hub, "customs")) == (403, "not-covered-by-contract")


async def test_agencies_are_listed_by_name_page_by_page(hub: RestHub) -> None:
    await add(hub, "probation")
    await add(hub, "prison")
    await hub.desk.agencies.add("ben", AS_OPERATORS)

    first = (await hub.operator.get(f"{AGENCIES}?limit=1")).json()
    rest = (await hub.operator.get(first["next"])).json()

    assert [each["name"] for each in (*first["agencies"], *rest["agencies"])] == ["prison", "probation"]
    assert rest["next"] is None


async def test_an_agency_is_suspended_and_resumed(hub: RestHub) -> None:
    given = (await add(hub)).json()

    assert (await hub.operator.post(f"{AGENCIES}/prison/suspend")).json()["suspended"] is True
    assert await hub.desk.agencies.authenticate(given["clientId"], given["clientSecret"]) is None
    assert (await hub.operator.post(f"{AGENCIES}/prison/resume")).json()["suspended"] is False
    assert await hub.desk.agencies.authenticate(given["clientId"], given["clientSecret"]) is not None


async def test_a_new_secret_ends_the_old_one(hub: RestHub) -> None:
    old = (await add(hub)).json()

    new = (await hub.operator.post(f"{AGENCIES}/prison/secret")).json()

    assert new["clientId"] == old["clientId"]
    assert await hub.desk.agencies.authenticate(old["clientId"], old["clientSecret"]) is None
    assert await hub.desk.agencies.authenticate(new["clientId"], new["clientSecret"]) is not None


async def test_a_paused_input_is_seen_and_resumed_but_one_that_runs_is_not(hub: RestHub) -> None:
    await add(hub)
    assert problem(await hub.operator.post(f"{AGENCIES}/prison/input/resume")) == (409, "wrong-state")
    async with writing(hub.engine) as connection:
        await connection.execute(update(agency).values(paused=micros(hub.now), rejections=100))

    stands = (await hub.operator.get(f"{AGENCIES}/prison")).json()["input"]
    assert (stands["rejections"], stands["paused"] is not None) == (100, True)
    goes_on = (await hub.operator.post(f"{AGENCIES}/prison/input/resume")).json()["input"]
    assert goes_on == {"rejections": 0, "paused": None}


@pytest.mark.parametrize("what", ["suspend", "resume", "secret", "input/resume"])
async def test_nothing_is_done_to_an_agency_that_is_not_registered_or_to_an_operator(hub: RestHub, what: str) -> None:
    await hub.desk.agencies.add("ben", AS_OPERATORS)

    for name in ("customs", "ben"):
        assert problem(await hub.operator.post(f"{AGENCIES}/{name}/{what}")) == (404, "not-found")
        assert problem(await hub.operator.get(f"{AGENCIES}/{name}")) == (404, "not-found")


async def test_every_change_is_audited_with_who_and_when(hub: RestHub) -> None:
    await add(hub)
    for what in ("suspend", "resume", "secret"):
        await hub.operator.post(f"{AGENCIES}/prison/{what}")

    rows = await hub.rows(select(audit).order_by(audit.c.id))
    assert [(row.action, row.actor, row.agency) for row in rows] == [
        ("agency-added", OPERATOR, "prison"),
        ("agency-suspended", OPERATOR, "prison"),
        ("agency-resumed", OPERATOR, "prison"),
        ("agency-secret-renewed", OPERATOR, "prison"),
    ]
    assert all(row.at <= micros(hub.now) for row in rows)


async def test_operators_are_listed_and_one_of_them_is_suspended(hub: RestHub) -> None:
    for name in ("ben", "cleo"):
        await hub.desk.agencies.add(name, AS_OPERATORS, "cli:anna")
    first = (await hub.operator.get("/v1/admin/operators", params={"limit": 1})).json()
    rest = (await hub.operator.get(first["next"])).json()
    suspended = await hub.operator.post("/v1/admin/operators/cleo/suspend")

    assert [each["name"] for each in first["operators"] + rest["operators"]] == ["ben", "cleo"]
    assert (suspended.json()["name"], suspended.json()["suspended"], rest["next"]) == ("cleo", True, None)
    assert (await hub.desk.agencies.active("cleo"), await hub.desk.agencies.active("ben") is None) == (None, False)
    (entry,) = await hub.audited("operator-suspended")
    assert (entry.actor, entry.reference) == (OPERATOR, "cleo")


async def test_an_agency_is_no_operator_to_be_suspended(hub: RestHub) -> None:
    await add(hub)

    assert problem(await hub.operator.post("/v1/admin/operators/prison/suspend")) == (404, "not-found")
    assert (await hub.operator.get("/v1/admin/operators")).json()["operators"] == []
