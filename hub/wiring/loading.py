"""`hub load`: an extract, read round by round, shared by several processes, settled in the order of its lines."""

from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

from adapters.client.native import System
from adapters.client.running.folder_in import said_by_name
from hub.domain.errors import Reason, Rejected
from hub.domain.submission import micros
from hub.exchange.extract import STANDARD_INPUT, Extract, fingerprint, opened
from hub.exchange.loading import behind
from hub.exchange.rejected_lines import RejectedLines, rejected_file, set_aside
from hub.ports import Moved, Position
from hub.store.loads import LoadJob
from hub.wiring.foundation import Foundation
from hub.wiring.load_rounds import Events, Given, Reading, entries, gather, give_out
from hub.wiring.load_workers import LoadWorkers
from hub.wiring.native_extract import Payloads, Source

__all__ = ["Load", "System", "Told"]

_AHEAD = 3
"""Rounds under way at once."""

Told = Callable[[Position, int], None]
"""Called whenever a round is settled: how far, and how many bytes of the file have been read."""


class Load:
    """Loads the extracts of one agency."""

    def __init__(
        self, base: Foundation, agency: str, by: str, workers: LoadWorkers, system: System | None = None
    ) -> None:
        """by: who asked for it. system: whose payloads the extracts hold; None: they hold submissions.

        Raises:
            Rejected: the agency has no contract.
        """
        if agency not in base.contracts:
            raise Rejected(Reason.NOT_FOUND, f"there is no contract contracts/{agency}.toml")
        self._base = base
        self._agency = agency
        self._by = by
        self._workers = workers
        self._system = system
        self.unlisted: Counter[str] = Counter()
        """Code list -> how often a native code was met that it does not have, and that is kept raw."""

    async def file(self, path: Path, told: Told) -> Position:
        """Load one, from where an earlier run of the same broke off; returns where it ended.

        Raises:
            Rejected: it cannot be read to its end, its rejected lines cannot be put aside, or it is being loaded.
            Unavailable: the database does not answer, or a worker has ended; the same again goes on from there.
            Halt: the hub itself is wrong.
        """
        mark = fingerprint(path)
        system = self._system.name if self._system else None
        job = LoadJob(self._base.engine, self._base.now, self._agency, mark, system)
        longest = self._base.settings.max_body_bytes
        with set_aside(rejected_file(path)) as rejected, opened(path, longest) as extract:
            begun = await job.find()
            if begun and job.finished:
                return begun
            rejected.go_on_from(begun.kept if begun else None)
            await job.run(self._by)
            try:
                reached = begun or Position(recorded=min(extract.made, micros(self._base.now())))
                await job.note(reached)
                async for settled in self._settled(self._reading(path, mark), extract, rejected, reached):
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
        reached, longest = Position(recorded=micros(self._base.now())), self._base.settings.max_body_bytes
        reading = self._reading(STANDARD_INPUT, uuid4().hex)
        with set_aside(rejected_file(STANDARD_INPUT)) as rejected, opened(STANDARD_INPUT, longest) as extract:
            rejected.go_on_from(None)
            async for settled in self._settled(reading, extract, rejected, reached):
                reached = settled
                told(reached, extract.consumed)
        return reached

    async def _settled(
        self, reading: Reading, extract: Extract, rejected: RejectedLines, position: Position
    ) -> AsyncIterator[Position]:
        """The place behind each round, in their order, with its rejected lines put aside; several are under way."""
        under_way: deque[Given] = deque()
        for read in reading.rounds(extract, position):
            under_way.append(give_out(read, self._agency, self._workers))
            if len(under_way) > _AHEAD:
                position = await self._settle(position, under_way.popleft(), rejected)
                yield position
        while under_way:
            position = await self._settle(position, under_way.popleft(), rejected)
            yield position
        extract.check_whole()

    async def _settle(self, position: Position, given: Given, rejected: RejectedLines) -> Position:
        verdict, round_ = await gather(given, self._workers), given.read.round
        rejected.add(entries(round_, verdict))
        return behind(position, round_.number, round_.offset, verdict, rejected.size)

    def _reading(self, path: Path, mark: str) -> Reading:
        if self._system is None:
            return Events()
        source = Source(mark, said_by_name(path))
        longest = self._base.settings.max_body_bytes
        return Payloads(self._system, self._agency, self._base.registry, source, longest, self.unlisted)
