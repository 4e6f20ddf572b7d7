"""Group commit: what arrives while a batch is under way is shared together in the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, TypeAlias

from hub.domain.errors import Unavailable
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission

Share: TypeAlias = Callable[[Sequence[Submission]], Awaitable[Sequence[Outcome]]]
"""One outcome per submission, in order; raises `Unavailable` or `Halt` for the whole batch."""

_Waiting: TypeAlias = tuple[Submission, "asyncio.Future[Outcome]"]


class Gatherer:
    """Takes submissions one by one and shares them in batches; used as an async context manager.

    One batch is under way at a time. Leaving the context shares whatever is still waiting.
    """

    def __init__(self, share: Share, *, batch: int = 500, waiting: int = 5_000, window: float = 0.002) -> None:
        """batch: submissions a batch holds at most. waiting: how many may wait.

        window: seconds a batch that is not full waits for company: those who were just answered, and say more at
            once, come along instead of making a batch of their own.
        """
        self._share = share
        self._batch = batch
        self._capacity = waiting
        self._window = window
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._flusher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._flusher = asyncio.create_task(self._flush())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._arrived.set()
        if self._flusher is not None:
            await self._flusher

    async def take(self, submission: Submission) -> Accepted:
        """Share this submission with whatever else arrives; returns when it is durable.

        A caller that is cancelled gives up its answer only: the submission is shared all the same.

        Raises:
            Rejected: it cannot be taken.
            Unavailable: too many wait, the hub is stopping, or the store does not answer; whether it was
                taken is then unknown, and sending it again under its id is right.
            Halt: the hub itself is wrong.
        """
        if self._flusher is None or self._closing or len(self._waiting) >= self._capacity:
            raise Unavailable("too many submissions wait, or the hub is stopping")
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, outcome))
        self._arrived.set()
        match await outcome:
            case Accepted() as accepted:
                return accepted
            case Refused(rejection):
                raise rejection

    async def _flush(self) -> None:
        while not self._closing or self._waiting:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            if len(self._waiting) < self._batch:
                await asyncio.sleep(self._window)
            together = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            if together:
                await self._share_together(together)

    async def _share_together(self, together: list[_Waiting]) -> None:
        """Every waiting caller gets its outcome, or the error that met the batch, whatever it was."""
        (shared,) = await asyncio.gather(self._share([each for each, _ in together]), return_exceptions=True)
        if isinstance(shared, BaseException):
            for _, waiting in together:
                if not waiting.done():
                    waiting.set_exception(shared)
            return
        for (_, waiting), outcome in zip(together, shared, strict=True):
            if not waiting.done():
                waiting.set_result(outcome)
