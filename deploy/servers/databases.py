"""Databases on a PostgreSQL server, made and dropped within milliseconds: one for each test that wants one."""

import asyncio
import concurrent.futures

import asyncpg
from sqlalchemy import URL, make_url

_SECONDS_TO_ANSWER = 30.0


def create_database(server_url: str, name: str) -> str:
    """Create an empty database on the server behind `server_url` (an SQLAlchemy address) and return its address.

    Raises:
        asyncpg.PostgresError: the server refused, for example because the name is taken.
    """
    url = make_url(server_url)
    _execute(url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    return url.set(database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Drop the database that `url` names, and close whatever connections it still has."""
    database = make_url(url)
    _execute(database, f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')


def _execute(url: URL, statement: str) -> None:
    """Run one statement outside a transaction; from a thread, so that callers may have an event loop or none."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _execute_alone(url, statement)).result()


async def _execute_alone(url: URL, statement: str) -> None:
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, timeout=_SECONDS_TO_ANSWER)
    try:
        await connection.execute(statement, timeout=_SECONDS_TO_ANSWER)
    finally:
        await connection.close()
