"""`hub load`: an extract, read round by round, shared by several processes, settled in the order of its lines."""

import re
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

from hub.domain.errors import Reason, Rejected
from hub.exchange.extract import STANDARD_INPUT, Extract, Round, fingerprint, opened
from hub.exchange.loading import Refusal, Verdict, behind, entry
from hub.exchange.rejected_lines import RejectedLines, rejected_file, set_aside
from hub.ports import Moved, Position
from hub.store.loads import LoadJob
from hub.wiring.foundation import Foundation
from hub.wiring.load_workers import LoadWorkers

_AHEAD = 3
"""Rounds under way at once."""
_SUBJECT = re.compile(rb'"subject"\s*:\s*"([^"]{1,200})"')

Told = Callable[[Position, int], None]
"""Called whenever a round is settled: how far, and how many bytes of the file have been read."""


class Load:
    """Loads the extracts of one agency."""

    def __init__(self, base: Foundation, agency: str, by: str, workers: LoadWorkers) -> None:
        """by: who asked for it. Raises `Rejected`: the agency has no contract."""
        if agency not in base.contracts:
            raise Rejected(Reason.NOT_FOUND, f"there is no contract contracts/{agency}.toml")
        self._base = base
        self._agency = agency
        self._by = by
        self._workers = workers

    async def file(self, path: Path, told: Told) -> Position:
        """Load one, from where an earlier run of the same broke off; returns where it ended.

        Raises:
            Rejected: it cannot be read to its end, its rejected lines cannot be put aside, or it is being loaded.
            Unavailable: the database does not answer, or a worker has ended; the same again goes on from there.
            Halt: the hub itself is wrong.
        """
        job = LoadJob(self._base.engine, self._base.now, self._agency, fingerprint(path))
        longest = self._base.settings.max_body_bytes
        with set_aside(rejected_file(path)) as rejected, opened(path, longest) as extract:
            begun = await job.find()
            if begun and job.finished:
                return begun
            rejected.go_on_from(begun.kept if begun else None)
            await job.run(self._by)
            try:
                reached = begun or Position()
                await job.note(reached)
                async for settled in self._settled(extract, rejected, reached):
                    reached = settled
                    await job.note(reached)
                    told(reached, extract.consumed)
                await job.finish()
            except Moved:
                raise Rejected(Reason.NOT_COVERED, f"{path.name} is being loaded by somebody else") from None
            return reached

    async def standard_input(self, told: Told) -> Position:
        """Load what comes in. It is not known again: who sends it again begins anew, and ids stop doubles.

        Raises:
            Rejected, Unavailable, Halt: as `file`.
        """
        reached, longest = Position(), self._base.settings.max_body_bytes
        with set_aside(rejected_file(STANDARD_INPUT)) as rejected, opened(STANDARD_INPUT, longest) as extract:
            rejected.go_on_from(None)
            async for settled in self._settled(extract, rejected, reached):
                reached = settled
                told(reached, extract.consumed)
        return reached

    async def _settled(self, extract: Extract, rejected: RejectedLines, position: Position) -> AsyncIterator[Position]:
        """The place behind each round, in their order, with its rejected lines put aside; several are under way."""
        under_way: deque[_Given] = deque()
        for round_ in extract.rounds(position.line, position.offset):
            under_way.append(self._give_out(round_))
            if len(under_way) > _AHEAD:
                position = await self._settle(position, under_way.popleft(), rejected)
                yield position
        while under_way:
            position = await self._settle(position, under_way.popleft(), rejected)
            yield position
        extract.check_whole()

    async def _settle(self, position: Position, given: "_Given", rejected: RejectedLines) -> Position:
        verdict = await self._verdict(given)
        rejected.add(_entries(given.round, verdict))
        return behind(position, given.round.number, given.round.offset, verdict, rejected.size)

    def _give_out(self, round_: Round) -> "_Given":
        """A round's lines to the workers: those on one local id to the same, so that none waits for another's lock."""
        places: list[list[int]] = [[] for _ in range(len(self._workers))]
        for place, line in enumerate(round_.lines):
            places[_whose(line.text) % len(places)].append(place)
        parts = [
            (own, self._workers.give(worker, self._agency, [round_.lines[place].text for place in own]))
            for worker, own in enumerate(places)
            if own
        ]
        return _Given(round_, parts)

    async def _verdict(self, given: "_Given") -> Verdict:
        taken, repeated, refused = 0, 0, dict[int, Refusal]()
        for places, part in given.parts:
            verdict = await self._workers.verdict(part)
            taken += verdict.taken
            repeated += verdict.repeated
            refused |= {places[place]: refusal for place, refusal in verdict.refused.items()}
        return Verdict(taken, repeated, dict(sorted(refused.items())))


class _Given(NamedTuple):
    """A round given out. parts: places of lines in it, and what will be known of them."""

    round: Round
    parts: list[tuple[list[int], "Future[Verdict]"]]


def _whose(text: bytes | None) -> int:
    """A number that lines on one local id have in common, as far as can be told without reading them."""
    subject = _SUBJECT.search(text or b"")
    return zlib.crc32(subject[1] if subject else b"")


def _entries(round_: Round, verdict: Verdict) -> Iterator[dict[str, Any]]:
    for place, refusal in verdict.refused.items():
        line = round_.lines[place]
        yield entry(line.number, line.text, line.offset, refusal)
