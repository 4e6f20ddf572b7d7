"""The revisions make exactly the tables of this version, on both databases, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.errors import Halt
from hub.store import migrations
from hub.store.engine import open_engine, reading, writing
from hub.store.migrations import downgrade, newest, revisions, upgrade
from hub.store.tables import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    engine = open_engine(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url"))
    yield engine
    await engine.dispose()


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_the_revisions_make_exactly_the_tables_of_this_version(engine: AsyncEngine) -> None:
    await upgrade(engine)

    async with reading(engine) as connection:
        assert await connection.run_sync(_differences) == []


async def test_a_missing_column_would_be_noticed(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with writing(engine) as connection:
        await connection.execute(text("ALTER TABLE assertion DROP COLUMN traceparent"))

    async with reading(engine) as connection:
        assert await connection.run_sync(_differences) != []


async def test_the_way_back_leaves_nothing_and_the_way_there_can_be_gone_again(engine: AsyncEngine) -> None:
    await upgrade(engine)
    await downgrade(engine, "base")

    async with reading(engine) as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version"}
    await upgrade(engine)


async def test_processes_that_start_together_migrate_once(engine: AsyncEngine) -> None:
    await asyncio.gather(*(upgrade(engine) for _ in range(4)))

    async with reading(engine) as connection:
        assert await connection.run_sync(_differences) == []


async def test_a_database_of_a_newer_version_is_left_alone(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with writing(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Halt, match="newer version"):
        await upgrade(engine)


async def test_a_database_at_the_newest_revision_is_left_as_it_is(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(engine)
    monkeypatch.delattr(revisions, "upgrade")

    await upgrade(engine)


async def test_a_database_at_an_earlier_revision_is_not_taken_for_one_at_the_newest(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(engine)
    reached: list[str] = []
    monkeypatch.setattr(migrations, "newest", lambda: "9999")
    monkeypatch.setattr(revisions, "upgrade", lambda _connection, to: reached.append(to))

    await upgrade(engine)

    assert reached == ["head"]


async def test_the_newest_revision_is_the_last_of_alembics(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        heads = await connection.run_sync(lambda sync: ScriptDirectory.from_config(revisions.config(sync)).get_heads())
    assert heads == [newest()]
