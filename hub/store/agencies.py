"""Agencies with their credentials, and the keys the hub signs tokens with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow
from hub.store.bulk import insert_or_ignore
from hub.store.engine import reading, writing
from hub.store.rows import audit_values
from hub.store.tables import agency, audit, signing_key
from hub.store.times import from_micros


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A client's credentials: an agency's or an operator's. secret: keyed digest.

    contract_digest: None for an operator, who has no contract. rejections: of its input from Kafka, in a row, up to
    now. paused: since when that input stands still, UTC, because it sent nothing but rubbish.
    """

    name: str
    client_id: str
    secret: str
    scopes: frozenset[str]
    suspended: bool
    contract_digest: str | None
    added: datetime
    rejections: int = 0
    paused: datetime | None = None


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    """A signing key, wrapped under the master key."""

    id: str
    sealed: bytes
    made: datetime


class AgencyStore:
    """Agencies and signing keys in the database. Every change is written with its audit entry."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def agencies(self) -> list[AgencyRow]:
        """All clients, agencies and operators, by name. Raises `Unavailable`, `Halt`."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(select(agency).order_by(agency.c.name))
            return [_agency_row(row) for row in rows]

    async def add(self, row: AgencyRow, entry: AuditRow) -> bool:
        """Whether it was added; not when there is one of that name. Raises `Unavailable`, `Halt`."""
        values = {
            "name": row.name,
            "client_id": row.client_id,
            "secret": row.secret,
            "scopes": " ".join(sorted(row.scopes)),
            "suspended": row.suspended,
            "contract_digest": row.contract_digest,
            "added": micros(row.added),
            "rejections": row.rejections,
            "paused": None,
        }
        async with writing(self._engine) as connection:
            await insert_or_ignore(connection, agency, [values])
            standing = await connection.scalar(select(agency.c.client_id).where(agency.c.name == row.name))
            added = standing == row.client_id
            if added:
                await _note(connection, entry)
            return added

    async def suspend(self, name: str, entry: AuditRow, *, suspended: bool) -> None:
        """Suspend or resume. Raises `Unavailable`, `Halt`."""
        await self._change(name, entry, suspended=suspended)

    async def renew_secret(self, name: str, secret: str, entry: AuditRow) -> None:
        """The old secret ends. secret: keyed digest of the new one. Raises `Unavailable`, `Halt`."""
        await self._change(name, entry, secret=secret)

    async def resume_input(self, name: str, entry: AuditRow) -> None:
        """Let an input go on that was paused, and count from nothing. Raises `Unavailable`, `Halt`."""
        await self._change(name, entry, rejections=0, paused=None)

    async def note_contract(self, name: str, digest: str, entry: AuditRow) -> None:
        """Record which contract the agency is served under. Raises `Unavailable`, `Halt`."""
        await self._change(name, entry, contract_digest=digest)

    async def signing_keys(self) -> list[SigningKeyRow]:
        """The oldest first. Raises `Unavailable`, `Halt`."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(select(signing_key).order_by(signing_key.c.made, signing_key.c.id))
            return [SigningKeyRow(row.id, row.sealed, from_micros(row.made)) for row in rows]

    async def keep_signing_key(self, row: SigningKeyRow, entry: AuditRow) -> None:
        """Raises `Unavailable`, `Halt`."""
        async with writing(self._engine) as connection:
            await connection.execute(insert(signing_key).values(id=row.id, sealed=row.sealed, made=micros(row.made)))
            await _note(connection, entry)

    async def rewrap_signing_keys(self, anew: Callable[[bytes], bytes], entry: AuditRow) -> int:
        """Keep every signing key as `anew` makes it of what is kept; how many. Raises `Unavailable`, `Halt`."""
        async with writing(self._engine) as connection:
            rows = (await connection.execute(select(signing_key.c.id, signing_key.c.sealed).with_for_update())).all()
            for row in rows:
                kept = update(signing_key).where(signing_key.c.id == row.id)
                await connection.execute(kept.values(sealed=anew(row.sealed)))
            await _note(connection, entry)
            return len(rows)

    async def _change(self, name: str, entry: AuditRow, **values: object) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(update(agency).where(agency.c.name == name).values(**values))
            await _note(connection, entry)


async def _note(connection: AsyncConnection, entry: AuditRow) -> None:
    await connection.execute(audit.insert(), audit_values(entry))


def _agency_row(row: Row[Any]) -> AgencyRow:
    return AgencyRow(
        name=row.name,
        client_id=row.client_id,
        secret=row.secret,
        scopes=frozenset(row.scopes.split()),
        suspended=row.suspended,
        contract_digest=row.contract_digest,
        added=from_micros(row.added),
        rejections=row.rejections,
        paused=None if row.paused is None else from_micros(row.paused),
    )
