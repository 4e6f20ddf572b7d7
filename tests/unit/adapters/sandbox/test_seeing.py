"""Staff look at every risk that is handed over, and at each anew when it has changed."""

import asyncio
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import httpx
import orjson

from adapters.sandbox.native import NativeStore
from adapters.sandbox.seeing import see

HOOKS = {"nomis": "http://nomis.test/"}
RISK = "offenders/A1234BC/registrations/prison-alert%2FXR"


async def looked(store: NativeStore, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Until nothing is left to be seen."""
    seeing = asyncio.create_task(see(store, HOOKS, lambda: 1.0, httpx.MockTransport(answer)))
    async with asyncio.timeout(10):
        while store.unseen(1):  # noqa: ASYNC110 - another task empties it
            await asyncio.sleep(0.01)
    seeing.cancel()
    with suppress(asyncio.CancelledError):
        await seeing


async def test_a_risk_is_seen_as_it_was_handed_over_and_again_when_it_has_changed(tmp_path: Path) -> None:
    came: list[tuple[str, int]] = []

    def take(request: httpx.Request) -> httpx.Response:
        word = orjson.loads(request.content)
        came.append((request.url.raw_path.decode(), word["number"]))
        assert word["by"].startswith("OFFICER_")
        return httpx.Response(202)

    with closing(NativeStore(tmp_path / "prison.db")) as store:
        store.tell("nomis", RISK, {"code": "XR"}, 1.0, 17)
        store.tell("nomis", "offenders/A1234BC", {"lastName": "MARSH"}, 1.0, 18)
        await looked(store, take)
        await looked(store, take)
        store.tell("nomis", RISK, {"code": "XR", "active": False}, 2.0, 19)
        await looked(store, take)

    assert came == [(f"/{RISK}/seen", 17), (f"/{RISK}/seen", 19)]


async def test_what_the_adapter_does_not_take_is_looked_at_again(tmp_path: Path) -> None:
    answers = iter([404, 409, 503, 202])

    with closing(NativeStore(tmp_path / "prison.db")) as store:
        store.tell("nomis", RISK, {"code": "XR"}, 1.0, 17)
        await looked(store, lambda _request: httpx.Response(next(answers)))

    assert list(answers) == []
