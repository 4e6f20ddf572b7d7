"""Names of the processes that consume: no two that run hold one, or each would throw the other out for ever."""

import fcntl
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import chain, count
from pathlib import Path

import structlog
from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.engine import alone

_CONSUMERS = 0x434F4E53
"""The space of advisory locks that stand for names; two numbers, so that no other lock of the hub is one of them."""
_TRY = text("SELECT pg_try_advisory_lock(:space, :name)")
_LET_GO = text("SELECT pg_advisory_unlock(:space, :name)")

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def name_of_its_own(engine: AsyncEngine, wanted: str) -> AsyncIterator[str]:
    """The name wanted, or where another process that runs has it, this with a number behind it; held until the end.

    A process that was killed lets go of its name with its connection: the next gets the same, and with it at once what
    it had. Raises `Unavailable`, `Halt`.
    """
    for name in chain((wanted,), (f"{wanted}-{number}" for number in count(2))):
        async with _held(engine, name) as mine:
            if mine:
                yield name
                return
        _log.warning("instance_name_taken", detail="another process consumes under this name: set HUB_INSTANCE")


@asynccontextmanager
async def _held(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Whether this process has the name now: by a connection of its own (PostgreSQL) or a file beside the database."""
    digest = hashlib.sha256(name.encode()).digest()[:4]
    if engine.dialect.name == "sqlite":
        with file_locked(Path(f"{engine.url.database}.consumer-{digest.hex()}")) as mine:
            yield mine
        return
    async with alone(engine) as connection:
        lock = {"space": _CONSUMERS, "name": int.from_bytes(digest, signed=True)}
        mine = bool(await connection.scalar(_TRY, lock))
        try:
            yield mine
        finally:
            with suppress(exc.DBAPIError, OSError):  # where the database is away, the lock is gone with the connection
                if mine:
                    await connection.execute(_LET_GO, lock)
            await connection.invalidate()


@contextmanager
def file_locked(path: Path) -> Iterator[bool]:
    """Whether this process has the file for itself now; let go of at the end, and when the process is killed."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
