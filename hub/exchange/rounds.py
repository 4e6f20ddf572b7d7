"""The rounds that parts of a hub go, each for work of its own: look, do what there is, wait, look again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hub.domain.errors import Unavailable

_log = structlog.get_logger(__name__)


async def rounds(
    part: str,
    step: Callable[[], Awaitable[bool | None]],
    stop: asyncio.Event,
    every_s: float,
    bell: asyncio.Event | None = None,
) -> None:
    """Take one step after the other until told to stop.

    part: as the log names it. step: does some work; whether there may be more. When there is none, or what it needs
    does not answer, the next step comes after so many seconds. bell: rung where there is work again; it ends the wait.

    Raises:
        Halt: from a step.
    """
    bell = bell or asyncio.Event()
    ringing = asyncio.ensure_future(_ring_at(stop, bell))
    try:
        while not stop.is_set():
            bell.clear()  # before the step: what is rung for while it looks may have come too late for it
            try:
                if not await step():
                    await pause(every_s, bell)
            except Unavailable as error:
                _log.warning("backs_off", part=part, why=str(error))
                await pause(every_s, stop)
    finally:
        ringing.cancel()


async def _ring_at(stop: asyncio.Event, bell: asyncio.Event) -> None:
    await stop.wait()
    bell.set()


async def pause(seconds: float, bell: asyncio.Event) -> None:
    """Wait until the bell is rung, but not longer."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
