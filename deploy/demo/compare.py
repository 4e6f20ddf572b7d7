"""Compares what the agencies' systems really hold with what the hub holds for them, and asks whether anything was lost.

The agencies' side is computed anew from the documents in their systems. The hub's side is what its feed gives each
agency from the start, read with that agency's credentials; nobody looks into the hub's database.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from adapters.client.credentials import ClientCredentials
from adapters.client.events import read_delivery
from adapters.client.link import RecordName
from adapters.client.native import System
from adapters.client.running.handover import document
from adapters.client.running.outbox import Slot
from adapters.client.running.store import Store
from adapters.sandbox.native import NativeStore, Own
from hub.domain.canonical import Json, digest
from hub.trust.agencies import Credentials

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """One agency beside the hub.

    held: record type -> how many its systems hold. agree: of these and of what the hub holds for it, how many have
    the same digest. differ: how many have not, or stand on one side only. homeless: of what the hub holds for it, of
    types that none of its systems takes. asserted: record type -> how many records it asserts. withheld: of these,
    released to nobody because of limited access. lost: of these, not released to it for no reason known, or not as the
    agency, their only author, says them. unsaid: documents of its own of which its adapters say nothing.
    """

    held: Mapping[str, int]
    agree: int
    differ: int
    homeless: int
    asserted: Mapping[str, int]
    withheld: int
    lost: int
    unsaid: int


class Stores:
    """What an agency's systems and adapters keep. A context manager."""

    def __init__(self, native: Path, adapters: Mapping[str, Path], systems: Mapping[str, System]) -> None:
        """adapters: system -> its adapter's store. systems: by name."""
        self._paths = native, adapters
        self.systems = systems
        self._ending = ExitStack()

    def __enter__(self) -> "Stores":
        native, adapters = self._paths
        self.native = self._ending.enter_context(closing(NativeStore(native)))
        self.adapters = {name: self._ending.enter_context(closing(Store(path))) for name, path in adapters.items()}
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def held(self) -> Iterator[tuple[RecordName, Json]]:
        """Every record that was handed over, as its system now really gives it back: what its digest is made of."""
        for name, store in self.adapters.items():
            for holding in store.releases.all_held():
                really = replace(holding, native=self.native.told(name, holding.address))
                yield holding.record, document(self.systems[name], really)

    def standing(self) -> Iterator[tuple[Slot, Json]]:
        """Every record that the agency asserts, with its body."""
        for store in self.adapters.values():
            for slot, said in store.outbox.standing():
                yield slot, said.body

    def persons(self) -> dict[str, str]:
        """The agency's own local ids -> the person whose they are."""
        found: dict[str, str] = {}
        for store in self.adapters.values():
            found |= store.releases.persons()
        return found

    def own(self) -> Iterator[Own]:
        """What the agency's users entered and did not delete."""
        return self.native.all_own()

    @property
    def taken(self) -> frozenset[str]:
        """The record types that one of its systems takes."""
        return frozenset(record_type for system in self.systems.values() for record_type in system.hands_over)


async def held_by_hub(hub: str, credentials: Credentials) -> dict[RecordName, str]:
    """What the hub holds for an agency: record -> digest, withdrawn ones left out."""
    auth = ClientCredentials(f"{hub}/oauth/token", credentials.client_id, credentials.secret)
    found: dict[RecordName, str] = {}
    after = 0
    async with httpx.AsyncClient(base_url=hub, auth=auth, timeout=60.0) as client:
        while True:
            page = (await client.get("/v1/feed", params={"after": after, "limit": _PAGE})).raise_for_status().json()
            for delivery in map(read_delivery, page["deliveries"]):
                found.pop(delivery.record, None)
                if not delivery.withdrawn:
                    found[delivery.record] = delivery.digest
            if page["next"] == after:
                return found
            after = page["next"]


def compare(agency: str, stores: Stores, by_hub: Mapping[RecordName, str], limited_access: Collection[str]) -> Compared:
    """Set the agency's systems beside what the hub holds for it. limited_access: local ids that are withheld."""
    documents = dict(stores.held())
    taken = {name: said for name, said in by_hub.items() if name.type in stores.taken}
    either = documents.keys() | taken.keys()
    agree = sum(name in documents and digest(documents[name]) == taken.get(name) for name in either)
    standing = list(stores.standing())
    missing = _not_released(agency, standing, documents, stores.persons())
    withheld = sum(slot.local_id in limited_access for slot in missing)
    return Compared(
        held=Counter(name.type for name in documents),
        agree=agree,
        differ=len(either) - agree,
        homeless=len(by_hub) - len(taken),
        asserted=Counter(slot.record_type for slot, _ in standing),
        withheld=withheld,
        lost=len(missing) - withheld,
        unsaid=_unsaid(stores.own(), [slot for slot, _ in standing]),
    )


def _not_released(
    agency: str, standing: Sequence[tuple[Slot, Json]], documents: Mapping[RecordName, Json], persons: Mapping[str, str]
) -> list[Slot]:
    """What the agency asserts and does not hold. Where the key names it, it is the only author: nothing may differ."""
    missing = []
    for slot, body in standing:
        name = RecordName(persons.get(slot.local_id, ""), slot.record_type, slot.key)
        released = documents.get(name)
        alone = agency in slot.key.split("/")
        if released is None or (alone and released.get("body") != body):
            missing.append(slot)
    return missing


def _unsaid(own: Iterator[Own], standing: Sequence[Slot]) -> int:
    """How many documents fewer are said than there are, person by person and type by type."""
    entered = Counter((each.record_type, each.local_id) for each in own)
    said = Counter((slot.record_type, slot.local_id) for slot in standing)
    return sum(max(0, number - said[place]) for place, number in entered.items())
