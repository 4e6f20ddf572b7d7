"""What the hub keeps of what agencies send back, in memory: receipts, and dead letters."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.ports import HeldId
from hub.store.dead_letters import DeadLetterRow, DeadLetterStore, InputRow, Streak
from hub.store.receipts import Applied, Delivered, ReceiptStore
from tests.simulation.tables import Tables
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

    async def apply(self, agency: str, applied: Sequence[Applied], at: datetime) -> None:
        """Note these receipts; one that is older than what the record has already stays without effect."""
        await self._wire.cross("receipts.apply")
        for each in applied:
            row = self._tables.held.get(HeldId(agency, each.record))
            if row is not None and (row.applied_number or 0) <= each.number:
                self._tables.held[row.id] = replace(
                    row, applied_number=each.number, applied_digest=each.digest, applied_at=at
                )
        await self._wire.cross("receipts.applied")


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
