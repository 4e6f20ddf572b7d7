"""A hub that runs, for the tests of a module that do not end it; links of services that are not patient for long."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.client import patience
from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database
from deploy.servers.hub import Hub
from deploy.servers.own import OwnKafka, OwnPostgres
from tests.crash.installed import install
from tests.crash.running import POISON_LIMIT, Running


@pytest.fixture(autouse=True)
def try_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that waited longer each time would let a test wait, long after the hub is back."""
    monkeypatch.setattr(patience, "_WAITS_S", (0.1, 0.2, 0.5))


@pytest.fixture(scope="module")
def running(
    postgres: Postgres | OwnPostgres,
    with_tables: str,
    kafka: Kafka | OwnKafka,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Shared by a module's tests, which speak of different people."""
    url = postgres.create_database(f"test_{uuid4().hex}", with_tables)
    installed = install(
        tmp_path_factory.mktemp("hub"), url, kafka.bootstrap, settings={"HUB_POISON_LIMIT": str(POISON_LIMIT)}
    )
    with Hub(installed.installation) as hub:
        yield Running(installed, hub)
    drop_database(url)
