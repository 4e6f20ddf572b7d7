"""A seeded asyncio loop: virtual time, a seeded order of whatever could run next, no sockets and no threads.

The same seed gives the same interleaving, step by step. Sleeping costs no time. Tasks belong to a `Process`, which can
be killed: its tasks are cancelled wherever they stand, and its ports (see `tests.simulation.wire`) answer no more.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, TypeVar, TypeVarTuple, Unpack

_STEPS = 500_000
"""A history that takes more steps than this goes round in circles."""

_Result = TypeVar("_Result")
_Arguments = TypeVarTuple("_Arguments")
_Coro = Coroutine[Any, Any, _Result]


class Stuck(Exception):
    """Nothing can run any more, or it runs without end."""


class Process:
    """What dies together: every task started in it, directly or by one of its tasks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.asleep_until = 0.0
        """Until when it stands still, as on a machine that is paused, without noticing."""
        self._tasks: list[asyncio.Task[Any]] = []

    def start(self, work: _Coro[_Result]) -> "asyncio.Task[_Result]":
        """Run something in this process."""
        context = copy_context()
        context.run(_owner.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def adopt(self, task: "asyncio.Task[Any]") -> None:
        """A task made by one of this process's tasks dies with it too."""
        self._tasks.append(task)

    def kill(self) -> None:
        """As by kill -9: nothing of it has any effect from now on."""
        self.alive = False
        for task in self._tasks:
            task.cancel()


_owner: ContextVar[Process | None] = ContextVar("owner", default=None)


class SeededLoop(asyncio.AbstractEventLoop):
    """Runs one coroutine to its end; everything it starts runs in an order that the seed decides."""

    def __init__(self, random: Random) -> None:
        self.steps = 0
        self._most = _STEPS
        self._random = random
        self._now = 0.0
        self._ready: list[tuple[asyncio.Handle, Context, Callable[..., object], tuple[Any, ...]]] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle, Context, Callable[..., object], tuple[Any, ...]]] = []
        self._timers_made = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._closed = False
        self._complaints: list[dict[str, Any]] = []

    def run(self, main: _Coro[_Result]) -> _Result:
        """The result of `main`; what it leaves unfinished is cancelled.

        Raises:
            Stuck: nothing can run, or the steps have no end.
        """
        asyncio._set_running_loop(self)  # for whoever implements a loop  # noqa: SLF001
        try:
            task = self.create_task(main)
            while not task.done():
                self._step()
            return task.result()
        finally:
            self._end()
            asyncio._set_running_loop(None)  # noqa: SLF001 - as above

    def _end(self) -> None:
        self._most = self.steps + _STEPS  # whatever went round in circles may still end what it holds open
        for task in self._tasks:
            if not task.done():  # cancelling one that is done makes asyncio forget its error
                task.cancel()
        while not all(task.done() for task in self._tasks) and (self._ready or self._timers):
            self._step()
        self._closed = True
        self._ready.clear()
        self._timers.clear()
        self._tasks.clear()

    def _step(self) -> None:
        """One callback, any of those that are ready."""
        self.steps += 1
        if self.steps > self._most:
            raise Stuck(f"still busy after {self.steps} steps, at {self._now:.3f} s")
        timers, ready = self._timers, self._ready
        if not ready:
            while timers and timers[0][2].cancelled():
                heapq.heappop(timers)
            if not timers:
                raise Stuck(f"nothing can run at {self._now:.3f} s")
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            _, _, timer, context, callback, arguments = heapq.heappop(timers)
            ready.append((timer, context, callback, arguments))
        chosen = int(self._random.random() * len(ready))
        ready[chosen], ready[-1] = ready[-1], ready[chosen]
        handle, context, callback, arguments = ready.pop()
        if not handle.cancelled():
            context.run(callback, *arguments)

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self._now

    def call_soon(
        self,
        callback: Callable[[Unpack[_Arguments]], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Run in one of the next steps, in no order."""
        within = context or copy_context()
        handle = asyncio.Handle(callback, args, self, within)
        self._ready.append((handle, within, callback, args))
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Arguments]], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run when this much virtual time has passed."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Arguments]], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run at a virtual time."""
        within = context or copy_context()
        timer = asyncio.TimerHandle(when, callback, args, self, within)
        self._timers_made += 1
        heapq.heappush(self._timers, (when, self._timers_made, timer, within, callback, args))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are passed over when their time comes."""

    def create_future(self) -> "asyncio.Future[Any]":
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # later versions of Python add keywords
        self, coro: _Coro[_Result], *, name: str | None = None, context: Context | None = None
    ) -> "asyncio.Task[_Result]":
        """A task of this loop, owned by the process that makes it."""
        within = context or copy_context()
        task = asyncio.Task(coro, loop=self, name=name, context=within)
        self._tasks.append(task)
        owner = within.get(_owner)
        if owner is not None:
            owner.adopt(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what asyncio has to complain of; see `complaints`."""
        self._complaints.append(context)

    @property
    def complaints(self) -> list[str]:
        """Errors that nobody was told of, such as a task's whose result was never asked for."""
        return [f"{each['message']}: {each['exception']!r}" for each in self._complaints if each.get("exception")]

    def get_debug(self) -> bool:
        """Never."""
        return False

    def is_running(self) -> bool:
        """Whether `run` is under way."""
        return not self._closed

    def is_closed(self) -> bool:
        """Whether `run` is over."""
        return self._closed
