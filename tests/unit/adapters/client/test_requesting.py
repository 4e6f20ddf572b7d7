from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.client.requesting import requested
from hub.domain.errors import Unavailable
from tests.builders.lost_socket import lost_socket, raised_in


async def _request(transport: httpx.AsyncBaseTransport) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as http:
        return await requested(http, "the hub", "GET", "http://hub.test/")


async def test_an_answer_is_given_whatever_it_says() -> None:
    answer = await _request(httpx.MockTransport(lambda _request: httpx.Response(503)))
    assert answer.status_code == 503


async def test_a_connection_that_ends_while_it_is_made_is_no_answer() -> None:
    with pytest.raises(Unavailable, match=r"^the hub does not answer: AttributeError$"):
        await _request(lost_socket())


async def test_an_answer_that_cannot_be_read_is_none() -> None:
    headers = {"content-encoding": "gzip"}
    with pytest.raises(Unavailable, match=r"^the hub does not answer: DecodingError$"):
        await _request(httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=_NotPacked())))


class _NotPacked(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"not packed"


async def test_a_mistake_of_ones_own_is_not_taken_for_silence() -> None:
    with pytest.raises(AttributeError):
        await _request(raised_in("adapters.client.credentials"))
