"""Releases from the hub into the store, where they wait to be handed over."""

import asyncio

from adapters.client.link import Link
from adapters.client.running.store import Store


class Receiving:
    """Keeps what the hub releases. record_types: those the native system takes; others are passed over, unreceipted."""

    def __init__(self, store: Store, link: Link, record_types: frozenset[str]) -> None:
        self._store = store
        self._link = link
        self._record_types = record_types

    async def run(self, kept: asyncio.Event) -> None:
        """Keep releases until the link is closed; `kept` is rung for each lot."""
        async for deliveries in self._link.deliveries(self._store.releases.numbers()):
            with self._store.transaction():
                self._store.releases.keep(each for each in deliveries if each.record.type in self._record_types)
            kept.set()
