"""Waiting: for bells that ring within the process, and for what changes outside of it, which nobody rings for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hub.domain.errors import Rejected

LOOK_S = 1.0
"""How often a task looks for what another process has put into the store."""
_WAITS_S = (1.0, 5.0, 15.0, 60.0)

_log = structlog.get_logger(__name__)


async def any_of(bells: Sequence[asyncio.Event], tasks: Sequence["asyncio.Task[None]"], seconds: float) -> None:
    """Wait until a bell rings, a task ends or so many seconds have passed."""
    waits = [asyncio.ensure_future(bell.wait()) for bell in bells]
    try:
        await asyncio.wait([*waits, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()


async def rounds(stop: asyncio.Event, bell: asyncio.Event, step: Callable[[], Awaitable[int]]) -> None:
    """Take steps until told to stop; after one that found nothing to do, wait for the bell, or look again."""
    while not stop.is_set():
        bell.clear()
        if not await step():
            await any_of([stop, bell], [], LOOK_S)


async def though_refused(stop: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
    """Work until it ends or is told to stop; while the hub refuses it as a whole, try again, ever more seldom.

    An agency that is suspended, or whose credentials are renewed, goes on when that is over: what comes in
    meanwhile is kept.
    """
    refused = 0
    while not stop.is_set():
        try:
            await work()
        except Rejected as error:
            seconds = _WAITS_S[min(refused, len(_WAITS_S) - 1)]
            refused += 1
            _log.error("hub_refuses_adapter", reason=error.reason.value, detail=error.detail, seconds=seconds)
            await any_of([stop], [], seconds)
        else:
            return
