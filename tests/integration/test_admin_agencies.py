"""The operators' routes for agencies, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.trust.agencies import Scope
from tests.rest import RestHub, rest_hub


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")) as hub:
        yield hub


async def test_agencies_are_listed_by_name_page_by_page(hub: RestHub) -> None:
    for name in ("probation", "prison"):
        await hub.desk.agencies.add(name, [Scope.SUBMIT])

    first = (await hub.operator.get("/v1/admin/agencies?limit=1")).json()
    rest = (await hub.operator.get(first["next"])).json()

    assert [each["name"] for each in (*first["agencies"], *rest["agencies"])] == ["prison", "probation"]
    assert rest["next"] is None
