"""A real adapter's process beside a native system and a hub that answer at once: releases out, payloads in."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

import adapters
from adapters.client.running.store import Store
from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess
from tests.bench.http_load import drive
from tests.bench.table import Measure
from tests.builders.native_releases import released
from tests.builders.valid_bodies import examples

_ROOT = Path(adapters.__file__ or "").parents[1]
_WITHIN_S = 300.0
_LOOK_S = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")
_CONNECTIONS = 16


@dataclass(slots=True)
class _Beside:
    """The hub and the native system, as fast as can be. writes: how often the native system was written to."""

    writes: int = 0
    said: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while head := await _head(reader):
            _, path, _ = head[0].split(" ", 2)
            sizes = [line.split(":")[1] for line in head if line.lower().startswith("content-length:")]
            body = await reader.readexactly(int(sizes[0]) if sizes else 0)
            answer = await self._answer(path, body)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
            await writer.drain()
        writer.close()

    async def _answer(self, path: str, body: bytes) -> bytes:
        if path.startswith("/native/"):
            self.writes += 1
            return b""
        if path.startswith("/v1/feed"):
            await asyncio.sleep(1)
            return b'{"deliveries": [], "next": 0}'
        if path == "/v1/submissions":
            lines = body.count(b"\n")
            self.said += lines
            return b'{"outcome": "accepted"}\n' * lines
        return b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}'


async def _head(reader: asyncio.StreamReader) -> list[str]:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return []


class _Adapter:
    """The process of `hub adapter run nomis`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.store, self.inbox, self.port = folder / "adapter.db", folder / "in", free_port()
        self.inbox.mkdir()
        told = {"HUB": url, "CLIENT_ID": "bench", "CLIENT_SECRET": "bench", "STORE": str(self.store)}
        told |= {"NATIVE": f"{url}/native", "HOOK_PORT": str(self.port), "FROM_FOLDER": str(self.inbox)}
        self._environment = {f"ADAPTER_{name}": value for name, value in told.items()} | {"PYTHONPATH": str(_ROOT)}
        self._process = ServerProcess("adapter", folder / "adapter.log")

    def start(self) -> None:
        self._process.start([sys.executable, "-m", "hub", "adapter", "run", "nomis"], environment=self._environment)

    def stop(self) -> None:
        self._process.signal(signal.SIGTERM)
        assert self._process.wait(30) == 0

    def processor_s(self) -> float:
        """Seconds of processor time it has taken."""
        pid = self._process.pid
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@asynccontextmanager
async def _running(releases: int) -> AsyncIterator[tuple[_Beside, _Adapter]]:
    beside = _Beside()
    server = await asyncio.start_server(beside.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with TemporaryDirectory() as folder:
        adapter = _Adapter(Path(folder), url)
        _fill(adapter.store, releases)
        adapter.start()
        try:
            yield beside, adapter
        finally:
            await asyncio.to_thread(adapter.stop)
            server.close()


def _fill(store: Path, releases: int) -> None:
    """So many releases wait, each of a person of its own."""
    bodies = examples("offender")
    with closing(Store(store)) as filled, filled.transaction():
        filled.releases.keep(
            released(number, bodies[number % len(bodies)], person=f"person-{number}", local_ids=(_number(number),))
            for number in range(1, releases + 1)
        )


def _number(number: int) -> str:
    return f"A{number % 10_000:04d}{chr(65 + number // 10_000 % 26)}Z"


@dataclass(frozen=True, slots=True)
class _Rate:
    """How many a second, and the adapter's processor time for one, in seconds."""

    a_second: float
    processor_s: float


async def _rate(adapter: _Adapter, done: Callable[[], int], wanted: int) -> _Rate:
    """From the first that is done to the last."""
    async with asyncio.timeout(_WITHIN_S):
        while not (first := done()):  # noqa: ASYNC110 - another process rings no bells
            await asyncio.sleep(_LOOK_S / 20)
        began, before = time.perf_counter(), adapter.processor_s()
        while (last := done()) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        seconds, used = time.perf_counter() - began, adapter.processor_s() - before
    return _Rate((last - first) / seconds, used / (last - first))


async def _handed(releases: int) -> _Rate:
    async with _running(releases) as (beside, adapter):
        return await _rate(adapter, lambda: beside.writes, releases)


async def _posted(payloads: int) -> _Rate:
    async with _running(0) as (beside, adapter):
        await _listening(adapter.port)
        taking = asyncio.create_task(_rate(adapter, lambda: beside.said, payloads))
        load = await drive(adapter.port, [_request(_payload(number)) for number in range(payloads)], _CONNECTIONS)
        assert load.failed == 0
        return await taking


async def _listening(port: int) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(_LOOK_S)


async def _dropped(payloads: int) -> _Rate:
    async with _running(0) as (beside, adapter):
        for number in range(payloads):
            (adapter.inbox / f"{number:06d}.part").write_bytes(_payload(number))
        for part in adapter.inbox.glob("*.part"):
            part.replace(part.with_suffix(".json"))
        return await _rate(adapter, lambda: beside.said, payloads)


def _request(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _payload(number: int) -> bytes:
    native = orjson.loads((_ROOT / "adapters/nomis/examples/offender-as-it-should-be.json").read_bytes())
    return orjson.dumps({**native, "offenderNo": _number(number), "alerts": []})


def measures(count: int) -> list[Measure]:
    """Releases handed over and payloads taken a second, each with the adapter's processor time for one."""
    ways = {"releases handed over": _handed, "payloads taken from the hook": _posted, "from a folder": _dropped}
    return [_measure(what, asyncio.run(way(count)), count) for what, way in ways.items()]


def _measure(what: str, rate: _Rate, count: int) -> Measure:
    detail = f"of {count:,}; {rate.processor_s * 1_000:.2f} ms of processor time for one"
    return Measure(f"adapter: {what}, a second", rate.a_second, "", met=None, detail=detail, decimals=0)
