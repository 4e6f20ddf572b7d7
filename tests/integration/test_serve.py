"""`hub serve` as a process, the way an operator runs it."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.processes import STOPS_WITHIN_S, install, serving


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path)


async def test_it_serves_on_an_empty_database_and_stops_within_seconds(tmp_path: Path) -> None:
    async with serving(tmp_path) as it:
        ready = await it.http.get("/health/ready")
        assert (ready.status_code, ready.json()["state"]) == (200, "ready")

        code, seconds = await it.stop()
        assert code == 0
        assert seconds < STOPS_WITHIN_S


async def test_what_was_put_before_it_stopped_is_there_when_it_starts_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as it:
        credentials = await it.token("probation")
        offender = {"names": {"surname": "Testperson", "forenames": ["Ada"]}}
        headers = {**credentials, "Idempotency-Key": "1"}
        put = await it.http.put("/v1/offenders/X000001", json=offender, headers=headers)
        assert put.status_code in {200, 201}, put.text
        assert (await it.stop())[0] == 0

    async with serving(tmp_path) as it:
        got = await it.http.get("/v1/offenders/X000001", headers=credentials)
        assert got.status_code == 200, got.text


async def test_a_waiting_feed_reader_is_answered_at_once_when_it_stops(tmp_path: Path) -> None:
    async with serving(tmp_path) as it:
        credentials = await it.token("probation")
        waiting = asyncio.create_task(it.http.get("/v1/feed", params={"after": 0, "wait": 20}, headers=credentials))
        await asyncio.sleep(0.5)
        assert not waiting.done()

        code, seconds = await it.stop()

        assert (await waiting).status_code == 200
        assert code == 0
        assert seconds < STOPS_WITHIN_S


async def test_a_process_for_the_relay_alone_serves_health_and_no_agency(tmp_path: Path) -> None:
    async with serving(tmp_path, "--only", "relay") as it:
        assert (await it.http.get("/health/ready")).status_code == 200
        assert (await it.http.get("/metrics")).status_code == 401
        assert (await it.http.get("/v1/feed")).status_code == 404
        assert (await it.stop())[0] == 0


async def test_without_its_broker_it_takes_submissions_and_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        unused = nobody.getsockname()[1]
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", f"127.0.0.1:{unused}")
    async with serving(tmp_path) as it:
        ready = await it.http.get("/health/ready")
        assert (ready.status_code, ready.json()["state"]) == (200, "degraded")
        assert "Kafka" in ready.json()["reasons"][0]

        code, seconds = await it.stop()
        assert code == 0
        assert seconds < 2 * STOPS_WITHIN_S
