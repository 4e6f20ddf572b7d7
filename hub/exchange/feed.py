"""The HTTP feed: an agency reads its deliveries by number, waiting for more if there are none.

Nothing is stored for it: releases are rendered when they are read. A delivery that has been overtaken since is
left out, as its record is owed again under a newer number.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Reason, Rejected
from hub.exchange.held import still_held
from hub.ports import RelayStore, Seal
from hub.release import wrap

LOOK_S = 0.25
"""How often a waiting reader looks by itself, for deliveries that a relay in another process made."""


@dataclass(frozen=True, slots=True)
class Page:
    """deliveries: as `hub.release.wrap` writes them, by ascending number. next: where to read on from."""

    deliveries: list[bytes]
    next: int


class Feed:
    """The use case, with everything it stands on."""

    def __init__(
        self,
        store: RelayStore,
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: Clock,
        delivered: asyncio.Event,
        stop: asyncio.Event,
    ) -> None:
        """delivered: set by the relay of this process when an agency has something new. stop: ends waiting."""
        self._store = store
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._delivered = delivered
        self._stop = stop

    async def read(self, agency: str, after: int, limit: int, wait: float) -> Page:
        """Deliveries with numbers beyond `after`; if there are none, waits up to `wait` seconds for one.

        Raises:
            Rejected: the agency has no contract.
            Unavailable, Halt: from the store.
        """
        contract = self._contracts.get(agency)
        if contract is None:
            raise Rejected(Reason.NOT_COVERED, "the agency has no contract")
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            news = asyncio.ensure_future(self._delivered.wait())
            try:
                page = await self._page(contract, after, limit)
                left = deadline - asyncio.get_running_loop().time()
                if page.deliveries or left <= 0 or self._stop.is_set():
                    return page
                after = page.next
                await self._wait(news, left)
            finally:
                news.cancel()

    async def _page(self, contract: Contract, after: int, limit: int) -> Page:
        rows = await self._store.unpublished(contract.agency, after, limit)
        still = await still_held(self._store, contract, rows, self._seal, self._now)
        deliveries = [wrap(each.release, each.row, each.person, self._seal) for each in still]
        return Page(deliveries, rows[-1].number if rows else after)

    async def _wait(self, news: "asyncio.Future[Literal[True]]", left: float) -> None:
        """Until something may have come, the hub stops, or it is time to look again.

        `news` was listening before the store was read, so nothing that came since is missed, and clearing the
        event takes nothing from other readers: all that listened have been woken.
        """
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((news, stopping), timeout=min(left, LOOK_S), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if news.done():
            self._delivered.clear()
