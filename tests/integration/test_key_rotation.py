"""The master key is rotated under a hub that runs, on both databases: no token ends, no key is lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.errors import Halt
from hub.store.agencies import AgencyStore
from hub.store.engine import create_schema, open_engine, reading
from hub.store.tables import audit
from hub.trust.sealing import MasterKey
from hub.trust.signing import SigningKeys

OLD, NEW = MasterKey(b"o" * 32), MasterKey(b"n" * 32)


class Clock:
    time = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    engine = open_engine(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url"))
    await create_schema(engine)
    yield engine
    await engine.dispose()


def process(engine: AsyncEngine, master: MasterKey) -> SigningKeys:
    return SigningKeys(AgencyStore(engine), master, Clock())


async def test_after_a_rotation_the_same_keys_are_had_by_the_new_master_key_alone(engine: AsyncEngine) -> None:
    signing = (await process(engine, OLD).current()).as_dict(private=True)

    assert await process(engine, OLD).rewrap(NEW, "cli:anna") == 1

    assert (await process(engine, NEW).current()).as_dict(private=True) == signing
    with pytest.raises(Halt, match="HUB_KEY does not open"):
        await process(engine, OLD).current()
    async with reading(engine) as connection:
        (entry,) = (await connection.execute(select(audit).where(audit.c.action == "master-key-rotated"))).all()
    assert entry.actor == "cli:anna"


async def test_a_process_that_runs_goes_on_whatever_key_ids_callers_make_up(engine: AsyncEngine) -> None:
    running = process(engine, OLD)
    signing = await running.current()
    await process(engine, OLD).rewrap(NEW, "cli:anna")

    assert await running.find("made up") is None
    assert await running.find(str(signing.kid)) is not None
    assert await running.current() is signing


async def test_by_a_wrong_master_key_nothing_is_rotated(engine: AsyncEngine) -> None:
    signing = await process(engine, OLD).current()

    with pytest.raises(Halt):
        await process(engine, NEW).rewrap(MasterKey(b"x" * 32), "cli:anna")

    assert (await process(engine, OLD).current()).kid == signing.kid
