"""Databases on a PostgreSQL server, made and dropped within milliseconds: one for each test that wants one."""

import asyncio
import concurrent.futures

import asyncpg
from sqlalchemy import URL, make_url

_SECONDS_TO_ANSWER = 30.0


EMPTY = "template0"
"""PostgreSQL's own template of a database with nothing in it."""


def create_database(server_url: str, name: str, template: str = EMPTY) -> str:
    """Create a database on the server behind `server_url` (an SQLAlchemy address) and return its address.

    template: name of the database it is a copy of, to which nobody may be connected.

    Raises:
        asyncpg.PostgresError: the server refused, for example because the name is taken.
    """
    url = make_url(server_url)
    _execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return url.set(database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Drop the database that `url` names, and close whatever connections it still has."""
    database = make_url(url)
    _execute(database, f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')


def execute_on(url: str, statements: str) -> None:
    """Run statements in the database that `url` names, as one transaction."""
    _execute(make_url(url), statements, make_url(url).database)


def _execute(url: URL, statements: str, database: str | None = "postgres") -> None:
    """Run statements; from a thread, so that callers may have an event loop or none."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _execute_alone(url.set(database=database), statements)).result()


async def _execute_alone(url: URL, statements: str) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, timeout=_SECONDS_TO_ANSWER)
    try:
        await connection.execute(statements, timeout=_SECONDS_TO_ANSWER)
    finally:
        await connection.close()
