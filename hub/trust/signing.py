"""The keys the hub signs tokens with: made at first use, kept in the database wrapped under the master key."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import orjson
from joserfc.jwk import ECKey

from hub.clock import Clock
from hub.ports import AuditRow
from hub.store.agencies import AgencyStore, SigningKeyRow
from hub.trust.sealing import MasterKey

OWN_ALGORITHM = "ES256"
_PURPOSE = "signing key"
_SEARCH_AGAIN = timedelta(seconds=5)
"""How often at most an unknown key id makes the hub look whether another process has made a key."""


class SigningKeys:
    """The hub's own keys. Several processes share them through the database; any of theirs is accepted."""

    def __init__(self, store: AgencyStore, master: MasterKey, now: Clock) -> None:
        self._store = store
        self._master = master
        self._now = now
        self._keys: dict[str, ECKey] = {}
        self._searched: datetime | None = None
        self._changing = asyncio.Lock()

    async def current(self) -> ECKey:
        """The key to sign with: the newest, made now if there is none. Raises `Unavailable`, `Halt`."""
        async with self._changing:  # many ask at once for the first one
            if not self._keys:
                await self._load()
            if not self._keys:
                await self._make()
        return list(self._keys.values())[-1]

    async def find(self, key_id: str) -> Mapping[str, str | list[str]] | None:
        """The public key of that id as JWK; implements `hub.trust.tokens.KeySource`."""
        async with self._changing:
            if key_id not in self._keys and self._may_search():
                await self._load()
        key = self._keys.get(key_id)
        return None if key is None else key.as_dict(private=False)

    async def rewrap(self, master: MasterKey, by: str) -> int:
        """Have every key wrapped under another master key from now on; how many. Tokens stay good, and so do the keys.

        Raises:
            Halt: the master key of now does not open them; nothing has changed.
            Unavailable: from the store.
        """

        def anew(sealed: bytes) -> bytes:
            return master.wrap(_PURPOSE, self._master.unwrap(_PURPOSE, sealed))

        entry = AuditRow(self._now(), "master-key-rotated", by, "", "", "", "", "")
        return await self._store.rewrap_signing_keys(anew, entry)

    def _may_search(self) -> bool:
        return self._searched is None or self._now() - self._searched >= _SEARCH_AGAIN

    async def _load(self) -> None:
        rows = await self._store.signing_keys()
        # Those known are not opened again: they may be wrapped under the master key to come while this process runs.
        self._keys = {row.id: self._keys.get(row.id) or self._opened(row) for row in rows}
        self._searched = self._now()

    def _opened(self, row: SigningKeyRow) -> ECKey:
        return ECKey.import_key(orjson.loads(self._master.unwrap(_PURPOSE, row.sealed)))

    async def _make(self) -> None:
        key_id = str(uuid4())
        key = ECKey.generate_key("P-256", parameters={"kid": key_id, "use": "sig", "alg": OWN_ALGORITHM})
        sealed = self._master.wrap(_PURPOSE, orjson.dumps(key.as_dict(private=True)))
        entry = AuditRow(self._now(), "signing-key-made", "hub", "", "", "", "", key_id)
        await self._store.keep_signing_key(SigningKeyRow(key_id, sealed, self._now()), entry)
        self._keys[key_id] = key
