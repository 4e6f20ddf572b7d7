"""Staff who look at the risks that adapters hand over; their system tells the adapter who has seen which."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zlib import crc32

import httpx
import structlog

from adapters.client.requesting import requested
from adapters.sandbox.native import NativeStore, Risk
from hub.domain.errors import Unavailable

_STAFF = 12
_AT_ONCE = 64
_LOOK_S = 0.2
_TIMEOUT_S = 30.0
_OVERTAKEN = frozenset({httpx.codes.NOT_FOUND, httpx.codes.CONFLICT})

_log = structlog.get_logger(__name__)


async def see(
    store: NativeStore,
    hooks: Mapping[str, str],
    clock: Callable[[], float],
    transport: httpx.AsyncBaseTransport | None = None,
) -> None:
    """Look at every risk as it comes, and at each again when it has changed; never ends by itself.

    hooks: system -> address. What the adapter does not take, since something newer is on its way or it does not answer,
    is looked at again. clock: seconds since 1970.
    """
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, transport=transport) as http:
        while True:
            unseen = store.unseen(_AT_ONCE)
            told = await asyncio.gather(*(_told(http, hooks[each.system], each, clock()) for each in unseen))
            store.note_seen([each for each, was in zip(unseen, told, strict=True) if was], clock())
            if not all(told) or len(unseen) < _AT_ONCE:
                await asyncio.sleep(_LOOK_S)


async def _told(http: httpx.AsyncClient, hook: str, risk: Risk, now: float) -> bool:
    """Whether the adapter knows now that it was seen."""
    officer = crc32(risk.address.encode()) % _STAFF + 1
    word = {"number": risk.number, "by": f"OFFICER_{officer:02}", "at": datetime.fromtimestamp(now, UTC).isoformat()}
    try:
        answer = await requested(http, "the adapter", "POST", f"{hook}{risk.address}/seen", json=word)
    except Unavailable as error:
        _log.warning("adapter_not_answering", why=str(error))
        return False
    if not answer.is_success and answer.status_code not in _OVERTAKEN:
        _log.error("adapter_refuses", why=f"it answers {answer.status_code}")
    return answer.is_success
