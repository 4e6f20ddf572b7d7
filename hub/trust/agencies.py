"""Agencies, operators and their credentials: added, listed, suspended, resumed; the secret is shown once.

An agency has a contract and says and reads records; an operator has none, and administers the hub. Nobody is both:
who looks after the hub reads no records in an agency's name, and an agency's token opens no operator's route.

A secret is 256 random bits, so nobody guesses it and a slow hash would only slow the hub: what is kept is a keyed
digest of client id and secret, worthless to whoever steals the database without the lookup key.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Fault, Reason, Rejected
from hub.ports import AuditRow, Keys
from hub.store.agencies import AgencyRow, AgencyStore
from hub.trust.contracts import contract_digest

REMEMBERED = timedelta(seconds=2)
"""How long a process may rely on what it read of the agencies: a suspension works within this time."""
_READ_ANEW = timedelta(0)

_HUB = "hub"
_OPERATOR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,79}")


class Scope(StrEnum):
    """What a token permits. submit: say something. read: feed, records, receipts. admin: the operator's routes."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


class Role(StrEnum):
    """What a client is. It stands in the audit too: `agency-added`, `operator-suspended`."""

    AGENCY = "agency"
    OPERATOR = "operator"


AS_OPERATORS = frozenset({Scope.ADMIN})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client authenticates with: `agency` is its name. secret: in the clear, for this once."""

    agency: str
    client_id: str
    secret: str


class Agencies:
    """The register of agencies and operators. Changes are an operator's and are audited.

    by: who does it, as the audit names them; `operator` where the caller knows nobody in particular.
    """

    def __init__(self, store: AgencyStore, contracts: Mapping[str, Contract], keys: Keys, now: Clock) -> None:
        self._store = store
        self._contracts = contracts
        self._keys = keys
        self._now = now
        self._known: dict[str, AgencyRow] = {}
        self._read: datetime | None = None
        self._looking = asyncio.Lock()

    async def add(self, name: str, scopes: Iterable[Scope], by: str = Role.OPERATOR) -> Credentials:
        """Register an agency, or with the scope `admin` alone an operator, and make the credentials.

        Raises:
            Rejected: an agency has no contract, an operator the name of one that has; the name is registered already.
            Unavailable, Halt: from the database.
        """
        granted = frozenset(scopes)
        contract = self._contracts.get(name)
        _check_entitled(name, contract, granted)
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
        )
        if not await self._store.add(row, self._entry(by, row, "added", digest or "")):
            raise Rejected(Reason.WRONG_STATE, f"{name} is registered already")
        return credentials

    async def all(self, role: Role = Role.AGENCY) -> list[AgencyRow]:
        """Every agency, or every operator, by name."""
        return [row for row in await self._store.agencies() if role_of(row) is role]

    async def one(self, name: str, role: Role = Role.AGENCY) -> AgencyRow:
        """One of them. Raises `Rejected`: it is not registered."""
        for row in await self.all(role):
            if row.name == name:
                return row
        raise Rejected(Reason.NOT_FOUND, f"no {role} of this name is registered")

    async def suspend(self, name: str, by: str = Role.OPERATOR, role: Role = Role.AGENCY) -> None:
        """Its tokens and its input from Kafka stop within `REMEMBERED`. Raises `Rejected`: not registered."""
        row = await self.one(name, role)
        await self._store.suspend(name, self._entry(by, row, "suspended"), suspended=True)

    async def resume(self, name: str, by: str = Role.OPERATOR, role: Role = Role.AGENCY) -> None:
        """Lift a suspension. Raises `Rejected`: it is not registered."""
        row = await self.one(name, role)
        await self._store.suspend(name, self._entry(by, row, "resumed"), suspended=False)

    async def resume_input(self, name: str, by: str) -> None:
        """Let an agency's input from Kafka go on that was paused because it sent nothing but rubbish.

        Works everywhere within `REMEMBERED`. Raises `Rejected`: it is not registered, or its input is not paused.
        """
        row = await self.one(name)
        if row.paused is None:
            raise Rejected(Reason.WRONG_STATE, "the agency's input is not paused")
        await self._store.resume_input(name, self._entry(by, row, "input-resumed"))

    async def new_secret(self, name: str, by: str = Role.OPERATOR, role: Role = Role.AGENCY) -> Credentials:
        """Give a client another secret; the old one ends at once. Raises `Rejected`: it is not registered."""
        row = await self.one(name, role)
        credentials = Credentials(name, row.client_id, secrets.token_urlsafe(32))
        await self._store.renew_secret(name, self._digest(credentials), self._entry(by, row, "secret-renewed"))
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
        for row in await self.all():
            contract = self._contracts.get(row.name)
            digest = contract_digest(contract) if contract else None
            if digest is not None and digest != row.contract_digest:
                entry = AuditRow(self._now(), "contract-changed", _HUB, row.name, "", "", "", digest)
                await self._store.note_contract(row.name, digest, entry)
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

    def _digest(self, credentials: Credentials) -> str:
        return self._keys.keyed("client-secret", credentials.client_id, credentials.secret)

    def _entry(self, by: str, row: AgencyRow, what: str, reference: str = "") -> AuditRow:
        """What was done to an agency; or to an operator, whom the reference names."""
        role = role_of(row)
        if role is Role.OPERATOR:
            return AuditRow(self._now(), f"{role}-{what}", by, "", "", "", "", row.name)
        return AuditRow(self._now(), f"{role}-{what}", by, row.name, "", "", "", reference)


def role_of(row: AgencyRow) -> Role:
    """Whether a client is an agency or an operator."""
    return Role.OPERATOR if row.scopes == AS_OPERATORS else Role.AGENCY


def _check_entitled(name: str, contract: Contract | None, granted: frozenset[Scope]) -> None:
    if granted == AS_OPERATORS:
        if contract is not None:
            raise Rejected(Reason.NOT_COVERED, "an agency is no operator: give the operator a name of their own")
        if _OPERATOR_NAME.fullmatch(name) is None:
            detail = "an operator's name is 2 to 80 letters, digits and . _ @ -, the first a letter or a digit"
            raise Rejected(Reason.INVALID_BODY, detail, (Fault("/name", "pattern", detail),))
        return
    if contract is None:
        raise Rejected(Reason.NOT_COVERED, f"there is no contract contracts/{name}.toml")
    if not granted or Scope.ADMIN in granted:
        raise Rejected(Reason.NOT_COVERED, "an agency may submit, read, or both; who administers is an operator")
