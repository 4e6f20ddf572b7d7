import types

import httpx
import pytest

from adapters.client.requesting import requested
from hub.domain.errors import Unavailable


def _asks_nothing() -> None:
    None.getsockname()  # type: ignore[attr-defined]


def _raised_in(module: str) -> httpx.AsyncBaseTransport:
    """A transport in which code of that module asks nothing for something."""

    def handle(_request: httpx.Request) -> httpx.Response:
        types.FunctionType(_asks_nothing.__code__, {"__name__": module})()
        return httpx.Response(200)

    return httpx.MockTransport(handle)


async def _request(transport: httpx.AsyncBaseTransport) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as http:
        return await requested(http, "the hub", "GET", "http://hub.test/")


async def test_an_answer_is_given_whatever_it_says() -> None:
    answer = await _request(httpx.MockTransport(lambda _request: httpx.Response(503)))
    assert answer.status_code == 503


async def test_a_connection_that_ends_while_it_is_made_is_no_answer() -> None:
    with pytest.raises(Unavailable, match=r"^the hub does not answer: AttributeError$"):
        await _request(_raised_in("anyio.abc._sockets"))


async def test_a_mistake_of_ones_own_is_not_taken_for_silence() -> None:
    with pytest.raises(AttributeError):
        await _request(_raised_in("adapters.client.credentials"))
