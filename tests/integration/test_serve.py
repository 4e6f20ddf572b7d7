"""`hub serve` as a process, the way an operator runs it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from hub.settings import load_settings, new_key
from hub.trust.agencies import Scope
from hub.wiring.foundation import opened

STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 5


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fresh keys, an empty SQLite database, any free port."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_KEY", new_key())
    monkeypatch.setenv("HUB_LOOKUP_KEY", new_key())
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    monkeypatch.setenv("HUB_PORT", "0")


@dataclass
class Serving:
    """A hub that serves."""

    process: subprocess.Popen[bytes]
    http: httpx.AsyncClient

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(timeout=STARTS_WITHIN_S), time.monotonic() - began


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[Serving]:
    with started(*arguments) as process:
        port = await asyncio.wait_for(asyncio.to_thread(port_of, process), STARTS_WITHIN_S)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            yield Serving(process, http)


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "hub", "serve", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def port_of(process: subprocess.Popen[bytes]) -> int:
    """Where it serves, as its log tells."""
    assert process.stderr is not None
    for line in process.stderr:
        told = orjson.loads(line)
        if told["event"] == "serving":
            return int(told["port"])
    raise AssertionError("the hub ended before it served")


async def token(http: httpx.AsyncClient) -> dict[str, str]:
    """Register probation and get it a token: the header that carries it."""
    async with opened(load_settings()) as base:
        added = await base.agencies.add("probation", [Scope.SUBMIT, Scope.READ])
    form = {"grant_type": "client_credentials", "client_id": added.client_id, "client_secret": added.secret}
    answer = await http.post("/oauth/token", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_it_serves_on_an_empty_database_and_stops_within_seconds() -> None:
    async with serving() as it:
        ready = await it.http.get("/health/ready")
        assert (ready.status_code, ready.json()["state"]) == (200, "ready")

        code, seconds = it.stop()
        assert code == 0
        assert seconds < STOPS_WITHIN_S


async def test_what_was_put_before_it_stopped_is_there_when_it_starts_again() -> None:
    async with serving() as it:
        credentials = await token(it.http)
        offender = {"names": {"surname": "Testperson", "forenames": ["Ada"]}}
        headers = {**credentials, "Idempotency-Key": "1"}
        put = await it.http.put("/v1/offenders/X000001", json=offender, headers=headers)
        assert put.status_code in {200, 201}, put.text
        assert it.stop()[0] == 0

    async with serving() as it:
        got = await it.http.get("/v1/offenders/X000001", headers=credentials)
        assert got.status_code == 200, got.text


async def test_a_waiting_feed_reader_is_answered_at_once_when_it_stops() -> None:
    async with serving() as it:
        credentials = await token(it.http)
        waiting = asyncio.create_task(it.http.get("/v1/feed", params={"after": 0, "wait": 20}, headers=credentials))
        await asyncio.sleep(0.5)
        assert not waiting.done()

        code, seconds = await asyncio.to_thread(it.stop)

        assert (await waiting).status_code == 200
        assert code == 0
        assert seconds < STOPS_WITHIN_S


async def test_a_process_for_the_relay_alone_serves_health_and_no_agency() -> None:
    async with serving("--only", "relay") as it:
        assert (await it.http.get("/health/ready")).status_code == 200
        assert (await it.http.get("/metrics")).status_code == 401
        assert (await it.http.get("/v1/feed")).status_code == 404
        assert it.stop()[0] == 0


async def test_without_its_broker_it_takes_submissions_and_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        unused = nobody.getsockname()[1]
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", f"127.0.0.1:{unused}")
    async with serving() as it:
        ready = await it.http.get("/health/ready")
        assert (ready.status_code, ready.json()["state"]) == (200, "degraded")
        assert "Kafka" in ready.json()["reasons"][0]

        code, seconds = it.stop()
        assert code == 0
        assert seconds < 2 * STOPS_WITHIN_S
