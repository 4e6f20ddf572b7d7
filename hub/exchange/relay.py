"""The relay: renders what is owed, numbers it, commits, then publishes.

What is owed is a set, not a queue: changes overtaken before they were sent are sent once, and a release the
agency already has is not sent again. Numbers are committed before anything is published; see `streams` for
what happens when publishing fails. No release is stored: it is rendered from the shared record.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.contract import Contract, Delivery, Receives
from hub.domain.deadlines import deadline_of, seen_deadline_of
from hub.domain.errors import Unavailable
from hub.exchange.rounds import pause
from hub.exchange.streams import Streams, published
from hub.ports import (
    AuditRow,
    HeldId,
    HeldRow,
    Look,
    Outlet,
    Owed,
    PersonRow,
    Publication,
    Publisher,
    RecordRow,
    RelayStore,
    Seal,
)
from hub.release import Release, render
from hub.trust.contracts import contract_digest

_log = structlog.get_logger(__name__)

BATCH = 500
"""Debts handled in one transaction."""
LATER = 200
"""How many of them may be such as can wait, so that what changes meanwhile does not wait long for these."""
IDLE_S = 0.02
"""How long the relay sleeps when nothing is owed; a wake-up in the same process ends it at once."""
LONGEST_IDLE_S = 0.1
"""How long, when nothing was owed for a while: it sleeps twice as long each time, until something is."""
BACK_OFF_S = 1.0
"""How long it waits when the database or the broker does not answer, or another process leads."""


class Relay:
    """The use case; `run` drives it while this process leads."""

    def __init__(
        self,
        store: RelayStore,
        publisher: Publisher | None,
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._outlets: dict[str, Outlet] = {}
        self._filling = True
        """Whether an agency may have to be filled from what is there."""
        self.streams = Streams(store, publisher, contracts, seal, now) if publisher is not None else None

    async def run(self, stop: asyncio.Event, wake: asyncio.Event, delivered: asyncio.Event) -> None:
        """Relay until told to stop; another process may lead meanwhile.

        wake: set by `share` when something is owed. delivered: set here when an agency has something new.
        Raises `Halt` when the hub itself is wrong.
        """
        while not stop.is_set():
            try:
                async with self._store.leading() as leads:
                    if leads:
                        await self._lead(stop, wake, delivered)
            except Unavailable as error:
                _log.warning("relay_backs_off", why=str(error))
            await pause(BACK_OFF_S, stop)

    async def _lead(self, stop: asyncio.Event, wake: asyncio.Event, delivered: asyncio.Event) -> None:
        _log.info("relay_leads")
        await self.owe_under_new_contracts()
        self._outlets = {}
        watching = None
        if self.streams:
            self.streams.begin()
            watching = asyncio.create_task(self.streams.watch())
        try:
            await self._rounds(stop, wake, delivered, watching)
        finally:
            if watching:
                watching.cancel()
                await asyncio.wait((watching,))
        if watching and not watching.cancelled():
            watching.result()

    async def _rounds(
        self, stop: asyncio.Event, wake: asyncio.Event, delivered: asyncio.Event, watching: asyncio.Task[None] | None
    ) -> None:
        """Round after round; while one is published, the next is committed, so that it waits for its turn only."""
        publishing, idle_s = asyncio.create_task(self._publish(None)), IDLE_S
        try:
            while not stop.is_set() and not (watching and watching.done()):
                wake.clear()
                committed = await self._settle()
                if committed is not None:
                    delivered.set()
                    await publishing
                    publishing, idle_s = asyncio.create_task(self._publish(committed)), IDLE_S
                else:
                    await pause(idle_s, wake)
                    idle_s = min(2 * idle_s, LONGEST_IDLE_S)
                    if publishing.done():
                        publishing.result()
        finally:
            await asyncio.gather(publishing, return_exceptions=True)
        publishing.result()

    async def owe_under_new_contracts(self) -> None:
        """An agency that is new, or whose contract says something else than before, is filled from what is there."""
        outlets = await self._store.outlets()
        for agency, contract in sorted(self._contracts.items()):
            digest = contract_digest(contract)
            if outlets.get(agency, Outlet(agency)).contract != digest:
                _log.info("backfill_begins", agency=agency, contract=digest)
                await self._store.begin_backfill(agency, digest, self._now())
        ended = {agency for agency, each in outlets.items() if each.contract is not None} - self._contracts.keys()
        if ended:
            await self._store.end_contracts(ended)
        self._filling = True

    async def step(self) -> int:
        """One round over the oldest debts; how many were settled."""
        round_ = await self._settle()
        await self._publish(round_)
        return len(round_.debts) if round_ else 0

    async def _settle(self) -> "_Round | None":
        """Render, number and commit what is owed longest; None when nothing is."""
        look = await self._look()
        if not look.owed:
            return None
        self._outlets = self._outlets or await self._store.outlets()
        round_ = _Round(self._contracts, self._seal, self._now(), self._outlets, look)
        try:
            await self._store.deliver(round_.debts, round_.deliveries, round_.withheld, round_.audit)
        except Unavailable:
            self._outlets = {}
            raise
        self._outlets = round_.outlets
        return round_

    async def _publish(self, round_: "_Round | None") -> None:
        """Publish what was committed."""
        if self.streams and round_:
            for agency, publications in round_.publications.items():
                await self.streams.send(agency, publications, round_.outlets[agency].number)

    async def _look(self) -> Look:
        """The oldest debts. Whoever is filled from what is there is owed the next slice when little else is left."""
        look = await self._store.look(BATCH, LATER)
        if self._filling and len(look.owed) < LATER:
            self._filling = await self._store.backfill(LATER, self._now())
            if not look.owed:
                return await self._store.look(BATCH, LATER)
        return look


class _Round:
    """What one round makes of the debts it looks at: deliveries in number order, and what is to be published."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: datetime,
        outlets: Mapping[str, Outlet],
        look: Look,
    ) -> None:
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._held = look.held
        self.debts = look.owed
        self.outlets = dict(outlets)
        self.deliveries: list[HeldRow] = []
        self.withheld: dict[HeldId, bool] = {}
        self.audit: list[AuditRow] = []
        self.publications: dict[str, list[Publication]] = {}
        for debt in look.owed:
            self._settle(debt, look.records.get(debt.held.record), look.persons.get(debt.held.record.person))

    def _settle(self, debt: Owed, record: RecordRow | None, person: PersonRow | None) -> None:
        contract = self._contracts.get(debt.held.agency)
        if contract is None:
            _log.error("owed_without_contract", agency=debt.held.agency)
            return
        release = render(contract, debt.held.record, record, person, self._seal)
        if release.withheld != debt.withheld:
            self.withheld[debt.held] = release.withheld
        held = self._held.get(debt.held)
        if not debt.again and (release.withdrawn if held is None else release.is_held(held)):
            return
        row = self._numbered(debt, release, held)
        self.deliveries.append(row)
        self.audit.append(self._disclosure(contract, row))
        if contract.delivery is Delivery.STREAM:
            self.publications.setdefault(debt.held.agency, []).extend(published(release, row, person, self._seal))

    def _numbered(self, debt: Owed, release: Release, held: HeldRow | None) -> HeldRow:
        agency = debt.held.agency
        outlet = self.outlets.get(agency, Outlet(agency))
        self.outlets[agency] = replace(outlet, number=outlet.number + 1)
        return HeldRow(
            debt.held,
            outlet.number + 1,
            release.digest,
            release.withdrawn,
            debt.since,
            self._now,
            held.applied_number if held else None,
            held.applied_digest if held else None,
            held.applied_at if held else None,
            release.known_as,
            due=self._due(debt, release, deadline_of),
            seen_due=self._due(debt, release, seen_deadline_of),
        )

    def _due(
        self, debt: Owed, release: Release, deadline_by: Callable[[Receives, str, Json | None], int | None]
    ) -> datetime | None:
        """By when it must be done, from the commit that made it owed; for what was there before, from now on."""
        receives = self._contracts[debt.held.agency].receives.get(debt.held.record.type)
        if receives is None:
            return None
        deadline = deadline_by(receives, debt.held.record.type, release.document.get("body"))
        return None if deadline is None else (self._now if debt.later else debt.since) + timedelta(seconds=deadline)

    def _disclosure(self, contract: Contract, row: HeldRow) -> AuditRow:
        record = row.id.record
        receives = contract.receives.get(record.type)
        return AuditRow(
            self._now,
            "disclosure" if not row.withdrawn else "withdrawal",
            "hub",
            row.id.agency,
            *record,
            reference=str(row.number),
            basis=receives.basis if receives else "",
            purpose=receives.purpose if receives else "",
        )
