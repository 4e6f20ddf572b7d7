"""What is read to be shown: a person by local id or identifier, and the person's shared records."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy import Select, and_, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.ports import AuditRow, PersonRow, RecordRow
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.rows import audit_values, person_rows, record_row
from hub.store.tables import audit, claim, crowd, local_id, person, record, standing


class Before(NamedTuple):
    """A place in a person's records, newest first: microseconds of the last change, and the record's rid."""

    micros: int
    rid: str


class SqlReading:
    """Reading, each time as one snapshot; and the audit of what was read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def viewing(self) -> AsyncIterator["View"]:
        """One snapshot. Raises `Unavailable`, `Halt`."""
        async with reading(self._engine) as connection:
            yield View(connection)

    async def consulted(self, entries: Sequence[AuditRow]) -> None:
        """Keep the audit of a consultation. Raises `Unavailable`, `Halt`."""
        if entries:
            async with writing(self._engine) as connection:
                await connection.execute(insert(audit), [audit_values(entry) for entry in entries])


class View:
    """One snapshot of the store."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def person_of(self, local: str) -> str | None:
        """The person a local id belongs to. local: its local key."""
        return await self._connection.scalar(select(local_id.c.person).where(local_id.c.key == local))

    async def survivor(self, person_id: str) -> str | None:
        """The person itself, or whoever it was merged into, in however many steps; None when there is none."""
        line = select(person.c.id, person.c.survivor).where(person.c.id == person_id).cte("line", recursive=True)
        next_ = select(person.c.id, person.c.survivor).where(person.c.id == line.c.survivor)
        line = line.union(next_)
        return await self._connection.scalar(select(line.c.id).where(line.c.survivor.is_(None)))

    async def family(self, survivor: str) -> list[str]:
        """A person that is alive, and everybody merged into it, by id."""
        either = or_(person.c.id == survivor, person.c.survivor == survivor)
        return list((await self._connection.execute(select(person.c.id).where(either).order_by(person.c.id))).scalars())

    async def holders(self, claims: Collection[str]) -> list[str]:
        """The persons of whom one of these identifiers (claim digests) stands, by id; crowded ones identify nobody."""
        found = (
            select(local_id.c.person)
            .join(claim, claim.c.local == local_id.c.key)
            .join(crowd, crowd.c.digest == claim.c.digest, isouter=True)
            .where(among(claim.c.digest, claims), crowd.c.digest.is_(None))
            .distinct()
            .order_by(local_id.c.person)
        )
        return [row.person for row in await self._connection.execute(found)]

    async def persons(self, ids: Collection[str]) -> dict[str, PersonRow]:
        """Persons that are alive, with all their local ids."""
        found = await self._connection.execute(select(local_id).where(among(local_id.c.person, ids)))
        rows = found.mappings().all()
        return person_rows(rows, {row["person"]: None for row in rows})

    async def rids_of_slots(self, slots: Collection[str]) -> list[str]:
        """The records for which an agency's own references stand now."""
        found = select(standing.c.rid).where(among(standing.c.slot, slots)).order_by(standing.c.slot)
        return [row.rid for row in await self._connection.execute(found)]

    async def record(self, person_id: str, rids: Sequence[str]) -> RecordRow | None:
        """The first of these records that this person has."""
        rows = await self._rows(select(record).where(record.c.person == person_id, among(record.c.rid, rids)))
        by_rid = {row.rid: row for row in rows}
        return next((by_rid[rid] for rid in rids if rid in by_rid), None)

    async def records_of_type(self, person_id: str, record_type: str, after: str, limit: int) -> list[RecordRow]:
        """The person's records of a type with keys beyond `after`, by key; withdrawn ones left out."""
        return await self._rows(
            select(record)
            .where(record.c.person == person_id, record.c.type == record_type, record.c.key > after)
            .where(record.c.content.is_not(None))
            .order_by(record.c.key)
            .limit(limit)
        )

    async def newest(
        self, person_id: str, record_types: Collection[str], before: Before | None, limit: int
    ) -> list[RecordRow]:
        """The person's records by their last change, newest first; withdrawn ones left out."""
        found = (
            select(record)
            .where(record.c.person == person_id, among(record.c.type, record_types), record.c.content.is_not(None))
            .order_by(record.c.changed.desc(), record.c.rid)
            .limit(limit)
        )
        if before is not None:
            same_time = and_(record.c.changed == before.micros, record.c.rid > before.rid)
            found = found.where(or_(record.c.changed < before.micros, same_time))
        return await self._rows(found)

    async def records_of(self, persons: Collection[str]) -> list[RecordRow]:
        """Every record of these persons; withdrawn ones left out."""
        return await self._rows(select(record).where(among(record.c.person, persons), record.c.content.is_not(None)))

    async def _rows(self, statement: Select[tuple[object, ...]]) -> list[RecordRow]:
        return [record_row(row) for row in (await self._connection.execute(statement)).mappings()]
