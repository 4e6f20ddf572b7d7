"""A hub over either database: the functional suite of share and relay runs on both."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database
from deploy.servers.own import OwnKafka, OwnPostgres
from hub.domain.contract import Delivery, People
from hub.store.engine import open_engine
from hub.trust.agencies import Scope
from tests.builders.desk import Desk
from tests.builders.hub import Hub, contract, quick_engine
from tests.crash.installed import Installed, install
from tests.rest import RestHub, rest_hub

CONTRACTS = {
    each.agency: each
    for each in (
        contract("prison", delivery=Delivery.STREAM, fields={"offender": frozenset({"names", "dateOfBirth"})}),
        contract("probation"),
        contract("probation-south", limited_access=True),
        contract("court", people=People.ALL),
    )
}


@pytest.fixture(scope="module")
def installed(
    postgres: Postgres | OwnPostgres,
    with_tables: str,
    kafka: Kafka | OwnKafka,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """A hub that a module's tests start, over a database of its own and the Kafka of all."""
    url = postgres.create_database(f"test_{uuid.uuid4().hex}", with_tables)
    yield install(tmp_path_factory.mktemp("hub"), url, kafka.bootstrap)
    drop_database(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hub]:
    """Share and relay under four contracts, one of each sort."""
    if request.param == "sqlite":
        engine = quick_engine(tmp_path / "hub.db")
    else:
        engine = open_engine(request.getfixturevalue("shared_postgres_url"))
    yield Hub(engine, CONTRACTS)
    await engine.dispose()


@pytest.fixture
async def behind_rest(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    """A hub behind REST, over SQLite; for a test marked with `tests.builders.at_risk.ON_BOTH`, over each database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("shared_postgres_url")
    async with rest_hub(url) as hub:
        yield hub


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    """An operator's desk, where a prison and a probation service are registered."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("shared_postgres_url")
    async with rest_hub(url) as hub:
        for agency in ("prison", "probation"):
            await hub.desk.agencies.add(agency, [Scope.SUBMIT])
        yield Desk(hub)
