"""`hub.ports.RelayStore` in memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.deadlines import MAY_BE_RISK
from hub.domain.errors import Unavailable
from hub.domain.submission import micros
from hub.ports import AuditRow, HeldId, HeldRow, Look, Outlet, Owed, PersonRow, RecordId, RecordRow
from hub.store.receipts import Delivered
from tests.simulation.tables import Tables, Told
from tests.simulation.wire import Calm, Wire


def _merged(before: HeldRow, row: HeldRow) -> HeldRow:
    """A new delivery in the place of the one before: what was applied stays, and so does a deadline that is sooner."""
    if row.withdrawn and before.applied_number is None:
        row = replace(row, due=None, last_due=None)
    elif before.due is not None and row.due is not None and before.due <= row.due:
        row = replace(row, due=before.due, awaited=before.awaited)
    return replace(
        row,
        applied_number=before.applied_number,
        applied_digest=before.applied_digest,
        applied_at=before.applied_at,
    )


class MemoryRelayStore:
    """Implements `RelayStore`: every method one transaction."""

    def __init__(self, tables: Tables, wire: Wire | None = None) -> None:
        self._tables = tables
        self._wire = wire or Calm()
        self._lock = object()
        self._term: int | None = None

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[bool]:
        """The lead, until the context ends or the database forgets it (`Tables.leader` set to None)."""
        await self._wire.cross("relay.lead")
        leads = self._tables.leader is None
        if leads:
            self._tables.leader = self._lock
            self._tables.term += 1
            self._term = self._tables.term
        try:
            yield leads
        finally:
            self._term = None
            if self.locked:
                self._tables.leader = None

    async def confirm_lead(self) -> None:
        """Raises `Unavailable` when another process leads meanwhile."""
        await self._wire.cross("relay.confirm-lead")
        self._confirm()

    def _confirm(self) -> None:
        if self._term is not None and self._term != self._tables.term:
            raise Unavailable("another relay leads")

    @property
    def locked(self) -> bool:
        """Whether this relay has the lock, as the database sees it."""
        return self._tables.leader is self._lock

    async def look(self, limit: int, later: int) -> Look:
        """The oldest debts with all that it takes to settle them; those that may wait last, no more than `later`."""
        await self._wire.cross("relay.look")
        tables = self._tables
        owed = sorted(tables.owed.values(), key=lambda each: (each.later, each.since, each.held))[:limit]
        owed = owed[: later + sum(not each.later for each in owed)]
        records = [each.held.record for each in owed]
        return Look(
            [replace(each, withheld=each.held in tables.withheld) for each in owed],
            {each: tables.records[each] for each in records if each in tables.records},
            {each.person: tables.person(each.person) for each in records if each.person in tables.survivors},
            {each.held: tables.held[each.held] for each in owed if each.held in tables.held},
        )

    async def current(self, records: Sequence[RecordId]) -> tuple[dict[RecordId, RecordRow], dict[str, PersonRow]]:
        """The shared records and their persons, as one snapshot."""
        await self._wire.cross("relay.current")
        rows = {each: self._tables.records[each] for each in records if each in self._tables.records}
        return rows, {each.person: self._tables.person(each.person) for each in records}

    async def outlets(self) -> dict[str, Outlet]:
        """Every agency's outlet."""
        await self._wire.cross("relay.outlets")
        return dict(self._tables.outlets)

    async def deliver(
        self,
        settled: Sequence[Owed],
        deliveries: Sequence[HeldRow],
        withheld: Mapping[HeldId, bool],
        audit: Sequence[AuditRow],
    ) -> None:
        """Commit deliveries and their audit, note who is withheld what, drop debts whose stamp still stands."""
        await self._wire.cross("relay.deliver")
        self._confirm()
        tables = self._tables
        if any((row.id.agency, row.number) in tables.delivered for row in deliveries):
            raise Unavailable("another relay gave out the same numbers")
        for row in deliveries:
            self._hand_over(row)
            if row.withdrawn:
                tables.close_alerts([row.id], row.delivered)
        for held, kept_back in withheld.items():
            (tables.withheld.add if kept_back else tables.withheld.discard)(held)
        tables.audit.extend(audit)
        for debt in settled:
            standing = tables.owed.get(debt.held)
            if standing is not None and standing.stamp == debt.stamp:
                del tables.owed[debt.held]
        await self._wire.cross("relay.delivered")

    def _hand_over(self, row: HeldRow) -> None:
        tables, agency = self._tables, row.id.agency
        fresh = replace(row, awaited=row.number, last_due=row.due, seen_due=None)
        tables.held[row.id] = _merged(tables.held[row.id], fresh) if row.id in tables.held else fresh
        tables.journal.append(Told("delivered", row.id, row.number, row.due, row.withdrawn))
        tables.given_out[agency, row.number] = row.delivered
        tables.delivered[agency, row.number] = Delivered(row.number, row.id.record, row.digest)
        tables.outlets[agency] = replace(tables.outlets.get(agency, Outlet(agency)), number=row.number)

    async def unpublished(self, agency: str, after: int, limit: int) -> list[HeldRow]:
        """What this agency holds by number beyond `after`, ascending."""
        await self._wire.cross("relay.unpublished")
        rows = [row for row in self._tables.held.values() if row.id.agency == agency and row.number > after]
        return sorted(rows, key=lambda row: row.number)[:limit]

    async def published(self, outlet: Outlet, *, refilling: bool = False) -> None:
        """Note how far a stream agency's topic has got; `number` and `contract` stay as they are.

        refilling: what `refill` asked for is under way; else `refill` stays as it is too.
        """
        await self._wire.cross("relay.publish-noted")
        self._confirm()
        standing = self._tables.outlets.get(outlet.agency, outlet)
        self._tables.outlets[outlet.agency] = replace(
            outlet,
            number=standing.number,
            contract=standing.contract,
            refill=standing.refill and not refilling,
        )
        await self._wire.cross("relay.published-noted")

    async def given_out(self, agency: str, earlier: timedelta, than: int) -> int:
        """The last number that was given out so much earlier than this one; 0 if there was none."""
        await self._wire.cross("relay.given-out")
        times = self._tables.given_out
        then = times.get((agency, than))
        if then is None:
            return 0
        return max((number for (of, number), at in times.items() if of == agency and at < then - earlier), default=0)

    async def pass_over(self, agency: str, numbers: Collection[int], at: datetime) -> None:
        """Owe anew what was overtaken before it was sent, where that is still the record's last number."""
        await self._wire.cross("relay.pass-over")
        tables = self._tables
        still = [row for row in tables.held.values() if row.id.agency == agency and row.number in numbers]
        tables.held.update({row.id: replace(row, digest="") for row in still})
        tables.owe([row.id for row in still], at)
        await self._wire.cross("relay.passed-over")

    async def begin_backfill(self, agency: str, contract: str, at: datetime) -> None:  # noqa: ARG002 - the port's
        """Begin to owe an agency every record there is and every one it holds, under a contract of this digest."""
        await self._wire.cross("relay.begin-backfill")
        self._confirm()
        tables = self._tables
        tables.outlets[agency] = replace(tables.outlets.get(agency, Outlet(agency)), contract=contract)
        tables.backfills.pop(agency, None)
        tables.backfills[agency] = None
        await self._wire.cross("relay.backfill-begun")

    async def end_contracts(self, agencies: Collection[str]) -> None:
        """These agencies are served under no contract any more."""
        await self._wire.cross("relay.end-contracts")
        self._confirm()
        for agency in agencies:
            self._tables.outlets[agency] = replace(self._tables.outlets[agency], contract=None)

    async def backfill(self, limit: int, at: datetime) -> bool:
        """Owe the next so many of the oldest backfill, later; False when there is none."""
        await self._wire.cross("relay.backfill")
        self._confirm()
        tables = self._tables
        if not tables.backfills:
            return False
        agency, after = next(iter(tables.backfills.items()))
        there = {*tables.records, *(each.record for each in tables.held if each.agency == agency)}
        beyond = sorted(each for each in there if after is None or each > after)[:limit]
        ids = {HeldId(agency, each) for each in beyond}
        tables.owe(ids - tables.owed.keys(), at, later=True)
        tables.watch.update({each.person: micros(at) for each in beyond if each.type in MAY_BE_RISK})
        if len(beyond) < limit:
            del tables.backfills[agency]
        else:
            tables.backfills[agency] = beyond[-1]
        await self._wire.cross("relay.backfilled")
        return True
