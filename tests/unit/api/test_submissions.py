"""A stream of submissions is answered while it is still being sent."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.rest import RestHub, rest_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RestHub]:
    async with rest_hub(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}") as hub:
        yield hub


def line(number: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "probation",
        "type": "offender.submitted",
        "dataschema": "offender/1.0.0",
        "subject": f"X10000{number}",
        "time": "2026-03-01T11:00:00Z",
        "data": {"names": {"surname": "Tamm"}},
    }
    return orjson.dumps(event) + b"\n"


class Connection:
    """One request, sent and answered message by message, as a server would."""

    def __init__(
        self,
        hub: RestHub,
        method: str = "POST",
        path: str = "/v1/submissions",
        content_type: bytes = b"application/x-ndjson",
    ) -> None:
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answered: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.happened: list[str] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(b"authorization", b"Bearer probation"), (b"content-type", content_type)],
        }
        self.serving = asyncio.create_task(hub.app(scope, self._read, self._answer))  # type: ignore[arg-type]  # messages are dicts

    async def _read(self) -> dict[str, Any]:
        self.happened.append("asked for the body")
        return await self._sent.get()

    async def _answer(self, message: dict[str, Any]) -> None:
        self.happened.append(message["type"])
        await self._answered.put(message)

    def send(self, body: bytes, *, more: bool = True) -> None:
        self._sent.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def hang_up(self) -> None:
        self._sent.put_nowait({"type": "http.disconnect"})

    async def answer(self) -> bytes | None:
        """The next part of the answer's body, None at its end."""
        async with asyncio.timeout(5):
            message = await self._answered.get()
            if message["type"] == "http.response.start":
                assert message["status"] == 200
                message = await self._answered.get()
        return message["body"] if message["more_body"] else None


async def test_every_line_is_answered_before_the_next_is_sent(hub: RestHub) -> None:
    connection = Connection(hub)
    for number in range(3):
        connection.send(line(number))
        outcome = orjson.loads(await connection.answer() or b"")
        assert (outcome["line"], outcome["id"], outcome["outcome"]) == (number + 1, f"e-{number}", "accepted")
    connection.send(b"", more=False)

    assert await connection.answer() is None
    await connection.serving


async def test_the_body_is_asked_for_before_the_answer_begins_as_who_expects_100_continue_waits_for(
    hub: RestHub,
) -> None:
    connection = Connection(hub)
    connection.send(line(0), more=False)
    assert await connection.answer()
    assert connection.happened[:2] == ["asked for the body", "http.response.start"]
    await connection.serving


async def test_who_hangs_up_in_the_middle_has_what_was_answered(hub: RestHub) -> None:
    connection = Connection(hub)
    connection.send(line(0) + line(1)[:50])
    assert (await connection.answer() or b"").count(b"\n") == 1
    connection.hang_up()
    async with asyncio.timeout(5):
        await connection.serving

    assert (await hub.probation.get("/v1/offenders/X100000")).status_code == 200
    assert (await hub.probation.get("/v1/offenders/X100001")).status_code == 404


async def test_a_write_that_breaks_off_is_not_taken_and_breaks_nothing(hub: RestHub) -> None:
    connection = Connection(hub, "PUT", "/v1/offenders/X100001", b"application/json")
    connection.send(b'{"names": {"surname": "Tamm"}}')
    connection.hang_up()
    async with asyncio.timeout(5):
        await connection.serving

    assert (await hub.probation.get("/v1/offenders/X100001")).status_code == 404
