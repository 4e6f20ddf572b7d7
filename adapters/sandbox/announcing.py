"""Announces what was entered to the adapters' hooks, many at a time, until each has taken it."""

import asyncio
from collections.abc import Callable, Mapping

import httpx
import structlog

from adapters.client.requesting import requested
from adapters.sandbox.native import Announcement, NativeStore
from hub.domain.errors import Unavailable

_AT_ONCE = 64
_LOOK_S = 0.05
_AGAIN_S = 0.5
_TIMEOUT_S = 30.0

_log = structlog.get_logger(__name__)


async def announce(
    store: NativeStore,
    hooks: Mapping[str, str],
    clock: Callable[[], float],
    transport: httpx.AsyncBaseTransport | None = None,
) -> None:
    """Post every announcement to the hook of its system's adapter; never ends by itself.

    hooks: system -> address. An adapter that does not answer is tried again; what it took is not sent again.
    clock: seconds since 1970.
    """
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, transport=transport) as http:
        while True:
            waiting = store.waiting(_AT_ONCE)
            taken = await asyncio.gather(*(_posted(http, hooks[each.system], each) for each in waiting))
            store.note_taken([each for each, was in zip(waiting, taken, strict=True) if was], clock())
            if not all(taken):
                await asyncio.sleep(_AGAIN_S)
            elif not waiting:
                await asyncio.sleep(_LOOK_S)


async def _posted(http: httpx.AsyncClient, hook: str, announcement: Announcement) -> bool:
    """Whether the adapter has it now."""
    try:
        answer = await requested(
            http,
            "the adapter",
            "POST",
            hook,
            json=announcement.document,
            params={"recorded": announcement.recorded.isoformat()},
            headers={"idempotency-key": str(announcement.position)},
        )
    except Unavailable as error:
        _log.warning("adapter_not_answering", why=str(error))
        return False
    return answer.is_success
