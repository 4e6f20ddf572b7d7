"""The processes that a load is spread over: each reads, checks and shares its part of every round."""

import asyncio
import atexit
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AsyncExitStack, ExitStack, contextmanager
from itertools import chain, repeat

import structlog
import uvloop

from hub import log
from hub.domain.errors import Unavailable
from hub.domain.outcome import Outcome
from hub.domain.submission import Submission
from hub.exchange.loading import Verdict, judge
from hub.settings import Settings
from hub.wiring.foundation import opened
from hub.wiring.memory import settle_memory
from hub.wiring.spine import spine

_GIVE_UP_S = 120.0
"""How long a database that does not answer is waited for: it may be starting again after a crash."""
_PAUSES_S = (0.05, 0.2, 1.0, 3.0)

_log = structlog.get_logger(__name__)


class LoadWorkers:
    """Worker processes, by number; `working` starts them."""

    def __init__(self, pools: Sequence[ProcessPoolExecutor]) -> None:
        self._pools = pools

    def __len__(self) -> int:
        return len(self._pools)

    def give(self, worker: int, agency: str, texts: Sequence[bytes | None]) -> "Future[Verdict]":
        """Have one of them judge lines, after all it was given before; `verdict` waits for it.

        Raises:
            Unavailable: the process has ended.
        """
        try:
            return self._pools[worker].submit(_judge, agency, texts)
        except BrokenProcessPool:
            raise Unavailable("a process of this load has ended") from None

    async def verdict(self, given: "Future[Verdict]") -> Verdict:
        """What became of lines.

        Raises:
            Unavailable, Halt: as `hub.exchange.loading.judge`; also when the process has ended.
        """
        try:
            return await asyncio.wrap_future(given)
        except BrokenProcessPool:
            raise Unavailable("a process of this load has ended") from None


@contextmanager
def working(settings: Settings, count: int) -> Iterator[LoadWorkers]:
    """So many worker processes; they end with the context, and with this process however it ends."""
    with ExitStack() as stack:
        pools = [stack.enter_context(_pool(settings)) for _ in range(count)]
        try:
            yield LoadWorkers(pools)
        except BaseException:
            for each in pools:
                each.shutdown(wait=False, cancel_futures=True)
            raise


def _pool(settings: Settings) -> ProcessPoolExecutor:
    """One process: what concerns one person goes to one process, so that they seldom wait for each other."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (settings,))


class _Worker:
    """What a worker process stands on, from its first line to its end."""

    def __init__(self, settings: Settings) -> None:
        self._longest = settings.max_body_bytes
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._stack = AsyncExitStack()
        self._sharing = spine(self._runner.run(self._stack.enter_async_context(opened(settings))), later=True)

    def judge(self, agency: str, texts: Sequence[bytes | None]) -> Verdict:
        return self._runner.run(judge(self._share, agency, texts, self._longest))

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _share(self, submissions: Sequence[Submission]) -> Sequence[Outcome]:
        """As the spine does, but waits for a database that does not answer; ids stop doubles."""
        begun = time.monotonic()
        for pause in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
            try:
                return await self._sharing.share(submissions)
            except Unavailable as error:
                if time.monotonic() - begun > _GIVE_UP_S:
                    raise
                _log.warning("load_backs_off", why=str(error))
            await asyncio.sleep(pause)
        raise AssertionError("pauses have no end")


_workers: list[_Worker] = []
"""The one of this process, where it is a worker process."""


def _begin(settings: Settings) -> None:
    """Called once in a worker process. An interrupt is for the process that gives out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    log.configure(level=logging.WARNING)
    worker = _Worker(settings)
    atexit.register(worker.close)
    _workers.append(worker)
    settle_memory()


def _judge(agency: str, texts: Sequence[bytes | None]) -> Verdict:
    return _workers[0].judge(agency, texts)


def _end_with_parent() -> None:
    """A killed load leaves nobody behind; what is under way is not committed, or is settled by its ids."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
