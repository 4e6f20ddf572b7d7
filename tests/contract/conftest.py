"""The ports' implementations, one after the other: what is true of one must be true of all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ports import MatchingStore, RelayStore, Store
from hub.store.alerts import AlertStore
from hub.store.engine import open_engine
from hub.store.matching import SqlMatchingStore
from hub.store.parked import ParkedStore
from hub.store.receipts import ReceiptStore
from hub.store.relaying import SqlRelayStore
from hub.store.sharing import SqlStore
from hub.store.watching import WatchStore
from tests.builders.hub import quick_engine
from tests.simulation.matched import MemoryMatchingStore
from tests.simulation.received import MemoryParkedStore, MemoryReceiptStore
from tests.simulation.relayed import MemoryRelayStore
from tests.simulation.stored import MemoryStore
from tests.simulation.tables import Tables
from tests.simulation.timekept import MemoryAlertStore, MemoryWatchStore

_TERMINATE_LOCK_HOLDERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()"
)
LARGE_BLOCK, MOST_CANDIDATES = 3, 4
"""Small, so that a test fills them with a few."""


@dataclass(frozen=True, slots=True)
class Stores:
    """One database, as two processes of a hub have it. lose_lead: breaks the connection that holds the lead."""

    store: Store
    relay: RelayStore
    other_relay: RelayStore
    receipts: ReceiptStore
    parked: ParkedStore
    matching: MatchingStore
    alerts: AlertStore
    watch: WatchStore
    lose_lead: Callable[[], Awaitable[None]]


def _in_memory() -> Stores:
    tables = Tables()

    async def lose_lead() -> None:
        tables.leader = None

    return Stores(
        MemoryStore(tables, large_block=LARGE_BLOCK),
        MemoryRelayStore(tables),
        MemoryRelayStore(tables),
        MemoryReceiptStore(tables),
        MemoryParkedStore(tables),
        MemoryMatchingStore(tables, large_block=LARGE_BLOCK, most_candidates=MOST_CANDIDATES),
        MemoryAlertStore(tables),
        MemoryWatchStore(tables),
        lose_lead,
    )


def _over(engine: AsyncEngine) -> Stores:
    async def lose_lead() -> None:
        async with engine.connect() as connection:
            await connection.execute(_TERMINATE_LOCK_HOLDERS)

    return Stores(
        SqlStore(engine, large_block=LARGE_BLOCK),
        SqlRelayStore(engine),
        SqlRelayStore(engine),
        ReceiptStore(engine),
        ParkedStore(engine),
        SqlMatchingStore(engine, large_block=LARGE_BLOCK, most_candidates=MOST_CANDIDATES),
        AlertStore(engine),
        WatchStore(engine),
        lose_lead,
    )


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    """An empty database."""
    if request.param == "memory":
        yield _in_memory()
        return
    if request.param == "sqlite":
        engine = quick_engine(tmp_path / "hub.db")
    else:
        engine = open_engine(request.getfixturevalue("shared_postgres_url"))
    yield _over(engine)
    await engine.dispose()
