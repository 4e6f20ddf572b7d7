"""The hub as a process, the way an operator runs it."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
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
_LOOK_S = 0.05


def install(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """An installation of its own in the environment: fresh keys, an empty SQLite database, any free port."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_KEY", new_key())
    monkeypatch.setenv("HUB_LOOKUP_KEY", new_key())
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite+aiosqlite:///{folder / 'hub.db'}")
    monkeypatch.setenv("HUB_PORT", "0")


@dataclass
class Serving:
    """A hub that serves. log: the file it writes its log to."""

    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    log: Path

    async def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        code = await asyncio.wait_for(self.process.wait(), STARTS_WITHIN_S)
        return code, time.monotonic() - began

    def events(self) -> list[str]:
        """The names of the events in its log."""
        return [orjson.loads(line)["event"] for line in self.log.read_bytes().splitlines()]

    async def token(self, agency: str, scopes: Sequence[Scope] = (Scope.SUBMIT, Scope.READ)) -> dict[str, str]:
        """Register an agency and get it a token: the header that carries it."""
        async with opened(load_settings()) as base:
            added = await base.agencies.add(agency, scopes)
        form = {"grant_type": "client_credentials", "client_id": added.client_id, "client_secret": added.secret}
        answer = await self.http.post("/oauth/token", data=form)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@asynccontextmanager
async def serving(folder: Path, *arguments: str) -> AsyncIterator[Serving]:
    """Run `hub serve` with the environment as it is; killed at the end if it still runs."""
    log = folder / f"hub-{time.monotonic_ns()}.log"
    command = (sys.executable, "-m", "hub", "serve", *arguments)
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(*command, stderr=stream)
    try:
        port = await asyncio.wait_for(_port(process, log), STARTS_WITHIN_S)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            yield Serving(process, http, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _port(process: asyncio.subprocess.Process, log: Path) -> int:
    while process.returncode is None:
        port = await asyncio.to_thread(_port_told, log)
        if port is not None:
            return port
        await asyncio.sleep(_LOOK_S)
    raise AssertionError(f"the hub ended with {process.returncode} before it served; see its log")


def _port_told(log: Path) -> int | None:
    """Where it serves, as its log tells."""
    served = [line for line in log.read_bytes().splitlines() if b'"event":"serving"' in line]
    return int(orjson.loads(served[0])["port"]) if served else None
