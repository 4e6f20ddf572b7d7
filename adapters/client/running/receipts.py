"""The agency's word on what it holds: the digest of what is really there; and on what is parked."""

from adapters.client.link import Delivery, Link
from adapters.client.native import System
from adapters.client.running.handover import document
from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from hub.domain.canonical import digest

_AT_ONCE = 500


class Receipts:
    """Sends the receipts that are due, and word of what is parked."""

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
        return len(due) + len(parked)

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
