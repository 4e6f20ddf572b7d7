"""Submissions to the hub, with their ids made before, and what it refuses back into the store."""

from collections.abc import Sequence

import structlog

from adapters.client.link import Event, Link, Refusal
from adapters.client.running.store import Store
from hub.domain.errors import Reason, Rejected

_AT_ONCE = 200
_OF_THE_ADAPTER = frozenset(
    {Reason.UNAUTHENTICATED, Reason.TOKEN_EXPIRED, Reason.FORBIDDEN, Reason.WRONG_AGENCY, Reason.NOT_FOUND}
)
"""Reasons for which no submission is to blame."""

_log = structlog.get_logger(__name__)


class Sending:
    """Sends what the outbox holds, in its order."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link

    async def step(self) -> int:
        """Send the next submissions; how many they were. Raises `Rejected`: the hub refuses the adapter as such."""
        events = self._store.outbox.waiting(_AT_ONCE)
        if events:
            await self._send(events)
        return len(events)

    async def hear(self) -> None:
        """Note what the hub refuses, as it becomes known, until the link is closed."""
        async for refusal in self._link.refusals():
            with self._store.transaction():
                self._note(refusal)

    async def _send(self, events: Sequence[Event]) -> None:
        try:
            refused = await self._link.submit(events)
        except Rejected as error:
            await self._send_apart(events, error)
            return
        with self._store.transaction():
            for refusal in refused:
                self._note(refusal)
            self._store.outbox.sent(event.id for event in events)

    async def _send_apart(self, events: Sequence[Event], error: Rejected) -> None:
        """What the hub refuses to look at is halved until the culprit stands alone."""
        if error.reason in _OF_THE_ADAPTER:
            raise error
        if len(events) == 1:
            with self._store.transaction():
                self._note(Refusal(events[0].id, error.reason.value, error.detail, error.faults))
            return
        half = len(events) // 2
        await self._send(events[:half])
        await self._send(events[half:])

    def _note(self, refusal: Refusal) -> None:
        payload = self._store.outbox.refused(refusal)
        if payload is None:
            return  # noted before, or tried again meanwhile
        self._store.inbox.park(payload)
        _log.warning(
            "submission_refused",
            submission=refusal.id,
            reason=refusal.reason,
            path=[fault.path for fault in refusal.faults],
        )
