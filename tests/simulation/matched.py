"""`hub.ports.MatchingStore` in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from hub.ports import Candidate, Candidates, Description, Ladder, Turn, Unmatched
from hub.store.blocks import LARGE_BLOCK
from hub.store.matching import MOST_CANDIDATES, TURN
from tests.simulation.tables import Tables, Waiting
from tests.simulation.wire import Calm, Wire


class MemoryMatchingStore:
    """Implements `MatchingStore`."""

    def __init__(
        self,
        tables: Tables,
        wire: Wire | None = None,
        *,
        large_block: int = LARGE_BLOCK,
        most_candidates: int = MOST_CANDIDATES,
    ) -> None:
        self._tables = tables
        self._wire = wire or Calm()
        self._large_block = large_block
        self._most_candidates = most_candidates
        self._turns = 0

    async def take(self, limit: int, now: datetime) -> Turn:
        await self._wire.cross("matching.take")
        waiting = self._tables.unmatched
        free = [key for key, row in waiting.items() if row.turn is None or row.turn[1] < now]
        taken = sorted(sorted(free, key=lambda key: (waiting[key].later, waiting[key].since))[:limit])
        self._turns += 1
        by = f"turn-{id(self)}-{self._turns}"
        for key in taken:
            waiting[key] = replace(waiting[key], turn=(by, now + TURN))
        rows = (
            Unmatched(key, waiting[key].stamp, self._said(key), described[1].sealed if described else None, *whose)
            for key in taken
            for described in [self._tables.described.get(key)]
            for whose in [(self._tables.locals[key].agency, self._tables.locals[key].sealed)]
        )
        return Turn(by, now, tuple(rows))

    def _said(self, local: str) -> bytes | None:
        rows = self._tables.standing.values()
        return next((row.body for row in rows if row.local == local and row.record_type == "offender"), None)

    def _takes(self, turn: Turn, key: str) -> bool:
        row = self._tables.unmatched.get(key)
        return row is not None and row.turn is not None and row.turn[0] == turn.by

    async def describe(self, turn: Turn, descriptions: Mapping[str, Description | None]) -> Mapping[str, int | None]:
        await self._wire.cross("matching.describe")
        async with self._tables.locks["matching"]:
            known = self._tables.described
            taken = sorted(each for each in descriptions if self._takes(turn, each))
            left = {key: known[key][1] for key in taken if key in known}
            large = self._large(left.values())
            for key in left:
                del known[key]
            numbers = {key: self._described(key, descriptions[key]) for key in taken}
            for form in large - self._large(left.values()):
                for local in set(self._tables.block(form)).difference(taken):
                    waiting = self._tables.unmatched.get(local, Waiting(turn.at, later=False))
                    self._tables.unmatched[local] = replace(waiting, stamp=f"again-{self._tables.next_number()}")
            return numbers

    def _described(self, key: str, description: Description | None) -> int | None:
        if description is None:
            return None
        number = self._tables.next_number()
        self._tables.described[key] = (number, description)
        return number

    def _large(self, descriptions: Iterable[Description]) -> set[bytes]:
        """Which of the forms of their keys have large blocks."""
        forms = {form for each in descriptions for ladder in each.ladders for form in ladder}
        return {form for form in forms if len(self._tables.block(form)) > self._large_block}

    async def candidates(self, sought: Mapping[str, Collection[Ladder]]) -> Mapping[str, Candidates]:
        await self._wire.cross("matching.candidates")
        return {key: self._candidates(key, ladders) for key, ladders in sought.items()}

    def _candidates(self, key: str, ladders: Collection[Ladder]) -> Candidates:
        counted: Counter[str] = Counter()
        passed: set[bytes] = set()
        for ladder in ladders:
            blocks = {form: self._tables.block(form) for form in ladder}
            small = next((form for form in ladder if len(blocks[form]) <= self._large_block), None)
            counted.update(blocks[small] if small else ())
            passed.update(ladder[: ladder.index(small)] if small else ladder)
        others = sorted((each for each in counted if each != key), key=lambda each: (-counted[each], each))
        most = self._most_candidates
        found = [self._tables.described[each] for each in others[:most]]
        rows = [Candidate(each, number, row.sealed) for each, (number, row) in zip(others, found, strict=False)]
        large = sum(ladder[-1] in passed for ladder in ladders)
        return Candidates(tuple(rows), frozenset(passed), large, max(0, len(others) - most))

    async def settle(self, turn: Turn) -> None:
        await self._wire.cross("matching.settle")
        for row in turn.rows:
            if self._takes(turn, row.local):
                waiting = self._tables.unmatched[row.local]
                if waiting.stamp == row.stamp:
                    del self._tables.unmatched[row.local]
                else:
                    self._tables.unmatched[row.local] = replace(waiting, turn=None)

    async def all_described(self, after: int, limit: int) -> list[Candidate]:
        await self._wire.cross("matching.read")
        everybody = self._tables.described.items()
        rows = sorted((number, key, each.sealed) for key, (number, each) in everybody if number > after)
        return [Candidate(key, number, sealed) for number, key, sealed in rows[:limit]]
