"""Processes that consume under one name, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from hub.store.engine import open_engine
from hub.store.instances import name_of_its_own


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def engines(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[AsyncEngine]]:
    """One database, as three processes have it."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")
    engines = [open_engine(url) for _ in range(3)]
    yield engines
    for each in engines:
        await each.dispose()


async def test_who_wants_the_name_of_another_that_runs_gets_one_of_its_own_and_says_so(
    engines: list[AsyncEngine],
) -> None:
    one, other, third = engines
    with capture_logs() as logs:
        async with name_of_its_own(one, "hub/1") as first, name_of_its_own(other, "hub/2") as different:
            assert logs == []
            async with name_of_its_own(other, "hub/1") as second, name_of_its_own(third, "hub/1") as last:
                names = [first, different, second, last]

    assert names == ["hub/1", "hub/2", "hub/1-2", "hub/1-3"]
    assert [(each["event"], each["log_level"]) for each in logs] == [("instance_name_taken", "warning")] * 3
    assert all("HUB_INSTANCE" in each["detail"] for each in logs)


async def test_a_name_is_free_again_when_its_process_has_ended(engines: list[AsyncEngine]) -> None:
    names = []
    for engine in engines:
        async with name_of_its_own(engine, "hub") as name:
            names.append(name)

    assert names == ["hub"] * 3


@pytest.mark.parametrize("engines", [pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True)
async def test_a_database_that_goes_away_ends_nobody_and_frees_the_name(engines: list[AsyncEngine]) -> None:
    one, other, third = engines
    async with name_of_its_own(one, "hub") as lost:
        await _terminate_holders(third)
        async with name_of_its_own(other, "hub") as name:
            assert (lost, name) == ("hub", "hub")


async def _terminate_holders(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        holders = (
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        ours = " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        await connection.execute(text(holders + ours))
