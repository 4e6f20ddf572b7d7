"""Asking the hub over HTTP: what it answers, or who must act."""

from typing import Any

import httpx
import orjson

from adapters.client.events import read_refusal
from adapters.client.link import Refusal
from adapters.client.requesting import requested
from hub.domain.errors import Halt, Reason, Rejected, Unavailable


async def asked(http: httpx.AsyncClient, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
    """The hub's answer.

    Raises:
        Unavailable: it does not answer, or cannot now.
        Rejected, Halt: it refuses the request as a whole.
    """
    answer = await requested(http, "the hub", method, path, **request)
    if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Unavailable(f"the hub answers {answer.status_code}")
    if answer.is_error:
        raise _rejection(read_refusal(orjson.loads(answer.content)))
    return answer


def _rejection(refusal: Refusal) -> Rejected | Halt:
    try:
        return Rejected(Reason(refusal.reason), refusal.detail, refusal.faults)
    except ValueError:
        return Halt(f"the hub refuses in a way this link does not know: {refusal.reason}")
