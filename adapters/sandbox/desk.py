"""A link that says one record a request, as screens at many desks do: PUT and DELETE, many at a time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from urllib.parse import quote

import httpx
import orjson

from adapters.client.credentials import ClientCredentials
from adapters.client.events import encoded, read_refusal
from adapters.client.feed import FeedLink
from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal
from adapters.client.patience import until_answered
from hub.domain.errors import Unavailable

_AT_ONCE = 32
_TIMEOUT_S = 30.0
_COLLECTIONS = {"assessment": "assessments", "registration": "registrations"}


class DeskLink:
    """Submits each event to the address of its record; reads and acknowledges as `FeedLink`. Implements `Link`.

    Serves records that are named by one reference, and the offender record.
    """

    def __init__(self, hub: str, agency: str, client_id: str, client_secret: str) -> None:
        self._feed = FeedLink(hub, agency, client_id, client_secret)
        auth = ClientCredentials(f"{hub}/oauth/token", client_id, client_secret)
        self._http = httpx.AsyncClient(base_url=hub, auth=auth, timeout=_TIMEOUT_S)
        self._desks = asyncio.Semaphore(_AT_ONCE)
        self._refused: asyncio.Queue[Refusal] = asyncio.Queue()
        self._closing = asyncio.Event()

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """Hand over submissions, in no order; returns when the hub has answered for each of them."""
        await asyncio.gather(*map(self._submit, events))
        return ()

    async def refusals(self) -> AsyncIterator[Refusal]:
        """What the hub did not take, as it becomes known; ends only by being cancelled."""
        while True:
            yield await self._refused.get()

    def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        """What the hub releases to this agency."""
        return self._feed.deliveries(applied)

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Send receipts."""
        await self._feed.acknowledge(applied)

    async def park(self, parked: Sequence[Parked]) -> None:
        """Say which deliveries could not be applied."""
        await self._feed.park(parked)

    async def close(self) -> None:
        """End the deliveries and let go of the connections."""
        self._closing.set()
        await self._feed.close()
        await self._http.aclose()

    async def _submit(self, event: Event) -> None:
        async with self._desks:
            answer = await until_answered(self._closing, partial(self._asked, event))
        if answer.is_error:
            self._refused.put_nowait(read_refusal({**orjson.loads(answer.content), "id": event.id}))

    async def _asked(self, event: Event) -> httpx.Response:
        """The hub's answer.

        Raises:
            Unavailable: it does not answer, or cannot now.
        """
        method, content = ("DELETE", None) if event.withdrawn else ("PUT", encoded(event.body))
        try:
            answer = await self._http.request(method, _address(event), content=content, headers=_headers(event))
        except httpx.TransportError as error:
            raise Unavailable(f"the hub does not answer: {type(error).__name__}") from error
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Unavailable(f"the hub answers {answer.status_code}")
        return answer


def _address(event: Event) -> str:
    person = f"/v1/offenders/{quote(event.local_id, safe='')}"
    if event.record_type not in _COLLECTIONS:
        return person
    return f"{person}/{_COLLECTIONS[event.record_type]}/{quote(event.body['reference'], safe='')}"


def _headers(event: Event) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "ce-id": event.id,
        "ce-time": event.time.isoformat(),
        "ce-dataschema": f"{event.record_type}/{event.version}",
        "ce-sequence": str(event.sequence),
    }
