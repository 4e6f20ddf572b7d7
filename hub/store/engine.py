"""Opens the database and maps its errors to the hub's: who must act is decided here, once."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, event, exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hub.domain.errors import Halt, Unavailable
from hub.ports import Moved, Unfit
from hub.store.tables import metadata

COMMAND_TIMEOUT_S = 30
"""Without a limit, a database that falls silent would hang a worker for ever."""

_OWNER_ONLY = 0o600
_UNIQUE_VIOLATION = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
_SERIALIZATION_OR_DEADLOCK = ("40001", "40P01")
_WRONG_ADDRESS = ("28000", "28P01", "3D000", "SQLITE_NOTADB")
_SERVER_GOES_AWAY = ("57P01", "57P02", "57P03", "53300")


def open_engine(url: str, pool_size: int = 10) -> AsyncEngine:
    """An engine for `postgresql+asyncpg://...` or `sqlite+aiosqlite:///path`; connects at first use."""
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "do_connect", _make_for_its_owner_alone)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", _give_up_sqlite)
        return engine
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        pool_timeout=COMMAND_TIMEOUT_S,
        pool_use_lifo=True,  # the connection used last knows its statements best
        connect_args={"command_timeout": COMMAND_TIMEOUT_S, "timeout": COMMAND_TIMEOUT_S},
    )


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that may write.

    Raises:
        Unavailable: the database does not answer, or the moment was wrong; whether a commit got through is
            then unknown, and doing the same again with the same ids is right.
        Moved: another worker wrote the same row first; look again.
        Unfit: the database refuses the data.
        Halt: the database is not the one the hub needs.
    """
    with _errors_mapped():
        async with engine.connect() as connection:
            await connection.execution_options(hub_writing=True)
            async with connection.begin():
                yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that only reads, as one snapshot.

    Raises:
        Unavailable, Halt: as `writing`.
    """
    with _errors_mapped():
        async with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection


@asynccontextmanager
async def reading_once(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for one statement that only reads: spares PostgreSQL the two that begin and end a transaction.

    Raises:
        Unavailable, Halt: as `writing`.
    """
    async with (alone if engine.dialect.name == "postgresql" else reading)(engine) as connection:
        yield connection


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that is in no transaction, for what lasts longer than one, such as a lock.

    Raises:
        Unavailable, Halt: as `writing`.
    """
    with _errors_mapped():
        async with engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


async def create_schema(engine: AsyncEngine) -> None:
    """Make every table at once, for tests; servers migrate instead."""
    async with writing(engine) as connection:
        await connection.run_sync(metadata.create_all)


def _make_for_its_owner_alone(_dialect: object, _record: object, where: list[str], _named: object) -> None:
    """A new database is nobody else's to read; SQLite gives the files it puts beside it the same permissions.

    One that is there is left alone: opening and closing it would end the locks that SQLite has on it.
    """
    file = Path(where[0])
    if not where[0].startswith((":memory:", "file:")) and not file.exists():
        file.touch(_OWNER_ONLY)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hub_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _give_up_sqlite(connection: Any, _record: object, _error: object) -> None:  # noqa: ANN401 - the driver's own
    """End the transaction of whoever was cancelled in it.

    To close the connection does not, while somebody still refers to a cursor of it, as a traceback does: nobody else
    could write until the garbage is collected.
    """
    connection.rollback()


@contextmanager
def _errors_mapped() -> Iterator[None]:
    try:
        yield
    except (exc.TimeoutError, TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable("the database does not answer") from error
    except exc.DBAPIError as error:
        raise _mapped(error) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise Unfit("the database's driver has no form for the data") from error


def _mapped(error: exc.DBAPIError) -> Exception:
    code = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", ""))
    if error.connection_invalidated or code in (*_SERIALIZATION_OR_DEADLOCK, *_SERVER_GOES_AWAY):
        return Unavailable("the database broke off")
    if code in _WRONG_ADDRESS:
        return Halt("there is no such database for the hub: set HUB_DATABASE_URL to the right user, password and name")
    if code in _UNIQUE_VIOLATION:
        return Moved("another worker wrote the same row first")
    if code.startswith(("22", "23")) or isinstance(error, exc.DataError | exc.IntegrityError):
        return Unfit("the database refuses the data")
    if isinstance(error, exc.ProgrammingError) or "no such table" in str(error.orig):
        return Halt("the database is not the one this version needs; run `hub migrate`")
    return Unavailable("the database does not take this now")
