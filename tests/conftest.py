"""What every test may ask for: a real PostgreSQL and a real Kafka, started when first asked for.

Whoever has servers of their own names them in HUB_TEST_POSTGRES_URL (`postgresql+asyncpg://...`, a role that may
create databases) and HUB_TEST_KAFKA_BOOTSTRAP. Tests that kill a server start one of their own
(`deploy.servers.Postgres`, `deploy.servers.Kafka`).
"""

import asyncio
import gc
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from sqlalchemy import delete

from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database, execute_on
from deploy.servers.own import OwnKafka, OwnPostgres
from hub.store.engine import open_engine
from hub.store.migrations import upgrade
from hub.store.tables import metadata

_OWN_POSTGRES = "HUB_TEST_POSTGRES_URL"
_OWN_KAFKA = "HUB_TEST_KAFKA_BOOTSTRAP"

settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("full", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "prove", max_examples=int(os.environ.get("HUB_PROVE_CASES", "1000")), deadline=None, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_report_header() -> list[str]:
    """Say at the top which servers the tests use."""
    return [
        f"PostgreSQL: {_OWN_POSTGRES if os.environ.get(_OWN_POSTGRES) else '18, of the tests'}",
        f"Apache Kafka: {_OWN_KAFKA if os.environ.get(_OWN_KAFKA) else '4.3.1, of the tests'}",
    ]


def pytest_configure() -> None:
    """Look for no garbage while tests are collected: all of it stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Nor look for any among them again."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `servers` whatever asks for one."""
    for item in items:
        if {"postgres", "kafka"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | OwnPostgres]:
    """A PostgreSQL shared by all tests; it does not wait for the disk."""
    if own := os.environ.get(_OWN_POSTGRES):
        yield OwnPostgres(own)
        return
    with Postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def with_tables(postgres: Postgres | OwnPostgres) -> Iterator[str]:
    """Name of a database with all tables, to be copied: four times as fast as making them."""
    name = f"test_tables_{uuid.uuid4().hex}"
    url = postgres.create_database(name)
    with ThreadPoolExecutor(max_workers=1) as thread:  # whoever asks first may have an event loop
        thread.submit(asyncio.run, _upgraded(url)).result()
    yield name
    drop_database(url)


async def _upgraded(url: str) -> None:
    engine = open_engine(url)
    await upgrade(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def one_database(postgres: Postgres | OwnPostgres, with_tables: str) -> Iterator[str]:
    """The address of the database behind `shared_postgres_url`."""
    url = postgres.create_database(f"test_shared_{uuid.uuid4().hex}", with_tables)
    yield url
    drop_database(url)


@pytest.fixture
def shared_postgres_url(one_database: str) -> str:
    """The address of a database with all tables and nothing in them, for a test that leaves no process behind.

    Copying a database writes some ten megabytes; emptying one writes next to nothing.
    """
    tables = reversed(metadata.sorted_tables)
    execute_on(one_database, "; ".join(str(delete(table)) for table in tables))
    return one_database


@pytest.fixture
def postgres_url(postgres: Postgres | OwnPostgres, with_tables: str) -> Iterator[str]:
    """The address of a database with all tables and nothing in them, for this test alone."""
    url = postgres.create_database(f"test_{uuid.uuid4().hex}", with_tables)
    yield url
    drop_database(url)


@pytest.fixture
def empty_postgres_url(postgres: Postgres | OwnPostgres) -> Iterator[str]:
    """The address of a database without tables, for this test alone."""
    url = postgres.create_database(f"test_{uuid.uuid4().hex}")
    yield url
    drop_database(url)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka | OwnKafka]:
    """A Kafka of one broker shared by all tests: tests keep apart by the names of their topics."""
    if own := os.environ.get(_OWN_KAFKA):
        yield OwnKafka(own)
        return
    with Kafka() as server:
        yield server


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka: Kafka | OwnKafka) -> str:
    """The address of the Kafka shared by all tests."""
    return kafka.bootstrap
