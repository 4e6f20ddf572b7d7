"""Posts the hub's notices of alerts to an address of the operator's choice.

The body is JSON: `{"id", "agency", "why", "count", "due", "alerts": [ids]}`, without any person's data; the header
`Idempotency-Key` repeats the id, for a notice may come more than once.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from hub.domain.errors import Unavailable

TIMEOUT_S = 10.0


class WebhookSender:
    """Implements `hub.ports.AlertSender`."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def send(self, id_: str, content: bytes) -> None:
        """Post a notice. Raises `Unavailable` unless it is answered with a status from 200 to 299."""
        headers = {"content-type": "application/json", "idempotency-key": id_}
        try:
            answer = await self._client.post(self._url, content=content, headers=headers, timeout=TIMEOUT_S)
        except (httpx.HTTPError, OSError) as error:
            raise Unavailable(f"the webhook for alerts does not answer: {type(error).__name__}") from None
        if not answer.is_success:
            raise Unavailable(f"the webhook for alerts answers {answer.status_code}")


@asynccontextmanager
async def webhook(url: str) -> AsyncIterator[WebhookSender]:
    """A sender with its connection."""
    async with httpx.AsyncClient() as client:
        yield WebhookSender(url, client)
