"""Announcements reach their adapter's hook once each, however often it has to be tried."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx

from adapters.sandbox.announcing import announce
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.native import NativeStore

AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
HOOKS = {"delius": "http://delius.test/", "oasys": "http://oasys.test/"}
CHANGES = [
    Change("probation", "delius", "X1", "offender", "", AT, {"surname": "Tamm"}),
    Change("probation", "oasys", "X1", "assessment", "7", AT, {"assessments": []}),
]


@asynccontextmanager
async def announcing(store: NativeStore, answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[None]:
    task = asyncio.create_task(announce(store, HOOKS, lambda: 1.0, httpx.MockTransport(answer)))
    try:
        yield
        async with asyncio.timeout(10):
            while store.waiting(1):  # noqa: ASYNC110 - another task empties it
                await asyncio.sleep(0.01)
    finally:
        task.cancel()


async def test_each_goes_to_its_systems_adapter_with_the_time_it_was_recorded(tmp_path: Path) -> None:
    came: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        came.append(request)
        return httpx.Response(202)

    with closing(NativeStore(tmp_path / "probation.db")) as store:
        store.enter(CHANGES, now=1.0)
        async with announcing(store, take):
            pass
    assert {request.url.host for request in came} == {"delius.test", "oasys.test"}
    assert {request.url.params["recorded"] for request in came} == {AT.isoformat()}


async def test_what_no_adapter_took_is_tried_again_under_the_same_key(tmp_path: Path) -> None:
    keys: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ConnectError("not yet")
        return httpx.Response(503 if len(keys) == 2 else 202)

    with closing(NativeStore(tmp_path / "probation.db")) as store:
        store.enter(CHANGES[:1], now=1.0)
        async with announcing(store, take):
            pass
    assert keys == ["1", "1", "1"]
