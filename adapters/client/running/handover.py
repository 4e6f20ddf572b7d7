"""One release from the hub to the native system, and what the adapter then knows that the system holds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from functools import partial
from weakref import WeakValueDictionary

import structlog

from adapters.client.link import Delivery
from adapters.client.native import Handing, System
from adapters.client.running.grouped import Grouped
from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from adapters.client.running.target import Answer, Applied, NotApplied, Target
from adapters.client.running.told import Telling
from hub.clock import Clock
from hub.domain.canonical import Json, digest
from hub.domain.errors import Fault
from hub.spec.lens.rest import Rest, complete

_NOTHING_MADE = Fault("", "adapter", "the adapter makes nothing of a release that is not withdrawn")

_log = structlog.get_logger(__name__)


class HandOver:
    """Hands releases over, each noted before and after. agency: whose numbers are in the ids of requests."""

    def __init__(self, store: Store, system: System, target: Target, agency: str, now: Clock) -> None:
        self._store = store
        self._system = system
        self._target = target
        self._agency = agency
        self._now = now
        self._grouped = Grouped(store)
        self._addresses: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def hand_over(self, delivery: Delivery) -> None:
        """Have the native system hold it, or park it. Raises `Unavailable`: the system does not answer now."""
        held = self._store.releases.holding(delivery.record)
        if delivery.withdrawn:
            await self._remove(delivery, held)
        else:
            await self._put(delivery, held)

    def park(self, delivery: Delivery, faults: tuple[Fault, ...]) -> None:
        """Leave it until it is retried or a newer one comes; no receipt speaks of it. faults: why, at least one."""
        with self._store.transaction():
            self._store.releases.park(delivery, faults)
            self._store.told.take_back(delivery.record, delivery.number)
        path, reason = [fault.path for fault in faults], [fault.rule for fault in faults]
        _log.warning("release_parked", number=delivery.number, path=path, reason=reason)

    async def _put(self, delivery: Delivery, held: Holding | None) -> None:
        handing = self._system.hand_over(delivery, held.native if held else None)
        if handing.faults or handing.native is None:
            self.park(delivery, handing.faults or (_NOTHING_MADE,))
            return
        async with self._at(handing.address, *_lying_at(held)):
            await self._place(delivery, handing, handing.native, held)

    async def _place(self, delivery: Delivery, handing: Handing, native: Json, held: Holding | None) -> None:
        telling = self._telling(delivery, native, handing.rest)
        await self._grouped.write(partial(self._store.told.tell, delivery.record, delivery.number, telling))
        match await self._placed(delivery, handing, held):
            case NotApplied(why):
                self.park(delivery, (Fault("", "native-system", why),))
            case Applied(kept):
                if kept is not None and kept != native:
                    telling = self._telling(delivery, kept, handing.rest)
                release = {name: value for name, value in delivery.release.items() if name != "body"}
                address, kept = handing.address, telling.native
                held = Holding(delivery.record, delivery.number, address, kept, handing.rest, release)
                await self._note(delivery, held, telling)

    async def _placed(self, delivery: Delivery, handing: Handing, held: Holding | None) -> Answer:
        """At its address; if it lay elsewhere before, there no more."""
        key = f"{self._agency}-{delivery.number}"
        answer = await self._target.put(handing.address, handing.native, key)
        moved = held is not None and held.native is not None and held.address != handing.address
        if moved and held is not None and isinstance(answer, Applied):
            cleared = await self._cleared(held, f"{key}-moved")
            if isinstance(cleared, NotApplied):
                _log.warning("old_address_not_cleared", number=delivery.number, why=cleared.why)
        return answer

    async def _remove(self, delivery: Delivery, held: Holding | None) -> None:
        if held is None or held.native is None:
            # Told again that there is nothing, as something may have come to lie where the record once was.
            held = self._half_done(delivery) or held
        async with self._at(*([held.address] if held else [])):
            await self._clear(delivery, held)

    async def _clear(self, delivery: Delivery, held: Holding | None) -> None:
        nowhere = held is None or not held.address
        answer = (
            Applied() if held is None or nowhere else await self._cleared(held, f"{self._agency}-{delivery.number}")
        )
        match answer:
            case NotApplied(why):
                self.park(delivery, (Fault("", "native-system", why),))
            case Applied():
                address = held.address if held else ""
                held = Holding(delivery.record, delivery.number, address, None, [], delivery.release)
                await self._note(delivery, held)

    def _half_done(self, delivery: Delivery) -> Holding | None:
        """Where a release may lie whose handing over was cut short."""
        if not self._store.told.attempted(delivery.record):
            return None
        handing = self._system.hand_over(delivery, None)
        return Holding(delivery.record, delivery.number, handing.address, None, [], delivery.release)

    async def _cleared(self, held: Holding, key: str) -> Answer:
        """Nothing at its address any more, unless another record has come to lie there."""
        if self._store.releases.others_at(held.address, held.record):
            return Applied()
        return await self._target.remove(held.address, key)

    @asynccontextmanager
    async def _at(self, *addresses: str) -> AsyncIterator[None]:
        """One thing at a time at these addresses, until it is noted: records of two persons may come to lie at one.

        Where they are joined or parted, the one is put there and the other removed, and neither order is promised.
        """
        async with AsyncExitStack() as stack:
            for address in sorted(set(addresses)):
                lock = self._addresses.setdefault(address, asyncio.Lock())
                await stack.enter_async_context(lock)
            yield

    async def _note(self, delivery: Delivery, holding: Holding, telling: Telling | None = None) -> None:
        def change() -> None:
            self._store.releases.applied(holding)
            self._store.told.replaced(holding.record, holding.number, self._now())
            if telling is not None:
                self._store.told.tell(holding.record, holding.number, telling)

        await self._grouped.write(change)
        body = {} if telling is None else {"body": telling.forms[-1]}
        if digest({**holding.release, **body}) != delivery.digest:
            _log.warning("applied_otherwise", number=delivery.number)

    def _telling(self, delivery: Delivery, native: Json, rest: Rest) -> Telling:
        """How the native system may repeat a release: as released, as it reads, as it reads with the rest."""
        record_type = delivery.record.type
        read = self._system.read_back(record_type, native)
        completed = _completed(deepcopy(read), rest)
        return Telling((delivery.body, read, completed), native)


def _lying_at(held: Holding | None) -> tuple[str, ...]:
    """Where the native system holds something of the record so far."""
    return () if held is None or held.native is None else (held.address,)


def document(system: System, holding: Holding) -> Json:
    """The release as it is digested, made of what the native system really holds."""
    if holding.native is None:
        return dict(holding.release)
    body = _completed(system.read_back(holding.record.type, holding.native), holding.rest)
    return {**holding.release, "body": body}


def _completed(body: Json, rest: Rest) -> Json:
    """With what has no home natively. Where that does not fit what the system holds, the digest tells."""
    try:
        return complete(body, rest)
    except (KeyError, IndexError, TypeError):
        return body
