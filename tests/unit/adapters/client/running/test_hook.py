from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from adapters.client.link import RecordName
from adapters.client.running.hook import hook_app
from adapters.client.running.releases import Holding
from adapters.client.running.sightings import Sighting
from adapters.client.running.store import Store
from hub.domain.errors import Fault
from hub.domain.seen import Seen

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def http(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    app = hook_app(store, lambda: NOW, lambda: None, lambda: None)
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


def held(store: Store, number: int, address: str = "people/A1/alerts/7%2F8") -> RecordName:
    """What the native system holds there, handed over under a number."""
    record = RecordName("p", "registration", "r")
    with store.transaction():
        store.releases.applied(Holding(record, number, address, {"code": "XR"}, [], {}))
    return record


WORD = {"number": 17, "by": "OFFICER_12", "at": "2026-03-01T10:00:00+01:00"}
SEEN = "/people/A1/alerts/7%2F8/seen"


async def test_an_address_is_known_however_it_is_spelt(store: Store, http: httpx.AsyncClient) -> None:
    held(store, 17, "offenders/X1/registrations/scheme/two words")
    assert (await http.post("/offenders/X1/registrations/scheme/two words/seen", json=WORD)).status_code == 202


async def test_who_has_seen_what_was_handed_over_is_kept_for_the_hub(store: Store, http: httpx.AsyncClient) -> None:
    record = held(store, 17)
    answer = await http.post(SEEN, json=WORD)
    again = await http.post(SEEN, json={**WORD, "by": "OFFICER_13"})

    assert (answer.status_code, again.status_code) == (202, 202)
    seen = Seen("OFFICER_12", datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert store.sightings.due(10) == [Sighting(record, 17, seen)]
    assert store.inbox.waiting(10) == []


@pytest.mark.parametrize(("number", "status", "reason"), [(16, 404, "not-found"), (18, 409, "overtaken")])
async def test_what_is_not_held_as_it_was_seen_is_said_and_not_kept(
    store: Store, http: httpx.AsyncClient, number: int, status: int, reason: str
) -> None:
    held(store, number)
    answer = await http.post(SEEN, json=WORD)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, reason)
    assert store.sightings.due(10) == []


@pytest.mark.parametrize(
    "wrong",
    [{"number": "17"}, {"number": 0}, {"number": True}, {"by": ""}, {"by": " x"}, {"at": "today"}, {"at": None}],
)
async def test_a_word_that_is_none_is_refused(store: Store, http: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    held(store, 17)
    answer = await http.post(SEEN, json={**WORD, **wrong})

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "invalid-body")
    assert "OFFICER" not in answer.text
    assert store.sightings.due(10) == []
    assert (await http.post(SEEN, json=[])).status_code == 422
