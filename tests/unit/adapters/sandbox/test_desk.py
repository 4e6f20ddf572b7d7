"""Where the adapters hand over: what is put is held, at the very address it was put to."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from adapters.sandbox.desk import desk
from adapters.sandbox.native import NativeStore, Risk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NativeStore]:
    with closing(NativeStore(tmp_path / "prison.db")) as store:
        yield store


@pytest.fixture
async def http(store: NativeStore) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(desk(store, lambda: 1.0))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        yield http


async def test_what_is_put_is_held_and_answered_as_it_is_held(store: NativeStore, http: httpx.AsyncClient) -> None:
    answer = await http.put("/nomis/offenders/A1234BC", json={"lastName": "MARSH"})
    assert (answer.status_code, answer.json()) == (200, {"lastName": "MARSH"})
    assert store.told("nomis", "offenders/A1234BC") == {"lastName": "MARSH"}
    assert (await http.get("/nomis/offenders/A1234BC")).json() == {"lastName": "MARSH"}


async def test_a_risk_is_to_be_seen_as_it_was_handed_over_last(store: NativeStore, http: httpx.AsyncClient) -> None:
    path = "offenders/A1234BC/registrations/prison-alert%2FXR"
    for number in (16, 17):
        await http.put(f"/nomis/{path}", json={}, headers={"idempotency-key": f"prison-{number}"})
    assert store.unseen(9) == [Risk("nomis", path, 17)]


async def test_a_slash_within_a_reference_stays_within_it(store: NativeStore, http: httpx.AsyncClient) -> None:
    await http.put("/nomis/offenders/A1234BC/movements/prison%2F12%2F1", json={})
    assert store.told("nomis", "offenders/A1234BC/movements/prison%2F12%2F1") == {}


async def test_what_is_removed_is_there_no_more_and_may_be_removed_again(http: httpx.AsyncClient) -> None:
    await http.put("/nomis/offenders/A1234BC", json={})
    for _ in range(2):
        assert (await http.delete("/nomis/offenders/A1234BC")).status_code == 204
    assert (await http.get("/nomis/offenders/A1234BC")).status_code == 404
