"""The whole hub as a process over a real PostgreSQL and a real Kafka: in over one way, out over the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest

from adapters.client.link import Event
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from deploy.servers.hub import Hub, Installation
from hub.spec.registry import schemas_folder
from hub.trust.agencies import Scope

pytestmark = pytest.mark.servers
STOPS_WITHIN_S = 10
WITHIN_S = 60


@pytest.fixture
def prison() -> str:
    """The name of a prison service that no other test uses, for topics are shared."""
    return f"prison-{uuid4().hex[:8]}"


@pytest.fixture
def installation(prison: str, tmp_path: Path, postgres_url: str, kafka_bootstrap: str) -> Installation:
    stated = (Path(__file__).parents[2] / "contracts" / "prison.toml").read_text()
    (tmp_path / f"{prison}.toml").write_text(stated.replace('agency = "prison"', f'agency = "{prison}"'))
    return Installation(postgres_url, kafka_bootstrap, {"HUB_CONTRACTS": str(tmp_path)})


@asynccontextmanager
async def client(hub: Hub, prison: str) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks for the prison service."""
    added = hub.installation.add_agencies({prison: (Scope.SUBMIT, Scope.READ)})[prison]
    form = {"grant_type": "client_credentials", "client_id": added.client_id, "client_secret": added.secret}
    async with httpx.AsyncClient(base_url=hub.url, timeout=20) as http:
        token = (await http.post("/oauth/token", data=form)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def offender(number: int) -> Event:
    body = orjson.loads((schemas_folder() / "offender/1.0.0/valid/nothing-but-a-name.json").read_bytes())
    return Event(f"event-{number}", "offender", "1.0.0", f"A{number:04}AA", datetime.now(UTC), body)


async def until_shown(http: httpx.AsyncClient, number: int) -> httpx.Response:
    """The record, as soon as it is there; a hub that is busy starting may ask to be asked again."""
    path = f"/v1/offenders/A{number:04}AA"
    answer = await http.get(path)
    while answer.status_code in {404, 503}:
        await asyncio.sleep(0.1)
        answer = await http.get(path)
    return answer


async def until_suspended(http: httpx.AsyncClient, *, suspended: bool) -> None:
    """Return when the hub knows of a suspension, or of its end: what it read of agencies it relies on for a while."""
    async with asyncio.timeout(WITHIN_S):
        while ((await http.get("/v1/feed")).status_code == 401) is not suspended:  # noqa: ASYNC110 - rings no bell
            await asyncio.sleep(0.05)


async def test_what_a_prison_sends_to_kafka_is_readable_over_rest_and_released_to_it(
    installation: Installation, prison: str, kafka_bootstrap: str
) -> None:
    with Hub(installation, name=prison) as hub:
        link = StreamLink(Broker(kafka_bootstrap), prison)
        async with client(hub, prison) as http:
            await link.submit([offender(1)])

            shown = await until_shown(http, 1)
            deliveries = link.deliveries({})
            (delivery, *_) = await anext(deliveries)
            await link.close()
            assert [each async for each in deliveries] == []

        assert shown.status_code == 200, shown.text
        assert delivery.number == 1
        assert hub.readiness()["state"] == "ready"
        assert await asyncio.to_thread(hub.stop) == 0


async def test_stopped_while_messages_flow_it_loses_none(
    installation: Installation, prison: str, kafka_bootstrap: str
) -> None:
    link = StreamLink(Broker(kafka_bootstrap), prison)
    with Hub(installation, name=prison) as hub:
        async with client(hub, prison) as http:
            await link.submit([offender(1)])
            await until_shown(http, 1)
            flowing = asyncio.create_task(link.submit([offender(number) for number in range(2, 1_500)]))
            await asyncio.sleep(0.3)

            began = time.monotonic()
            assert await asyncio.to_thread(hub.stop) == 0
            assert time.monotonic() - began < STOPS_WITHIN_S
            await flowing

            hub.start()
            for number in (2, 700, 1_499):
                assert (await until_shown(http, number)).status_code == 200
    await link.close()


async def test_what_a_suspended_agency_sends_waits_until_it_is_resumed(
    installation: Installation, prison: str, kafka_bootstrap: str
) -> None:
    link = StreamLink(Broker(kafka_bootstrap), prison)
    with Hub(installation, name=prison) as hub:
        async with client(hub, prison) as http:
            await link.submit([offender(1)])
            await until_shown(http, 1)  # it consumes
            await asyncio.to_thread(installation.command, "agency", "suspend", prison)
            await until_suspended(http, suspended=True)
            await asyncio.sleep(1)  # a poll that began before is over
            await link.submit([offender(2)])
            await asyncio.sleep(1)
            resumed = datetime.now(UTC)
            await asyncio.to_thread(installation.command, "agency", "resume", prison)
            await until_suspended(http, suspended=False)

            shown = await until_shown(http, 2)

    assert datetime.fromisoformat(shown.json()["changed"]) > resumed
    await link.close()
