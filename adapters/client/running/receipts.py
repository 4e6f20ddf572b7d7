"""The agency's word on what it holds: the digest of what is really there; on what is parked; on who has seen it."""

from collections.abc import Iterator

from adapters.client.link import Delivery, Link, Sighted
from adapters.client.native import System
from adapters.client.running.handover import document
from adapters.client.running.releases import Holding
from adapters.client.running.sightings import Sighting
from adapters.client.running.store import Store
from hub.domain.canonical import digest

_AT_ONCE = 500


class Receipts:
    """Sends the receipts that are due, and word of what is parked, and of what was seen."""

    def __init__(self, store: Store, system: System, link: Link) -> None:
        self._store = store
        self._system = system
        self._link = link

    async def step(self) -> int:
        """Say what is next to be said; of how many releases."""
        parked = self._store.releases.untold(_AT_ONCE)
        if parked:
            await self._link.park(parked)
            with self._store.transaction():
                self._store.releases.told_hub(parked)
        due = self._store.releases.due_receipts(_AT_ONCE)
        if due:
            await self._link.acknowledge([self._as_held(each) for each in due])
            with self._store.transaction():
                self._store.releases.receipted(due)
        sightings = self._store.sightings.due(_AT_ONCE)
        if sightings:
            await self._link.say_seen([each for sighting in sightings for each in self._sighted(sighting)])
            with self._store.transaction():
                self._store.sightings.told(sightings)
        return len(due) + len(parked) + len(sightings)

    def _sighted(self, sighting: Sighting) -> Iterator[Sighted]:
        """Nothing of what something newer has overtaken meanwhile: that is to be seen anew."""
        holding = self._store.releases.holding(sighting.record)
        if holding is not None and holding.number == sighting.number:
            yield Sighted(self._as_held(holding), sighting.seen)

    def _as_held(self, holding: Holding) -> Delivery:
        """The delivery with the release as the native system now gives it back."""
        release = document(self._system, holding)
        return Delivery(
            number=holding.number,
            digest=digest(release),
            record=holding.record,
            local_ids=(),
            sources={},
            moved_to=None,
            withdrawn=holding.native is None,
            version=release.get("version"),
            body=release.get("body"),
            contested=(),
            release=release,
        )
