"""An agency's link to the hub over HTTP, for whoever has no Kafka."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import httpx
import orjson

from adapters.client.asking import asked
from adapters.client.credentials import ClientCredentials
from adapters.client.events import (
    encoded,
    parked_message,
    read_delivery,
    read_refusal,
    receipts,
    seen_receipts,
    structured,
)
from adapters.client.fresh import fresh, last_of_each
from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal, Sighted
from adapters.client.patience import until_answered
from hub.domain.canonical import Json
from hub.domain.errors import Unavailable

_EVENTS_AT_ONCE = 200
_RECEIPTS_AT_ONCE = 500
_DELIVERIES_AT_ONCE = 500
_WAIT_S = 20
_TIMEOUT = httpx.Timeout(10.0, read=_WAIT_S + 10.0)

_JSON = {"content-type": "application/json"}
_NDJSON = {"content-type": "application/x-ndjson"}

_Answer = TypeVar("_Answer")


class FeedLink:
    """Submits to `/v1/submissions`, reads `/v1/feed`, acknowledges by `/v1/receipts`. Implements `Link`.

    hub: base address, such as `https://hub.example`. transport: how requests travel, if not over the network.
    """

    def __init__(
        self,
        hub: str,
        agency: str,
        client_id: str,
        client_secret: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._agency = agency
        self._http = httpx.AsyncClient(
            base_url=hub,
            auth=ClientCredentials(f"{hub}/oauth/token", client_id, client_secret),
            timeout=_TIMEOUT,
            transport=transport,
        )
        self._refused: asyncio.Queue[Refusal] = asyncio.Queue()
        self._closing = asyncio.Event()

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """Hand over submissions, in this order; returns when the hub has answered for each of them."""
        refused: list[Refusal] = []
        for start in range(0, len(events), _EVENTS_AT_ONCE):
            waiting = events[start : start + _EVENTS_AT_ONCE]
            while waiting:
                waiting, told = await until_answered(self._closing, partial(self._submit, waiting))
                refused += told
        return refused

    async def refusals(self) -> AsyncIterator[Refusal]:
        """What the hub did not take, as it becomes known."""
        while (refusal := await self._unless_closed(self._refused.get())) is not None:
            yield refusal

    async def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        """What the hub releases to this agency, read on from the highest number applied."""
        seen = dict(applied)
        after = max(seen.values(), default=0)
        while True:
            asking = until_answered(self._closing, partial(self._page, after))
            page = await self._unless_closed(asking)
            if page is None:
                return
            if deliveries := fresh(map(read_delivery, page["deliveries"]), seen):
                yield deliveries
            after = page["next"]

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Send receipts for deliveries that are in the agency's own store."""
        last = last_of_each(applied)
        for start in range(0, len(last), _RECEIPTS_AT_ONCE):
            await self._say(receipts(last[start : start + _RECEIPTS_AT_ONCE]))

    async def say_seen(self, sighted: Sequence[Sighted]) -> None:
        """Send the receipts of deliveries again, with who has seen them."""
        for start in range(0, len(sighted), _RECEIPTS_AT_ONCE):
            await self._say(seen_receipts(sighted[start : start + _RECEIPTS_AT_ONCE]))

    async def park(self, parked: Sequence[Parked]) -> None:
        """Say which deliveries could not be applied."""
        for start in range(0, len(parked), _RECEIPTS_AT_ONCE):
            await self._say(parked_message(parked[start : start + _RECEIPTS_AT_ONCE]))

    async def close(self) -> None:
        """End the iterators and let go of the connections."""
        self._closing.set()
        await self._http.aclose()

    async def _submit(self, events: Sequence[Event]) -> tuple[Sequence[Event], Sequence[Refusal]]:
        """Puts up what the hub refuses; returns those it could not answer for now, and what it refuses.

        Raises:
            Unavailable: it could not answer for any.
        """
        content = b"".join(encoded(structured(self._agency, event)) + b"\n" for event in events)
        answer = await asked(self._http, "POST", "/v1/submissions", content=content, headers=_NDJSON)
        outcomes = [orjson.loads(line) for line in answer.content.splitlines()]
        refused = [
            read_refusal({**outcome["problem"], "id": event.id})
            for event, outcome in zip(events, outcomes, strict=False)
            if outcome["outcome"] == "refused"
        ]
        for refusal in refused:
            self._refused.put_nowait(refusal)
        answered = [outcome["outcome"] != "unavailable" for outcome in outcomes]
        if not any(answered):
            raise Unavailable("the hub has no answer for any of the submissions")
        answered += [False] * (len(events) - len(answered))
        return [event for event, done in zip(events, answered, strict=True) if not done], refused

    async def _say(self, word: Json) -> None:
        """Have receipts, or what is parked, noted by the hub."""
        content = encoded(word)
        await until_answered(
            self._closing, partial(asked, self._http, "POST", "/v1/receipts", content=content, headers=_JSON)
        )

    async def _page(self, after: int) -> dict[str, Json]:
        wanted = {"after": after, "limit": _DELIVERIES_AT_ONCE, "wait": _WAIT_S}
        page: dict[str, Json] = orjson.loads((await asked(self._http, "GET", "/v1/feed", params=wanted)).content)
        return page

    async def _unless_closed(self, waited_for: Coroutine[Any, Any, _Answer]) -> _Answer | None:
        """What is waited for; None when the link is closed first."""
        asking, closing = asyncio.ensure_future(waited_for), asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait((asking, closing), return_when=asyncio.FIRST_COMPLETED)
            if not self._closing.is_set():
                return asking.result()
        finally:
            closing.cancel()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)  # what it still says, nobody waits for
        return None
