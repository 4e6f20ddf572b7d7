"""Deliveries that an agency could not apply, until it applies that one or a later one of the same record."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow, RecordId
from hub.store.bulk import upsert
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.rows import audit_values
from hub.store.tables import audit, held, owed, parked
from hub.store.times import from_micros


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """The last delivery of a record that the agency could not apply.

    since: when it said so, UTC. faults: sealed. retried: when an operator had the record delivered again, UTC.
    """

    agency: str
    number: int
    record: RecordId
    since: datetime
    faults: bytes
    retried: datetime | None = None


class ParkedStore:
    """What is parked, in the database. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, agency: str, rows: Sequence[ParkedRow]) -> set[int]:
        """Keep those that no receipt has settled, the last of each record; the numbers of those it had settled."""
        async with writing(self._engine) as connection:
            applied = await _applied(connection, agency, rows)
            standing = await _standing(connection, agency, rows)
            settled = {row.number for row in rows if row.number <= applied.get(row.record, 0)}
            fresh: dict[RecordId, ParkedRow] = {}
            for row in sorted(rows, key=lambda each: each.number):
                if row.number not in settled and row.number > standing.get(row.record, 0):
                    fresh[row.record] = row
            await upsert(connection, parked, [_values(row) for row in fresh.values()])
        return settled

    async def listed(self, agency: str, after: int, limit: int) -> list[ParkedRow]:
        """What an agency has parked, by ascending number beyond `after`."""
        query = select(parked).where(parked.c.agency == agency, parked.c.number > after)
        async with reading(self._engine) as connection:
            rows = await connection.execute(query.order_by(parked.c.number).limit(limit))
            return [_row(row) for row in rows]

    async def retry(self, agency: str, number: int, entry: AuditRow) -> RecordId | None:
        """Owe a parked record anew, so that it is delivered though it may not have changed.

        entry: for the audit; the record is filled in. None when nothing of that number is parked.
        """
        async with writing(self._engine) as connection:
            row = (await connection.execute(select(parked).where(*_of(agency, number)))).first()
            if row is None:
                return None
            record = RecordId(row.person, row.type, row.key)
            debt = {"agency": agency, **record._asdict(), "stamp": secrets.token_hex(8), "since": micros(entry.at)}
            debt["later"] = False
            # With its digest forgotten, whatever the record is next is news to the agency.
            await connection.execute(update(held).where(*_named(held, agency, record)).values(digest=""))
            await upsert(connection, owed, [debt], keep=("since",))
            await connection.execute(update(parked).where(*_of(agency, number)).values(retried=micros(entry.at)))
            await connection.execute(insert(audit).values(audit_values(entry) | record._asdict()))
            return record


async def settle_parked(connection: AsyncConnection, agency: str, records: Sequence[RecordId]) -> None:
    """Let go of what is parked of these records and the agency has applied since."""
    same = and_(*(held.c[name] == parked.c[name] for name in ("agency", "person", "type", "key")))
    applied = select(held.c.number).where(same, held.c.applied_number >= parked.c.number).exists()
    persons = {record.person for record in records}
    await connection.execute(parked.delete().where(parked.c.agency == agency, among(parked.c.person, persons), applied))


async def _applied(connection: AsyncConnection, agency: str, rows: Sequence[ParkedRow]) -> dict[RecordId, int]:
    """Record -> the last number applied; locked, so that no receipt comes between."""
    of_persons = among(held.c.person, {row.record.person for row in rows})
    query = select(held.c.person, held.c.type, held.c.key, held.c.applied_number).where(
        held.c.agency == agency, of_persons
    )
    locked = query.order_by(*held.primary_key).with_for_update()
    return {RecordId(*row[:3]): row.applied_number or 0 for row in await connection.execute(locked)}


async def _standing(connection: AsyncConnection, agency: str, rows: Sequence[ParkedRow]) -> dict[RecordId, int]:
    of_persons = among(parked.c.person, {row.record.person for row in rows})
    query = select(parked).where(parked.c.agency == agency, of_persons)
    return {RecordId(row.person, row.type, row.key): row.number for row in await connection.execute(query)}


def _of(agency: str, number: int) -> tuple[Any, ...]:
    return parked.c.agency == agency, parked.c.number == number


def _named(table: Table, agency: str, record: RecordId) -> list[Any]:
    return [table.c.agency == agency, *(table.c[name] == value for name, value in record._asdict().items())]


def _values(row: ParkedRow) -> dict[str, Any]:
    return {
        "agency": row.agency,
        **row.record._asdict(),
        "number": row.number,
        "since": micros(row.since),
        "faults": row.faults,
        "retried": None,
    }


def _row(row: Row[Any]) -> ParkedRow:
    retried = None if row.retried is None else from_micros(row.retried)
    return ParkedRow(
        row.agency, row.number, RecordId(row.person, row.type, row.key), from_micros(row.since), row.faults, retried
    )
