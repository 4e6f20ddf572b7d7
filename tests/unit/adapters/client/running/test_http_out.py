import httpx
import orjson
import pytest

from adapters.client.running.http_out import HttpTarget
from adapters.client.running.target import Absent, Applied, NotApplied, Present, Read, Unreadable
from hub.domain.errors import Unavailable


class Native:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, answer: httpx.Response | httpx.TransportError) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def target(self) -> HttpTarget:
        return HttpTarget("https://native.example/api/", "letmein", httpx.MockTransport(self._take))

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if isinstance(self.answer, httpx.TransportError):
            raise self.answer
        return self.answer


async def test_a_record_is_put_below_the_base_address_under_its_id() -> None:
    native = Native(httpx.Response(204))
    target = native.target()
    assert await target.put("people/A1", {"surname": "Archer"}, "prison-7") == Applied()
    await target.close()
    (request,) = native.asked
    assert (request.method, str(request.url)) == ("PUT", "https://native.example/api/people/A1")
    assert (request.headers["idempotency-key"], request.headers["authorization"]) == ("prison-7", "Bearer letmein")
    assert orjson.loads(request.content) == {"surname": "Archer"}


async def test_an_object_in_the_answer_is_what_it_holds() -> None:
    held = {"surname": "ARCHER"}
    assert await Native(httpx.Response(200, json=held)).target().put("a", {}, "1") == Applied(held)
    for other in (httpx.Response(200, json=["a"]), httpx.Response(200, text="done")):
        assert await Native(other).target().put("a", {}, "1") == Applied()


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
async def test_it_may_refuse(status: int) -> None:
    answer = await Native(httpx.Response(status, text="Archer is no name")).target().put("a", {}, "1")
    assert answer == NotApplied(f"the native system answers {status}")


@pytest.mark.parametrize(
    "answer", [*map(httpx.Response, (408, 429, 500, 503)), httpx.ConnectError("no"), httpx.ReadTimeout("slow")]
)
async def test_what_may_pass_is_tried_again(answer: httpx.Response | httpx.TransportError) -> None:
    with pytest.raises(Unavailable):
        await Native(answer).target().put("a", {}, "1")


@pytest.mark.parametrize("status", [200, 204, 404, 410])
async def test_nothing_is_held_where_nothing_was(status: int) -> None:
    native = Native(httpx.Response(status))
    assert await native.target().remove("people/A1", "prison-8") == Applied()
    assert native.asked[0].method == "DELETE"


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (httpx.Response(200, json={"surname": "Archer"}), Present({"surname": "Archer"})),
        (httpx.Response(200, text="garbled"), Present({})),
        (httpx.Response(404), Absent()),
        (httpx.Response(410), Absent()),
        (httpx.Response(405), Unreadable("the native system answers 405")),
        (httpx.Response(501), Unreadable("the native system answers 501")),
    ],
)
async def test_what_is_held_is_read_where_that_is_possible(answer: httpx.Response, read: Read) -> None:
    native = Native(answer)
    assert await native.target().read("people/A1") == read
    (request,) = native.asked
    assert (request.method, "idempotency-key" in request.headers) == ("GET", False)


async def test_a_system_that_does_not_answer_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(Unavailable):
        await Native(httpx.Response(503)).target().read("people/A1")
