"""What the hub keeps of what agencies send back, in memory: receipts, and dead letters."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.ports import AuditRow, HeldId, HeldRow, RecordId
from hub.store.dead_letters import DeadLetterRow, DeadLetterStore, InputRow, Streak
from hub.store.parked import ParkedRow, ParkedStore
from hub.store.receipts import Applied, Delivered, ReceiptStore
from hub.store.sightings import Sighting
from tests.simulation.tables import Tables, Told
from tests.simulation.wire import Calm, Wire


class MemoryReceiptStore(ReceiptStore):
    """Deliveries and receipts in memory."""

    def __init__(self, tables: Tables, wire: Wire | None = None) -> None:
        self._tables = tables
        self._wire = wire or Calm()

    async def delivered(self, agency: str, numbers: Collection[int]) -> dict[int, Delivered]:
        """Which of these numbers were given to this agency."""
        await self._wire.cross("receipts.delivered")
        found = {number: self._tables.delivered.get((agency, number)) for number in sorted(numbers)}
        return {number: row for number, row in found.items() if row is not None}

    async def apply(
        self,
        agency: str,
        applied: Sequence[Applied],
        at: datetime,
        seen: Sequence[Sighting] = (),  # noqa: ARG002 - nobody in a history says who has seen what
    ) -> None:
        """Note these receipts; one that is older than what the record has already stays without effect."""
        await self._wire.cross("receipts.apply")
        for each in applied:
            row = self._tables.held.get(HeldId(agency, each.record))
            if row is not None and (row.applied_number or 0) <= each.number:
                noted = replace(row, applied_number=each.number, applied_digest=each.digest, applied_at=at)
                self._tables.held[row.id] = _waited_for(noted, each.number) if each.agrees else noted
                self._tables.journal.append(Told("applied", row.id, each.number))
                self._settle_parked(row.id, each.number)
        self._tables.close_alerts([HeldId(agency, each.record) for each in applied], at)
        await self._wire.cross("receipts.applied")

    def _settle_parked(self, held: HeldId, number: int) -> None:
        if held in self._tables.parked and self._tables.parked[held].number <= number:
            del self._tables.parked[held]


def _waited_for(row: HeldRow, settled: int) -> HeldRow:
    """What is still due of a record once this number is settled."""
    if row.number <= settled:
        return replace(row, due=None, awaited=row.number)
    return replace(row, due=row.last_due, awaited=row.number) if row.awaited <= settled else row


class MemoryParkedStore(ParkedStore):
    """What is parked, in memory."""

    def __init__(self, tables: Tables, wire: Wire | None = None) -> None:
        self._tables = tables
        self._wire = wire or Calm()

    async def keep(self, agency: str, rows: Sequence[ParkedRow]) -> set[int]:
        """Keep those that no receipt has settled, the last of each record; the numbers of those it had settled."""
        await self._wire.cross("parked.keep")
        settled: set[int] = set()
        for row in sorted(rows, key=lambda each: each.number):
            id_ = HeldId(agency, row.record)
            if row.number <= (self._tables.held[id_].applied_number or 0):
                settled.add(row.number)
            elif id_ not in self._tables.parked or self._tables.parked[id_].number < row.number:
                self._tables.parked[id_] = row
        await self._wire.cross("parked.kept")
        return settled

    async def listed(self, agency: str, after: int, limit: int) -> list[ParkedRow]:
        """What an agency has parked, by ascending number beyond `after`."""
        await self._wire.cross("parked.listed")
        rows = [row for id_, row in self._tables.parked.items() if id_.agency == agency and row.number > after]
        return sorted(rows, key=lambda row: row.number)[:limit]

    async def retry(self, agency: str, number: int, entry: AuditRow) -> RecordId | None:
        """Owe a parked record anew."""
        await self._wire.cross("parked.retry")
        tables = self._tables
        found = [(id_, row) for id_, row in tables.parked.items() if (id_.agency, row.number) == (agency, number)]
        for id_, row in found:
            tables.held[id_] = replace(tables.held[id_], digest="")
            tables.owe([id_], entry.at)
            tables.parked[id_] = replace(row, retried=entry.at)
            tables.audit.append(replace(entry, **row.record._asdict()))
            return row.record
        return None


class MemoryDeadLetterStore(DeadLetterStore):
    """Dead letters in memory; of inputs, only that none is paused."""

    def __init__(self, tables: Tables, wire: Wire | None = None) -> None:
        self._tables = tables
        self._wire = wire or Calm()

    async def known(self, positions: Iterable[str]) -> set[str]:
        """Which of these positions are dead letters already."""
        await self._wire.cross("dead-letters.known")
        return {each for each in positions if each in self._tables.dead_letters}

    async def keep(
        self,
        letters: Sequence[DeadLetterRow],
        streaks: Mapping[str, Streak],  # noqa: ARG002 - the port's
        limit: int,  # noqa: ARG002 - the port's
        at: datetime,  # noqa: ARG002 - the port's
    ) -> list[str]:
        """Keep new dead letters; nobody is paused."""
        await self._wire.cross("dead-letters.keep")
        for letter in letters:
            self._tables.dead_letters.setdefault(letter.position, letter)
        await self._wire.cross("dead-letters.kept")
        return []

    async def unnotified(self, limit: int) -> list[DeadLetterRow]:
        """Dead letters whose senders have not been told yet."""
        letters = self._tables.dead_letters
        return [letter for position, letter in letters.items() if position not in self._tables.notified][:limit]

    async def note_notified(self, positions: Iterable[str]) -> None:
        """Their senders have been told."""
        await self._wire.cross("dead-letters.notified")
        self._tables.notified.update(positions)

    async def inputs(self) -> dict[str, InputRow]:
        """Every agency's input: none has a bad name."""
        return {}
