"""The whole hub as a process over a real PostgreSQL and a real Kafka: in over one way, out over the other."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from adapters.client.link import Event
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from hub.domain.canonical import Json
from hub.spec.registry import schemas_folder
from tests.processes import STOPS_WITHIN_S, Serving, install, serving

pytestmark = pytest.mark.servers


@pytest.fixture
def prison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres_url: str, kafka_bootstrap: str) -> str:
    """The name of a prison service that no other test uses, for topics are shared; probation beside it."""
    install(monkeypatch, tmp_path)
    name = f"prison-{uuid4().hex[:8]}"
    shipped = Path(__file__).parents[2] / "contracts"
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "probation.toml").write_text((shipped / "probation.toml").read_text())
    (contracts / f"{name}.toml").write_text(
        (shipped / "prison.toml").read_text().replace('agency = "prison"', f'agency = "{name}"')
    )
    monkeypatch.setenv("HUB_CONTRACTS", str(contracts))
    monkeypatch.setenv("HUB_DATABASE_URL", postgres_url)
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", kafka_bootstrap)
    monkeypatch.setenv("HUB_INSTANCE", name)
    return name


def offender(number: int) -> Event:
    body = orjson.loads((schemas_folder() / "offender/1.0.0/valid/nothing-but-a-name.json").read_bytes())
    return Event(f"event-{number}", "offender", "1.0.0", f"A{number:04}AA", datetime.now(UTC), body)


async def until_shown(it: Serving, path: str, headers: dict[str, str]) -> Json:
    """The record, as soon as it is there."""
    answer = await it.http.get(path, headers=headers)
    while answer.status_code == 404:
        await asyncio.sleep(0.1)
        answer = await it.http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_a_prison_sends_to_kafka_is_readable_over_rest_and_released_to_it(
    prison: str, tmp_path: Path, kafka_bootstrap: str
) -> None:
    async with serving(tmp_path) as it:
        headers = await it.token(prison)
        link = StreamLink(Broker(kafka_bootstrap), prison)
        await link.submit([offender(1)])

        shown = await until_shown(it, "/v1/offenders/A0001AA", headers)
        (delivery, *_) = await anext(link.deliveries({}))

        assert shown
        assert delivery.number == 1
        await link.close()
        assert (await it.http.get("/health/ready")).json()["state"] == "ready"
        assert (await it.stop())[0] == 0


async def test_stopped_while_messages_flow_it_loses_none(prison: str, tmp_path: Path, kafka_bootstrap: str) -> None:
    link = StreamLink(Broker(kafka_bootstrap), prison)
    async with serving(tmp_path) as it:
        headers = await it.token(prison)
        await link.submit([offender(1)])
        await until_shown(it, "/v1/offenders/A0001AA", headers)
        flowing = asyncio.create_task(link.submit([offender(number) for number in range(2, 1_500)]))
        await asyncio.sleep(0.3)

        code, seconds = await it.stop()

        assert code == 0
        assert seconds < 2 * STOPS_WITHIN_S
        await flowing

    async with serving(tmp_path) as it:
        for number in (2, 700, 1_499):
            assert await until_shown(it, f"/v1/offenders/A{number:04}AA", headers)
        assert (await it.stop())[0] == 0
    await link.close()
