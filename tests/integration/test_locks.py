"""Batches of several workers on PostgreSQL: those that name the same new people wait for each other, others do not."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ports import Store
from hub.store import sharing
from hub.store.engine import create_schema, open_engine
from hub.store.sharing import SqlStore

pytestmark = pytest.mark.servers

Names: TypeAlias = dict[str, list[str]]
"""Local keys with the digests of their claims, of whose first letters the locks are made."""

ONE: Names = {"one-local": ["one-claim"]}
OTHER: Names = {"another-local": ["another-claim"]}


@pytest.fixture
async def engine(shared_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(shared_postgres_url)
    await create_schema(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> Store:
    return SqlStore(engine)


async def waits(store: Store, first: Names, second: Names) -> bool:
    """Whether a batch that names the second waits for one that has named the first."""

    async def come() -> None:
        async with store.sharing() as coming:
            await coming.people(second, [])

    async with store.sharing() as holding:
        await holding.people(first, [])
        task = asyncio.create_task(come())
        _, pending = await asyncio.wait((task,), timeout=0.5)
    await task
    return bool(pending)


async def test_batches_on_different_new_people_do_not_wait(store: Store) -> None:
    assert not await waits(store, ONE, OTHER)


async def test_a_batch_waits_for_one_that_names_the_same_new_person(store: Store) -> None:
    assert await waits(store, ONE, ONE)


async def test_a_batch_waits_for_one_with_the_same_claim(store: Store) -> None:
    (claims,) = ONE.values()
    assert await waits(store, ONE, {"another-local": claims})


@pytest.mark.parametrize("large_first", [True, False])
async def test_a_batch_too_large_to_lock_one_by_one_and_any_other_wait_for_each_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, large_first: bool
) -> None:
    monkeypatch.setattr(sharing, "_MOST_LOCKS", 2)
    large: Names = {f"{number}-of-a-large-batch": [] for number in range(3)}
    assert await (waits(store, large, ONE) if large_first else waits(store, ONE, large))
