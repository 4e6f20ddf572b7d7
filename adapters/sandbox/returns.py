"""What has come back: the agency's own records that it holds as the hub released them."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

from adapters.client.link import Delivery


class Returned(NamedTuple):
    """A record of one of the agency's own people, as a release names it."""

    record_type: str
    key: str
    local_id: str


class Returns:
    """Notes what comes back, so that an agency does not run ahead of the hub."""

    def __init__(self) -> None:
        self._back: set[Returned] = set()
        self._news = asyncio.Event()

    def note(self, deliveries: Iterable[Delivery]) -> None:
        """These have been applied."""
        for each in deliveries:
            self._back.update(Returned(each.record.type, each.record.key, local_id) for local_id in each.local_ids)
        self._news.set()

    def missing(self, records: Iterable[Returned]) -> list[Returned]:
        """Those that have never come back."""
        return [record for record in records if record not in self._back]

    async def wait_for_any(self, records: Collection[Returned], seconds: float) -> None:
        """Until one of these has come back, or so many seconds have passed: some are withheld."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while records and self._back.isdisjoint(records):
                    self._news.clear()
                    await self._news.wait()
