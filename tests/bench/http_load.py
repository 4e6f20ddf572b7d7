"""A load generator that costs little beside what it measures: raw HTTP/1.1 over kept connections."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Load:
    """What a run took.

    seconds: from the first request to the last answer. latencies: seconds each, as answered.
    answered: number of the request -> when its answer came, on the clock of `time.perf_counter`.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    answered: dict[int, float] = field(default_factory=dict)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


def percentile(latencies: Sequence[float], share: float) -> float:
    """The value below which this share of the latencies lies."""
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def drive(port: int, requests: Sequence[bytes], connections: int, per_second: float | None = None) -> Load:
    """Send the requests over so many connections, each as soon as the one before is answered, or at a steady rate."""
    load = Load()
    start = time.perf_counter()
    numbered = iter(enumerate(requests))
    await asyncio.gather(*(_connection(port, numbered, load, start, per_second) for _ in range(connections)))
    load.seconds = time.perf_counter() - start
    return load


async def _connection(
    port: int, requests: Iterator[tuple[int, bytes]], load: Load, start: float, per_second: float | None
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, request in requests:
        due = start + number / per_second if per_second else time.perf_counter()
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(request)
        status = await _answer(reader)
        load.answered[number] = time.perf_counter()
        load.latencies.append(load.answered[number] - due)
        load.failed += status >= 300
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def request(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
