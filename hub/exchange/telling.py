"""Telling outside that alerts were raised: at least once, until it has arrived.

A notice is taken for a while by whoever sends it, and forgotten only when it has arrived: a crash between sending and
forgetting sends it again, under the same id.
"""

import asyncio
from datetime import timedelta

import structlog

from hub.clock import Clock
from hub.domain.errors import Unavailable
from hub.exchange.rounds import rounds
from hub.ports import AlertSender
from hub.store.notices import NoticeRow, NoticeStore

LOOK_S = 1.0
"""How often waiting notices are looked for."""
TAKEN_FOR = timedelta(minutes=1)
"""After so long, another process sends what this one has not said that it sent."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""Between attempts at a notice; each pause is twice the one before."""

_DOUBLINGS = 20

_log = structlog.get_logger(__name__)


class Telling:
    """The use case."""

    def __init__(self, notices: NoticeStore, sender: AlertSender, now: Clock) -> None:
        self._notices = notices
        self._sender = sender
        self._now = now

    async def run(self, stop: asyncio.Event) -> None:
        """Send what waits until told to stop. Raises `Halt`."""
        await rounds("telling", self.step, stop, LOOK_S)

    async def step(self) -> bool:
        """Send the notice that waits longest, if there is one. Raises `Unavailable`, `Halt`: from the store."""
        now = self._now()
        notice = await self._notices.take(now, now + TAKEN_FOR)
        if notice is not None:
            await self._send(notice)
        return notice is not None

    async def _send(self, notice: NoticeRow) -> None:
        try:
            await self._sender.send(notice.id, notice.content)
        except Unavailable as error:
            _log.warning("alert_not_told", attempt=notice.attempts + 1, why=str(error))
            await self._notices.failed(notice.id, notice.attempts + 1, self._now() + pause(notice.attempts))
        else:
            await self._notices.sent(notice.id)


def pause(attempts: int) -> timedelta:
    """How long to wait after an attempt, with so many before it."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(attempts, _DOUBLINGS))
    return min(doubled, LONGEST_PAUSE)
