"""A round of reconciliation: what the native system really holds now, brought to the hub as an inventory.

The adapter speaks for the record types it hands over. Where the native system lets its records be read, they are read
there; else the adapter's own store says what was handed over, and the round says so.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

import structlog

from adapters.client.inventory import Answered, InventoryLink
from adapters.client.link import RecordName
from adapters.client.native import System
from adapters.client.running.handover import document
from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from adapters.client.running.target import Absent, Present, Target, Unreadable
from adapters.client.running.waiting import any_of
from hub.domain.canonical import Json, digest
from hub.domain.errors import Rejected, Unavailable
from hub.domain.inventory import Difference, Found, Named

_AT_ONCE = 8
_MINUTE_S = 60.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One round. as_of: up to which number was read. records: how many are held.

    native, store: how many records were looked for in the native system, and in the adapter's store alone.
    """

    as_of: int
    records: int
    native: int
    store: int
    answered: Answered

    def document(self) -> dict[str, Json]:
        """As it is shown; records by their names only."""
        answered = self.answered
        kinds = Counter(answered.differences.values())
        return {
            "inventory": answered.id,
            "asOf": self.as_of,
            "records": self.records,
            "readNatively": self.native,
            "readFromStore": self.store,
            "buckets": answered.buckets,
            "differing": answered.differing,
            **{kind.value: kinds[kind] for kind in Difference},
            "inFlight": answered.in_flight,
            "parked": answered.parked,
            "found": [
                {**record._asdict(), "difference": kind.value} for record, kind in sorted(answered.differences.items())
            ],
        }


class Reconciling:
    """Makes rounds; what the hub sends because of one is handed over like any release."""

    def __init__(self, store: Store, system: System, target: Target, link: InventoryLink) -> None:
        self._store = store
        self._system = system
        self._target = target
        self._link = link

    async def round(self) -> Reconciled:
        """Look at all that is held and have it compared.

        Raises:
            Unavailable: the native system or the hub does not answer now.
            Rejected: the hub refuses the inventory, such as `read-on`.
        """
        as_of = self._store.releases.read_up_to()
        looked = _Looked(self._store, self._system, self._target)
        held = await looked.all()
        answered = await self._link.compare(as_of, self._system.hands_over, held)
        _log.info("reconciled", number=as_of, count=len(answered.differences))
        return Reconciled(as_of, len(held), looked.native, looked.store, answered)

    async def every(self, minutes: float, stop: asyncio.Event) -> None:
        """Make a round every so many minutes until told to stop; one that cannot be made is left to the next."""
        while not stop.is_set():
            await any_of([stop], [], minutes * _MINUTE_S)
            if stop.is_set():
                return
            try:
                await self.round()
            except (Unavailable, Rejected) as error:
                _log.warning("not_reconciled", why=str(error))

    async def close(self) -> None:
        """Let go of the connection to the hub."""
        await self._link.close()


class _Looked:
    """One look at everything that is held. native, store: how many records were read where."""

    def __init__(self, store: Store, system: System, target: Target) -> None:
        self._kept = store.releases
        self._system = system
        self._target = target
        self.native = 0
        self.store = 0

    async def all(self) -> list[Found]:
        """Every record that is there, and those on their way with the number they will have."""
        found: list[Found] = []
        after = RecordName("", "", "")
        while lot := self._kept.holdings(after, _AT_ONCE):
            found += [each for each in await asyncio.gather(*map(self._one, lot)) if each is not None]
            after = lot[-1].record
        there = {each.record for each in found}
        for delivery in self._kept.on_their_way():
            record = Named(*delivery.record)
            if record not in there:
                found.append(Found(record, delivery.number, delivery.digest))
        return found

    async def _one(self, holding: Holding) -> Found | None:
        """What is there of a record; None where there is nothing of it."""
        native = await self._native(holding)
        # What came meanwhile may be what was read, or why nothing was: its number says that it is in flight.
        last = self._kept.last_number(holding.record)
        if native is not None:
            return Found(Named(*holding.record), last, self._digest(holding, native))
        return Found(Named(*holding.record), last, digest(None)) if last > holding.number else None

    async def _native(self, holding: Holding) -> Json | None:
        """The record as it is there; None where there is nothing of it."""
        if holding.native is None and (not holding.address or self._lies_there_for_another(holding)):
            return None
        match await self._target.read(holding.address):
            case Present(native):
                self.native += 1
                return native
            case Absent():
                self.native += 1
                return None
            case Unreadable():
                self.store += 1
                return holding.native

    def _lies_there_for_another(self, holding: Holding) -> bool:
        return self._kept.others_at(holding.address, holding.record)

    def _digest(self, holding: Holding, native: Json) -> str:
        try:
            return digest(document(self._system, replace(holding, native=native)))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # Damaged so that it cannot even be read as a record: that differs from whatever was delivered.
            return digest({"unreadable": native})
