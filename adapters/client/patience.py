"""Trying again: what the hub or its broker does not answer is sent again, with the same ids, until it does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from hub.domain.errors import Unavailable

_Answer = TypeVar("_Answer")
_WAITS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger(__name__)


async def until_answered(stop: asyncio.Event, attempt: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Make an attempt until it is answered, waiting longer each time.

    Raises:
        Unavailable: it was not answered before `stop`.
    """
    tried = 0
    while True:
        try:
            return await attempt()
        except Unavailable as error:
            if stop.is_set():
                raise
            seconds = _WAITS_S[min(tried, len(_WAITS_S) - 1)]
            tried += 1
            _log.warning("hub_not_answering", why=str(error), attempt=tried, seconds=seconds)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
