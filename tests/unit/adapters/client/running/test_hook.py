from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from adapters.client.running.hook import hook_app
from adapters.client.running.store import Store
from hub.domain.errors import Fault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def http(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    app = hook_app(store, lambda: NOW, lambda: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hook") as http:
        yield http


async def test_a_payload_is_in_the_store_when_it_is_accepted(store: Store, http: httpx.AsyncClient) -> None:
    answer = await http.post("/oasys/9630348/section8?crn=X123456", json={"a": 1})
    assert answer.status_code == 202
    (row,) = store.inbox.waiting(10)
    assert (row.document, row.received) == (b'{"a":1}', NOW)
    assert row.about == {"path": "oasys/9630348/section8", "crn": "X123456"}


async def test_what_is_no_json_is_refused_and_not_kept(store: Store, http: httpx.AsyncClient) -> None:
    answer = await http.post("/", content=b"surname=Archer")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:case-sharing:problem:bad-json")
    assert "Archer" not in answer.text
    assert store.inbox.waiting(10) == []


async def test_what_is_too_large_is_refused(store: Store, http: httpx.AsyncClient) -> None:
    answer = await http.post("/", content=b'"' + b"a" * 16 * 1024 * 1024 + b'"')
    assert answer.status_code == 413
    assert store.inbox.waiting(10) == []


async def test_a_sender_that_repeats_itself_is_heard_once(store: Store, http: httpx.AsyncClient) -> None:
    for key in ("1", "1", "2"):
        answer = await http.post("/", json={}, headers={"idempotency-key": key})
        assert answer.status_code == 202
    assert len(store.inbox.waiting(10)) == 2


async def test_who_posts_may_say_when_it_was_recorded(store: Store, http: httpx.AsyncClient) -> None:
    params = {"recorded": "2026-02-03T09:30:00+01:00"}
    assert (await http.post("/", json={}, params=params)).status_code == 202
    (row,) = store.inbox.waiting(10)
    assert (row.received, row.recorded) == (NOW, datetime(2026, 2, 3, 8, 30, tzinfo=UTC))


@pytest.mark.parametrize("recorded", ["yesterday", "2026-02-03T09:30:00"])
async def test_a_time_without_its_offset_is_refused(store: Store, http: httpx.AsyncClient, recorded: str) -> None:
    answer = await http.post("/", json={}, params={"recorded": recorded})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:case-sharing:problem:invalid-envelope")
    assert store.inbox.waiting(10) == []


async def test_the_metrics_tell_what_waits_and_what_is_parked(store: Store, http: httpx.AsyncClient) -> None:
    for number in range(3):
        await http.post("/", json={"number": number})
    (first, *_) = store.inbox.waiting(1)
    with store.transaction():
        store.inbox.settle(first.position, [Fault("", "unknown", "no such payload")])
    told = (await http.get("/metrics")).text

    assert 'adapter_waiting{queue="inbox"} 2.0' in told
    assert 'adapter_parked{way="in"} 1.0' in told
    assert 'adapter_parked{way="out"} 0.0' in told
    assert (await http.post("/metrics", json={})).status_code == 202
