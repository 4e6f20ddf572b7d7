"""What is kept for a while only: numbers that were overtaken, reports, alerts that are closed, what was announced."""

import asyncio
from datetime import timedelta
from functools import partial

from hub.clock import Clock
from hub.exchange.reconcile import KEPT
from hub.exchange.rounds import rounds
from hub.store.forgetting import FIRST, ForgettingStore, Place

REPORTS_KEPT = timedelta(days=90)
"""How long it can be read what an inventory came to."""
ANNOUNCED_KEPT = timedelta(days=366)
"""How long it is known of which days an agency was told, so that a day told again does not count anew."""
SLICE = 5_000
"""Deliveries looked at in one transaction."""
ROUND_S = 3_600.0
"""How often everything is looked through."""


class Forgetting:
    """The use case. Several at once do no harm. alerts_kept: for how long after they closed."""

    def __init__(self, store: ForgettingStore, now: Clock, alerts_kept: timedelta) -> None:
        self._store = store
        self._now = now
        self._alerts_kept = alerts_kept

    async def run(self, stop: asyncio.Event) -> None:
        """Look through everything now and then, until told to stop. Raises `Halt`."""
        await rounds("forgetting", partial(self.round, stop), stop, ROUND_S)

    async def round(self, stop: asyncio.Event) -> None:
        """Forget what is due. Raises `Unavailable`, `Halt`."""
        now = self._now()
        after: Place | None = FIRST
        while after is not None and not stop.is_set():
            after = await self._store.forget_overtaken(after, now - KEPT, SLICE)
        await self._store.forget_reports(now - REPORTS_KEPT)
        await self._store.forget_alerts(now - self._alerts_kept)
        await self._store.forget_announced(now - ANNOUNCED_KEPT)
