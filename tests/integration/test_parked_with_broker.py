"""What an agency cannot apply, from its link to the operator and back, on both ways, through a hub that runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from adapters.client.feed import FeedLink
from adapters.client.link import Event, Link, Parked
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from deploy.servers.hub import Hub, Installation
from hub.domain.errors import Fault
from hub.spec.registry import schemas_folder
from hub.trust.agencies import AS_OPERATORS, Credentials, Scope

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

AGENCY = Scope.SUBMIT, Scope.READ
FAULT = Fault("/names/surname", "maxLength", "holds at most 3 characters")


@pytest.fixture
def prison() -> str:
    """The name of a prison service that no other test uses, for topics are shared."""
    return f"prison-{uuid4().hex[:8]}"


@pytest.fixture
def hub(prison: str, tmp_path: Path, postgres_url: str, kafka_bootstrap: str) -> Iterator[Hub]:
    contracts = Path(__file__).parents[2] / "contracts"
    stated = (contracts / "prison.toml").read_text()
    (tmp_path / f"{prison}.toml").write_text(stated.replace('agency = "prison"', f'agency = "{prison}"'))
    (tmp_path / "probation.toml").write_text((contracts / "probation.toml").read_text())
    with Hub(Installation(postgres_url, kafka_bootstrap, {"HUB_CONTRACTS": str(tmp_path)}), name=prison) as hub:
        yield hub


def registered(hub: Hub, name: str, *scopes: Scope) -> Credentials:
    return hub.installation.add_agencies({name: scopes})[name]


@asynccontextmanager
async def operator(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    given = registered(hub, "anna", *AS_OPERATORS)
    form = {"grant_type": "client_credentials", "client_id": given.client_id, "client_secret": given.secret}
    async with httpx.AsyncClient(base_url=f"{hub.url}/v1/admin", timeout=20) as http:
        token = (await http.post(f"{hub.url}/oauth/token", data=form)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


async def until(look: Callable[[], Awaitable[Any]], right: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - any JSON
    async with asyncio.timeout(20):
        while True:
            seen = await look()
            if right(seen):
                return seen
            await asyncio.sleep(0.1)


def event(agency: str) -> Event:
    body = orjson.loads((schemas_folder() / "offender/1.0.0/valid/nothing-but-a-name.json").read_bytes())
    return Event(f"event-{agency}", "offender", "1.0.0", "A0001AA", datetime.now(UTC), body)


async def walk(hub: Hub, agency: str, link: Link) -> None:
    """A delivery is parked, found, delivered again, applied."""
    async with operator(hub) as http:

        async def parked() -> list[dict[str, Any]]:
            answer = (await http.get(f"/agencies/{agency}/parked")).raise_for_status()
            found: list[dict[str, Any]] = answer.json()["parked"]
            return found

        await link.submit([event(agency)])
        deliveries = link.deliveries({})
        (first, *_) = await anext(deliveries)
        await link.park([Parked(first.number, (FAULT,))])
        (told,) = await until(parked, bool)
        assert (told["number"], told["faults"]) == (
            first.number,
            [{"path": FAULT.path, "rule": FAULT.rule, "detail": FAULT.detail}],
        )

        (await http.post(f"/agencies/{agency}/parked/{first.number}/retry")).raise_for_status()
        (again, *_) = await anext(deliveries)
        assert again.number > first.number
        assert (again.record, again.digest) == (first.record, first.digest)

        await link.acknowledge([again])
        await until(parked, lambda found: not found)
        state = (await http.get(f"/deliveries/{agency}")).json()
        assert (state["acknowledged"]["last"], state["unacknowledged"]["count"]) == (again.number, 0)
        await link.close()


async def test_what_is_parked_over_kafka_is_found_and_delivered_again(
    hub: Hub, prison: str, kafka_bootstrap: str
) -> None:
    registered(hub, prison, *AGENCY)
    await walk(hub, prison, StreamLink(Broker(kafka_bootstrap), prison))

    positions = orjson.loads(await asyncio.to_thread(hub.installation.command, "positions", "--json"))
    of_prison = [each for each in positions["inputs"] if each["agency"] == prison]
    assert sum(each["end"] for each in of_prison) == 3
    assert [each["lag"] for each in of_prison] == [0] * 4


async def test_what_is_parked_over_the_feed_is_found_and_delivered_again(hub: Hub) -> None:
    given = registered(hub, "probation", *AGENCY)
    await walk(hub, "probation", FeedLink(hub.url, "probation", given.client_id, given.secret))
