"""Posts the hub's notices of alerts to an address of the operator's choice.

The body is JSON: `{"id", "agency", "why", "count", "due", "alerts": [ids]}`, without any person's data; the header
`Idempotency-Key` repeats the id, for a notice may come more than once.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from adapters.client.requesting import requested
from hub.domain.errors import Unavailable

TIMEOUT_S = 10.0
_WHOM = "the webhook for alerts"


class WebhookSender:
    """Implements `hub.ports.AlertSender`."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def send(self, id_: str, content: bytes) -> None:
        """Post a notice. Raises `Unavailable` unless it is answered with a status from 200 to 299."""
        headers = {"content-type": "application/json", "idempotency-key": id_}
        answer = await requested(
            self._client, _WHOM, "POST", self._url, content=content, headers=headers, timeout=TIMEOUT_S
        )
        if not answer.is_success:
            raise Unavailable(f"{_WHOM} answers {answer.status_code}")


@asynccontextmanager
async def webhook(url: str) -> AsyncIterator[WebhookSender]:
    """A sender with its connection."""
    async with httpx.AsyncClient() as client:
        yield WebhookSender(url, client)
