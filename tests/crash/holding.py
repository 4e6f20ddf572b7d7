"""What a service holds of what the hub told it: in memory, by its own reckoning of the digest."""

import asyncio
from collections.abc import Callable
from typing import Self

from adapters.client.link import Delivery, Link, RecordName
from hub.domain.canonical import digest


def everything(_record: RecordName) -> bool:
    """All records."""
    return True


def nothing(_record: RecordName) -> bool:
    """No record."""
    return False


class Holding:
    """A store that starts empty and applies what its link brings, with receipts; used as a context, which ends it.

    service: `probation` or `prison`. last: the last delivery of every record. highest: the highest number applied.
    acknowledged: the last delivery of every record whose receipt is safe with the hub. faults: what may never be, such
    as a digest that does not fit. acknowledges: of which records it sends receipts.
    """

    def __init__(self, service: str, link: Link, acknowledges: Callable[[RecordName], bool] = everything) -> None:
        self.service = service
        self.last: dict[RecordName, Delivery] = {}
        self.highest = 0
        self.acknowledged: dict[RecordName, Delivery] = {}
        self._acknowledges = acknowledges
        self.faults: list[str] = []
        self._link = link
        self._task = asyncio.create_task(self._apply())

    @property
    def digests(self) -> dict[RecordName, str]:
        """Record -> digest, of all that is held and was not withdrawn."""
        return {name: digest(each.release) for name, each in self.last.items() if not each.withdrawn}

    async def until(self, true: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until what is held is as wanted. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not true():
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.02)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop applying, and close the link."""
        self._task.cancel()
        await asyncio.wait((self._task,))
        await self._link.close()

    async def _apply(self) -> None:
        async for deliveries in self._link.deliveries({}):
            for delivery in deliveries:
                self._check(delivery)
                self.last[delivery.record] = delivery
                self.highest = max(self.highest, delivery.number)
            told = [each for each in deliveries if self._acknowledges(each.record)]
            await self._link.acknowledge(told)
            self.acknowledged.update({each.record: each for each in told})

    def _check(self, delivery: Delivery) -> None:
        before = self.last.get(delivery.record)
        if digest(delivery.release) != delivery.digest:
            self.faults.append(f"delivery {delivery.number} has not the digest it says")
        if before is not None and delivery.number <= before.number:
            self.faults.append(f"delivery {delivery.number} came after {before.number}")
