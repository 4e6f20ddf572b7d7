"""The public keys of an external issuer, from its JWKS (RFC 7517): an https URL or a file.

Keys rotate: a key id not seen before makes the hub look again, and what was read is not relied on for ever. While the
issuer does not answer, the keys known last go on working.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import structlog
from pydantic import BaseModel, ConfigDict

from adapters.client.requesting import requested
from hub.clock import Clock
from hub.domain.errors import Unavailable

RELIED_ON = timedelta(minutes=10)
"""How long the keys read are used without looking again: a withdrawn key ends within this time."""
LOOK_AGAIN = timedelta(seconds=10)
"""How often at most the issuer is asked, whatever key ids callers make up."""
_TIMEOUT_S = 5.0

_Jwk: TypeAlias = Mapping[str, str | list[str]]

_log = structlog.get_logger(__name__)


class Jwks:
    """An issuer's keys by their id; implements `hub.trust.tokens.KeySource`."""

    def __init__(self, place: str, now: Clock, client: httpx.AsyncClient) -> None:
        self._place = place
        self._now = now
        self._client = client
        self._keys: dict[str, _Jwk] = {}
        self._read: datetime | None = None
        self._asked: datetime | None = None

    async def find(self, key_id: str) -> _Jwk | None:
        """The key of that id, None when the issuer does not publish it.

        Raises:
            Unavailable: its keys cannot be had, and this one is not known.
        """
        if self._may_ask() and (key_id not in self._keys or self._is_stale()):
            self._asked = self._now()
            try:
                self._keys = await self._fetch()
                self._read = self._asked
            except (Unavailable, httpx.HTTPStatusError, OSError, ValueError) as error:
                _log.warning("issuer_keys_unavailable", error=type(error).__name__)
        if key_id not in self._keys and self._read != self._asked:
            raise Unavailable("the issuer's keys cannot be had now")
        return self._keys.get(key_id)

    def _may_ask(self) -> bool:
        return self._asked is None or self._now() - self._asked >= LOOK_AGAIN

    def _is_stale(self) -> bool:
        return self._read is None or self._now() - self._read >= RELIED_ON

    async def _fetch(self) -> dict[str, _Jwk]:
        if self._place.startswith(("https://", "http://")):
            response = await requested(self._client, "the issuer", "GET", self._place, timeout=_TIMEOUT_S)
            return _by_id(response.raise_for_status().content)
        return _by_id(await asyncio.to_thread(Path(self._place).read_bytes))


@asynccontextmanager
async def published_keys(place: str, now: Clock) -> AsyncIterator[Jwks]:
    """The keys found at a place, with the connection they are fetched over."""
    async with httpx.AsyncClient() as client:
        yield Jwks(place, now, client)


class _KeySet(BaseModel):
    """RFC 7517 section 5."""

    model_config = ConfigDict(hide_input_in_errors=True)

    keys: list[dict[str, Any]]


def _by_id(document: bytes) -> dict[str, _Jwk]:
    """The keys for signatures by id. Raises `ValueError` when it is not a JWKS."""
    keys = [key for key in _KeySet.model_validate_json(document).keys if key.get("use", "sig") == "sig"]
    return {key["kid"]: key for key in keys if isinstance(key.get("kid"), str)}
