"""What every test may ask for: a real PostgreSQL and a real Kafka, started when first asked for.

Whoever has servers of their own names them in HUB_TEST_POSTGRES_URL (`postgresql+asyncpg://...`, a role that may
create databases) and HUB_TEST_KAFKA_BOOTSTRAP. Tests that kill a server start one of their own
(`deploy.servers.Postgres`, `deploy.servers.Kafka`).
"""

import os
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings

from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database
from deploy.servers.own import OwnKafka, OwnPostgres

_OWN_POSTGRES = "HUB_TEST_POSTGRES_URL"
_OWN_KAFKA = "HUB_TEST_KAFKA_BOOTSTRAP"

settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("full", max_examples=200, deadline=None, derandomize=True, print_blob=True)
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


@pytest.fixture
def postgres_url(postgres: Postgres | OwnPostgres) -> Iterator[str]:
    """The address of an empty database, for this test alone."""
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
