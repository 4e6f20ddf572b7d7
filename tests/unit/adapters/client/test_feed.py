"""The link over HTTP: what is not answered goes again under its id, a token is renewed, closing ends the waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from adapters.client.feed import FeedLink
from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal
from hub.domain.canonical import digest
from hub.domain.errors import Fault, Reason, Rejected

HUB = "http://hub.test"
AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class PretendHub:
    """Answers by script. `answers` come first, each a response or an error; then it takes everything."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    tokens: int = 0
    seen_tokens: list[str] = field(default_factory=list)
    refuse: Callable[[str], str] = lambda _id: "accepted"
    pages: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 3600})
        self.requests.append(request)
        self.seen_tokens.append(request.headers["authorization"])
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if request.url.path == "/v1/submissions":
            return httpx.Response(200, content=b"\n".join(map(self._outcome, self.sent(request))))
        if request.url.path == "/v1/feed" and not self.pages:
            await asyncio.Event().wait()
        return httpx.Response(200, json=self.pages.pop(0) if request.url.path == "/v1/feed" else {})

    def sent(self, request: httpx.Request) -> list[str]:
        return [orjson.loads(line)["id"] for line in request.content.splitlines()]

    def _outcome(self, id_: str) -> bytes:
        outcome = self.refuse(id_)
        told: dict[str, Any] = {"id": id_, "outcome": outcome}
        if outcome == "refused":
            told["problem"] = {"type": "urn:case-sharing:problem:unknown-code", "detail": "no", "faults": []}
        return orjson.dumps(told)


@pytest.fixture
def pretend() -> PretendHub:
    return PretendHub()


@pytest.fixture
async def link(pretend: PretendHub) -> AsyncIterator[FeedLink]:
    link = FeedLink(HUB, "probation", "probation-1", "secret", httpx.MockTransport(pretend))
    yield link
    await link.close()


def events(*ids: str) -> list[Event]:
    return [Event(id_, "offender", "1.0.0", "X1", AT, {"names": {"surname": "Tamm"}}) for id_ in ids]


def delivered(number: int, key: str = "-", **body: str) -> dict[str, Any]:
    release = {"type": "offender", "key": key, "version": "1.0.0", "body": body, "marks": {"contested": []}}
    return {
        "number": number,
        "digest": digest(release),
        "person": "p",
        "localIds": ["X1"],
        "sources": {},
        "movedTo": None,
        "release": release,
    }


async def first(reading: AsyncIterator[Any], count: int) -> list[Any]:
    return [await anext(reading) for _ in range(count)]


async def test_many_events_go_as_lines_with_a_token(link: FeedLink, pretend: PretendHub) -> None:
    await link.submit(events("e-1", "e-2"))
    (request,) = pretend.requests
    assert request.headers["authorization"] == "Bearer t1"
    assert request.headers["content-type"] == "application/x-ndjson"
    assert orjson.loads(request.content.splitlines()[1]) == {
        "specversion": "1.0",
        "id": "e-2",
        "source": "probation",
        "type": "offender.submitted",
        "time": "2026-03-01T00:00:00+00:00",
        "subject": "X1",
        "dataschema": "offender/1.0.0",
        "datacontenttype": "application/json",
        "data": {"names": {"surname": "Tamm"}},
    }


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(500), httpx.ReadTimeout("silent")])
async def test_what_is_not_answered_goes_again_under_its_ids(
    link: FeedLink, pretend: PretendHub, answer: httpx.Response | Exception
) -> None:
    pretend.answers = [answer]
    await link.submit(events("e-1", "e-2"))
    assert [pretend.sent(request) for request in pretend.requests] == [["e-1", "e-2"]] * 2


async def test_only_what_the_hub_could_not_take_now_goes_again(link: FeedLink, pretend: PretendHub) -> None:
    busy = {"e-2"}

    def refuse(id_: str) -> str:
        outcome = "unavailable" if id_ in busy else "accepted"
        busy.discard(id_)
        return outcome

    pretend.refuse = refuse
    await link.submit(events("e-1", "e-2", "e-3"))
    assert [pretend.sent(request) for request in pretend.requests] == [["e-1", "e-2", "e-3"], ["e-2"]]


async def test_an_answer_cut_short_leaves_the_rest_to_go_again(link: FeedLink, pretend: PretendHub) -> None:
    pretend.answers = [httpx.Response(200, content=b'{"id": "e-1", "outcome": "accepted"}\n')]
    await link.submit(events("e-1", "e-2"))
    assert [pretend.sent(request) for request in pretend.requests] == [["e-1", "e-2"], ["e-2"]]


async def test_what_is_refused_comes_out_as_refusals(link: FeedLink, pretend: PretendHub) -> None:
    pretend.refuse = lambda id_: "refused" if id_ == "e-2" else "accepted"
    await link.submit(events("e-1", "e-2"))
    assert await first(link.refusals(), 1) == [Refusal("e-2", "unknown-code", "no", ())]


async def test_a_refused_token_is_renewed_once(link: FeedLink, pretend: PretendHub) -> None:
    pretend.answers = [httpx.Response(401, json={})]
    await link.submit(events("e-1"))
    assert pretend.seen_tokens == ["Bearer t1", "Bearer t2"]


async def test_a_token_serves_for_many_requests(link: FeedLink, pretend: PretendHub) -> None:
    await link.submit(events("e-1"))
    await link.submit(events("e-2"))
    assert pretend.tokens == 1


async def test_wrong_credentials_are_said_and_not_tried_for_ever() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "invalid_client"}))
    link = FeedLink(HUB, "probation", "probation-1", "wrong", transport)
    with pytest.raises(Rejected) as caught:
        await link.submit(events("e-1"))
    await link.close()
    assert caught.value.reason is Reason.UNAUTHENTICATED


async def test_a_request_refused_as_a_whole_says_why(link: FeedLink, pretend: PretendHub) -> None:
    problem = {"type": "urn:case-sharing:problem:forbidden", "detail": "these credentials do not submit", "faults": []}
    pretend.answers = [httpx.Response(403, json=problem)]
    with pytest.raises(Rejected, match="do not submit") as caught:
        await link.submit(events("e-1"))
    assert caught.value.reason is Reason.FORBIDDEN


async def test_deliveries_are_read_on_from_where_the_store_is(link: FeedLink, pretend: PretendHub) -> None:
    held = RecordName("p", "offender", "-")
    pretend.pages = [
        {"deliveries": [delivered(4), delivered(6, surname="Tamm")], "next": 8},
        {"deliveries": [], "next": 9},
        {"deliveries": [delivered(10, surname="Saar")], "next": 10},
    ]
    pages: list[list[Delivery]] = await first(link.deliveries({held: 5, RecordName("q", "offender", "-"): 3}), 2)
    assert [[each.number for each in page] for page in pages] == [[6], [10]]
    assert [request.url.params["after"] for request in pretend.requests] == ["5", "8", "9"]


async def test_receipts_carry_the_digest_of_what_is_held(link: FeedLink, pretend: PretendHub) -> None:
    pretend.pages = [{"deliveries": [delivered(1), delivered(2, "other"), delivered(3, surname="Tamm")], "next": 3}]
    (deliveries,) = await first(link.deliveries({}), 1)
    await link.acknowledge(deliveries)
    (request,) = [request for request in pretend.requests if request.url.path == "/v1/receipts"]
    assert orjson.loads(request.content)["receipts"] == [
        {"number": each.number, "digest": digest(each.release)} for each in deliveries[1:]
    ]


async def test_what_cannot_be_applied_is_said_with_its_faults_beside_the_receipts(
    link: FeedLink, pretend: PretendHub
) -> None:
    pretend.answers = [httpx.Response(503), httpx.Response(200, json={})]
    await link.park([Parked(7, (Fault("/names", "maxLength", "x" * 600),) * 30)])
    first, again = [orjson.loads(request.content) for request in pretend.requests]
    assert first == again
    assert [request.url.path for request in pretend.requests] == ["/v1/receipts"] * 2
    (told,) = first["parked"]
    assert (told["number"], first["receipts"]) == (7, [])
    assert told["faults"] == [{"path": "/names", "rule": "maxLength", "detail": "x" * 500}] * 20


async def test_where_nothing_is_parked_nothing_is_said(link: FeedLink, pretend: PretendHub) -> None:
    await link.park([])
    assert pretend.requests == []


async def test_closing_ends_whoever_waits(link: FeedLink) -> None:
    async def read_all(reading: AsyncIterator[object]) -> list[object]:
        return [each async for each in reading]

    waiting = [asyncio.create_task(read_all(reading)) for reading in (link.deliveries({}), link.refusals())]
    await asyncio.sleep(0.05)
    await link.close()
    assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [[], []]


async def test_closing_while_the_hub_does_not_answer_ends_reading_without_an_error(pretend: PretendHub) -> None:
    pretend.answers = [httpx.ConnectError("gone") for _ in range(100)]
    link = FeedLink(HUB, "probation", "probation-1", "secret", httpx.MockTransport(pretend))

    async def read_all() -> list[object]:
        return [each async for each in link.deliveries({})]

    reading = asyncio.create_task(read_all())
    await asyncio.sleep(0.15)
    await link.close()
    assert await asyncio.wait_for(reading, 1) == []
