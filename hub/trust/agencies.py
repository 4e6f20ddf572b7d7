"""Agencies and their credentials: added, listed, suspended, resumed; the secret is shown once.

A secret is 256 random bits, so nobody guesses it and a slow hash would only slow the hub: what is kept is a keyed
digest of client id and secret, worthless to whoever steals the database without the lookup key.
"""

import asyncio
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Reason, Rejected
from hub.ports import AuditRow, Keys
from hub.store.agencies import AgencyRow, AgencyStore
from hub.trust.contracts import contract_digest

REMEMBERED = timedelta(seconds=2)
"""How long a process may rely on what it read of the agencies: a suspension works within this time."""
_READ_ANEW = timedelta(0)

_OPERATOR = "operator"


class Scope(StrEnum):
    """What a token permits. submit: say something. read: feed, records, receipts. admin: the operator's routes."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an agency authenticates with. secret: in the clear, for this once."""

    agency: str
    client_id: str
    secret: str


class Agencies:
    """The register of agencies. Changes are the operator's and are audited."""

    def __init__(self, store: AgencyStore, contracts: Mapping[str, Contract], keys: Keys, now: Clock) -> None:
        self._store = store
        self._contracts = contracts
        self._keys = keys
        self._now = now
        self._known: dict[str, AgencyRow] = {}
        self._read: datetime | None = None
        self._looking = asyncio.Lock()

    async def add(self, name: str, scopes: Iterable[Scope]) -> Credentials:
        """Register an agency and make its credentials.

        Raises:
            Rejected: it has no contract (only `admin` can do without), or is registered already.
            Unavailable, Halt: from the database.
        """
        granted = frozenset(scopes)
        contract = self._contracts.get(name)
        if contract is None and granted != {Scope.ADMIN}:
            raise Rejected(Reason.NOT_COVERED, f"there is no contract contracts/{name}.toml")
        digest = contract_digest(contract) if contract else None
        credentials = Credentials(name, f"{name}-{secrets.token_hex(4)}", secrets.token_urlsafe(32))
        row = AgencyRow(
            name=name,
            client_id=credentials.client_id,
            secret=self._digest(credentials),
            scopes=granted,
            suspended=False,
            contract_digest=digest,
            added=self._now(),
            input_paused=False,
        )
        if not await self._store.add(row, self._entry("agency-added", name, digest or "")):
            raise Rejected(Reason.ID_REUSED, f"{name} is registered already")
        return credentials

    async def all(self) -> list[AgencyRow]:
        """Every agency, by name."""
        return await self._store.agencies()

    async def suspend(self, name: str) -> None:
        """Its tokens and its input from Kafka stop within `REMEMBERED`. Raises `Rejected`: not registered."""
        await self._existing(name)
        await self._store.suspend(name, self._entry("agency-suspended", name), suspended=True)

    async def resume(self, name: str) -> None:
        """Lift a suspension. Raises `Rejected`: it is not registered."""
        await self._existing(name)
        await self._store.suspend(name, self._entry("agency-resumed", name), suspended=False)

    async def new_secret(self, name: str) -> Credentials:
        """Give an agency another secret; the old one ends at once. Raises `Rejected`: it is not registered."""
        row = await self._existing(name)
        credentials = Credentials(name, row.client_id, secrets.token_urlsafe(32))
        await self._store.renew_secret(name, self._digest(credentials), self._entry("agency-secret-renewed", name))
        return credentials

    async def authenticate(self, client_id: str, secret: str) -> AgencyRow | None:
        """The agency these credentials belong to; None when they are wrong or the agency is suspended.

        Takes as long for an unknown client id as for a wrong secret.
        """
        given = self._digest(Credentials("", client_id, secret))
        found = next((row for row in await self._store.agencies() if row.client_id == client_id), None)
        right = hmac.compare_digest(given, found.secret if found else given[::-1])
        return found if found and right and not found.suspended else None

    async def active(self, name: str) -> AgencyRow | None:
        """The agency of that name unless it is suspended, as of at most `REMEMBERED` ago; a new one at once."""
        row = (await self._current()).get(name)
        if row is None:
            row = (await self._current(at_most=_READ_ANEW)).get(name)
        return row if row and not row.suspended else None

    async def suspended(self) -> frozenset[str]:
        """The agencies that are suspended, as of at most `REMEMBERED` ago."""
        return frozenset(name for name, row in (await self._current()).items() if row.suspended)

    async def note_contracts(self) -> list[str]:
        """Record and audit the contracts that are not those each agency was last served under; names them."""
        changed = []
        for row in await self._store.agencies():
            contract = self._contracts.get(row.name)
            digest = contract_digest(contract) if contract else None
            if digest is not None and digest != row.contract_digest:
                await self._store.note_contract(row.name, digest, self._entry("contract-changed", row.name, digest))
                changed.append(row.name)
        return changed

    async def _current(self, at_most: timedelta = REMEMBERED) -> Mapping[str, AgencyRow]:
        asked = self._now()
        if self._is_stale(asked - at_most):
            async with self._looking:  # one look serves all who wait
                if self._is_stale(asked - at_most):
                    now = self._now()
                    self._known = {row.name: row for row in await self._store.agencies()}
                    self._read = now
        return self._known

    def _is_stale(self, oldest: datetime) -> bool:
        return self._read is None or self._read <= oldest

    async def _existing(self, name: str) -> AgencyRow:
        for row in await self._store.agencies():
            if row.name == name:
                return row
        raise Rejected(Reason.NOT_FOUND, f"no agency {name} is registered")

    def _digest(self, credentials: Credentials) -> str:
        return self._keys.keyed("client-secret", credentials.client_id, credentials.secret)

    def _entry(self, action: str, agency: str, reference: str = "") -> AuditRow:
        return AuditRow(self._now(), action, _OPERATOR, agency, "", "", "", reference)
