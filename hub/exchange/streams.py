"""Keeps the topics of stream agencies complete: what was committed is published, in order, in doubt again.

After a crash or a broken broker, what was committed and not sent is rendered again from the shared record and
published under its number; where the record has changed since, it is left to the newer number owed for it. A topic
that was emptied, cut or deleted behind the hub's back is noticed and filled again: the hub's store is the record.
So is one on which somebody else has written: a relay that has lost the lead may have put older behind newer.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from hub.clock import Clock
from hub.domain.contract import Contract, Delivery
from hub.domain.errors import Unavailable
from hub.exchange.held import still_held
from hub.exchange.losses import LATE, has_lost, resume_at
from hub.ports import HeldRow, Outlet, PersonRow, Publication, Publisher, RelayStore, Seal, TopicExtent
from hub.release import Release, wrap

_log = structlog.get_logger(__name__)

BATCH = 500
"""Releases rendered and published at once when catching up."""
WATCH_S = 2.0
"""How often the topics are compared with what was published, and a broken agency's stream is tried again."""

_FILLER = Publication("-/-/-", {"hub-number": "0", "hub-digest": ""}, None)
"""A tombstone of no record: readers drop it for its number, compaction for its key."""


class Streams:
    """Publishes for the relay; an agency whose topic fails is `behind` and caught up from the store."""

    def __init__(
        self,
        store: RelayStore,
        publisher: Publisher,
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._agencies = sorted(each.agency for each in contracts.values() if each.delivery is Delivery.STREAM)
        self._outlets: dict[str, Outlet] = {}
        self._behind = set(self._agencies)
        self._passed_over: set[str] = set()
        self._shared: set[str] = set()
        """Agencies on whose topic somebody else has written."""
        self._locks = {agency: asyncio.Lock() for agency in self._agencies}

    async def send(self, agency: str, publications: Sequence[Publication], number: int) -> None:
        """Publish what was just committed; while the agency is behind, leave it to the catching up."""
        async with self._locks[agency]:
            if agency in self._behind:
                self._passed_over.add(agency)
                return
            try:
                await self._publish(agency, publications, number)
            except Unavailable as error:
                _log.warning("stream_behind", agency=agency, why=str(error))
                self._behind.add(agency)

    def begin(self) -> None:
        """This relay has the lead, perhaps again: what others published meanwhile is in the store."""
        self._behind = set(self._agencies)
        self._shared.clear()
        self._outlets.clear()

    async def watch(self) -> None:
        """For ever: catch up who is behind, notice topics that are not what was published on them.

        Raises `Halt`; `Unavailable` only when the database does not answer or the lead is lost.
        """
        while True:
            await self._store.confirm_lead()
            await self.look()
            await asyncio.sleep(WATCH_S)

    async def look(self) -> None:
        """One look at every agency's topic."""
        for agency in self._agencies:
            try:
                await self._look_at(agency)
            except Unavailable as error:
                _log.warning("stream_behind", agency=agency, why=str(error))
                self._behind.add(agency)

    async def _look_at(self, agency: str) -> None:
        async with self._locks[agency]:
            stored = (await self._store.outlets()).get(agency, Outlet(agency))
            outlet = replace(self._outlets.get(agency, stored), number=stored.number, refill=stored.refill)
            extent = await self._publisher.extent(agency)
            start = await self._start(outlet, extent)
            if start is None:
                return
            self._behind.add(agency)
            end = resume_at(outlet, extent, BATCH)
            seen = Outlet(agency, stored.number, start, extent.id, extent.start, end)
            await self._store.published(seen, refilling=outlet.refill)
            self._outlets[agency] = seen
            self._shared.discard(agency)
        await self._make_up(agency, end - extent.end)
        await self._catch_up(agency, start)

    async def _start(self, outlet: Outlet, extent: TopicExtent) -> int | None:
        """Beyond which number to publish again; None when the topic is what it should be.

        Where somebody else has written, something older may stand behind what is newer: what was given out since
        something older could still be on its way is published again.
        """
        if outlet.refill or has_lost(outlet, extent):
            _log.error("topic_filled_again", agency=outlet.agency, asked=outlet.refill, published=outlet.published)
            return 0
        if outlet.topic_id is not None and extent.end > outlet.topic_end:
            _log.warning("topic_longer_than_noted", agency=outlet.agency, published=outlet.published)
            return await self._store.given_out(outlet.agency, LATE, outlet.published)
        return outlet.published if outlet.agency in self._behind | self._shared else None

    async def _make_up(self, agency: str, lost: int) -> None:
        """Make up for offsets that a topic has lost from its end, so that they are not given out again.

        A reader that was away stands beyond them: what came in their place, it would never see.
        """
        while lost > 0:
            count = min(lost, BATCH)
            await self._publisher.release(agency, [_FILLER] * count)
            lost -= count

    async def _catch_up(self, agency: str, number: int) -> None:
        """Publish all beyond a number; what is committed meanwhile is passed over by `send` and taken here."""
        while True:
            self._passed_over.discard(agency)
            while rows := await self._store.unpublished(agency, number, BATCH):
                number = rows[-1].number
                await self._publish(agency, await self._rendered(agency, rows), number)
            if agency not in self._passed_over:
                self._behind.discard(agency)
                return

    async def _rendered(self, agency: str, rows: Sequence[HeldRow]) -> list[Publication]:
        still = await still_held(self._store, self._contracts[agency], rows, self._seal, self._now)
        return [message for each in still for message in published(each.release, each.row, each.person, self._seal)]

    async def _publish(self, agency: str, publications: Sequence[Publication], number: int) -> None:
        """Publish, then note how far the topic has got; a crash between publishes again.

        A topic that ends before it must, because it lost something meanwhile, is noted with the end it must have: the
        next look tells, however much is published until then. If it ends later, somebody else has written on it: what
        may be older than what it now follows counts as not published.
        """
        outlet = self._outlets[agency]
        end = await self._publisher.release(agency, publications) if publications else outlet.topic_end
        must_end = outlet.topic_end + len(publications)
        reached = max(outlet.published, number)
        if agency in self._shared:
            reached = outlet.published
        elif end > must_end:
            self._shared.add(agency)
            reached = await self._store.given_out(agency, LATE, reached)
        outlet = replace(outlet, published=reached, topic_end=max(end, must_end))
        await self._store.published(outlet)
        self._outlets[agency] = outlet


def published(release: Release, row: HeldRow, person: PersonRow | None, seal: Seal) -> list[Publication]:
    """The messages of one delivery: the release, and after one that withdraws, the tombstone."""
    record = row.id.record
    key = f"{record.person}/{record.type}/{record.key}"
    headers = {"hub-number": str(row.number), "hub-digest": row.digest, "content-type": "application/json"}
    message = Publication(key, headers, wrap(release, row, person, seal))
    return [message, Publication(key, headers, None)] if row.withdrawn else [message]
