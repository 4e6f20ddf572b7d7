"""A notice has arrived only when the other side says so."""

import httpx
import pytest

from adapters.webhook.sender import WebhookSender
from hub.domain.errors import Unavailable
from tests.builders.lost_socket import lost_socket

URL = "https://duty.example/alerts?token=hidden"


def sender(answer: int | httpx.HTTPError, seen: list[httpx.Request]) -> WebhookSender:
    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, int):
            return httpx.Response(answer)
        raise answer

    return WebhookSender(URL, httpx.AsyncClient(transport=httpx.MockTransport(respond)))


async def test_a_notice_is_posted_as_json_under_its_id() -> None:
    seen: list[httpx.Request] = []

    await sender(204, seen).send("n1", b'{"count":1}')

    (request,) = seen
    assert (request.method, str(request.url), request.content) == ("POST", URL, b'{"count":1}')
    assert (request.headers["idempotency-key"], request.headers["content-type"]) == ("n1", "application/json")


@pytest.mark.parametrize("answer", [302, 400, 410, 500, httpx.ConnectError("hidden"), httpx.ReadTimeout("hidden")])
async def test_anything_else_is_tried_again_and_the_address_is_not_told(answer: int | httpx.HTTPError) -> None:
    with pytest.raises(Unavailable) as caught:
        await sender(answer, []).send("n1", b"{}")

    assert "hidden" not in str(caught.value)


async def test_a_connection_that_ends_while_it_is_made_is_tried_again() -> None:
    with pytest.raises(Unavailable):
        await WebhookSender(URL, httpx.AsyncClient(transport=lost_socket())).send("n1", b"{}")
