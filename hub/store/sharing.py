"""The transaction of `share`: looks with locks, writes once, in a bounded number of statements."""

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, RowMapping, and_, bindparam, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.recognition import Claim
from hub.domain.submission import Order, micros
from hub.ports import (
    AssertionRow,
    AuditRow,
    Decision,
    LocalIdRow,
    Moved,
    People,
    RecordId,
    RecordRow,
    ShareTransaction,
    StandingRow,
    SubmissionId,
    Taken,
)
from hub.store.bulk import delete_rows, execute_many, insert_or_ignore, insert_rows, upsert
from hub.store.columns import among
from hub.store.engine import writing
from hub.store.tables import assertion, audit, claim, local_id, owed, person, record, review, standing
from hub.store.times import from_micros

_LOCK_SPACE = 1024
"""Identifier digests share this many advisory locks, so that a large batch fits PostgreSQL's lock table."""


class SqlStore:
    """`hub.ports.Store` over PostgreSQL or SQLite."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[ShareTransaction]:
        """One transaction of `share`."""
        async with writing(self._engine) as connection:
            yield _SqlShareTransaction(connection)


class _SqlShareTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._locks = connection.dialect.name == "postgresql"

    async def taken(self, ids: Sequence[SubmissionId]) -> Mapping[SubmissionId, Taken]:
        rows = await self._connection.execute(
            select(
                assertion.c.agency,
                assertion.c.id,
                assertion.c.digest,
                assertion.c.type,
                assertion.c.key,
                assertion.c.received,
            ).where(
                among(assertion.c.agency, (each.agency for each in ids)),
                among(assertion.c.id, (each.id for each in ids)),
            )
        )
        return {
            SubmissionId(row.agency, row.id): Taken(row.digest, row.type, row.key, from_micros(row.received))
            for row in rows
        }

    async def people(self, locals_: Iterable[str], claims: Iterable[str]) -> People:
        sought = sorted(set(locals_))
        digests = sorted(set(claims))
        if self._locks:
            await self._lock_names(sought, digests)
        persons = await self._persons_of(sought, digests)
        if self._locks:
            await self._lock_persons(persons)
            if not await self._persons_of(sought, digests) <= persons:
                raise Moved
        return People(await self._members(persons))

    async def _lock_names(self, locals_: list[str], digests: list[str]) -> None:
        """One lock a claim, and one a local id that is not there yet, in one order everywhere."""
        known = set()
        if locals_:
            rows = await self._connection.execute(select(local_id.c.key).where(among(local_id.c.key, locals_)))
            known = set(rows.scalars())
        names = [*digests, *(key for key in locals_ if key not in known)]
        if names:
            buckets = sorted({hash_bucket(name) for name in names})
            numbers = func.unnest(bindparam("buckets", buckets, ARRAY(BigInteger))).column_valued("number")
            ordered = select(numbers).order_by(numbers).offset(0).subquery()
            await self._connection.execute(select(func.pg_advisory_xact_lock(ordered.c.number)))

    async def _persons_of(self, locals_: list[str], digests: list[str]) -> set[str]:
        sought = among(local_id.c.key, locals_)
        if digests:
            holders = select(claim.c.local).where(among(claim.c.digest, digests))
            sought = or_(sought, local_id.c.key.in_(holders))
        rows = await self._connection.execute(select(local_id.c.person).where(sought).distinct())
        return set(rows.scalars())

    async def _lock_persons(self, persons: set[str]) -> None:
        if persons:
            await self._connection.execute(
                select(person.c.id).where(among(person.c.id, persons)).order_by(person.c.id).with_for_update()
            )

    async def _members(self, persons: set[str]) -> dict[str, LocalIdRow]:
        if not persons:
            return {}
        rows = (await self._connection.execute(select(local_id).where(among(local_id.c.person, persons)))).all()
        claims: dict[str, set[Claim]] = defaultdict(set)
        for row in await self._connection.execute(select(claim).where(among(claim.c.local, (row.key for row in rows)))):
            claims[row.local].add(Claim(row.digest, row.verified))
        return {row.key: _local(row, claims[row.key]) for row in rows}

    async def standing(self, locals_: Iterable[str], rids: Iterable[str] | None) -> list[StandingRow]:
        wanted = (
            select(standing, assertion.c.body)
            .join(assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id))
            .where(among(standing.c.local, locals_))
        )
        if rids is not None:
            wanted = wanted.where(among(standing.c.rid, rids))
        return [_standing(row) for row in (await self._connection.execute(wanted)).mappings()]

    async def slots(self, slots: Iterable[str]) -> list[StandingRow]:
        wanted = (
            select(standing, assertion.c.body)
            .join(assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id))
            .where(among(standing.c.slot, slots))
        )
        return [_standing(row) for row in (await self._connection.execute(wanted)).mappings()]

    async def history(self, slot: str) -> list[tuple[Order, bytes | None]]:
        rows = await self._connection.execute(
            select(assertion.c.micros, assertion.c.sequence, assertion.c.id, assertion.c.body).where(
                assertion.c.slot == slot
            )
        )
        return [(Order(row.micros, row.sequence, row.id), row.body) for row in rows]

    async def records(self, persons: Iterable[str], rids: Iterable[str] | None) -> list[RecordRow]:
        wanted = select(record).where(among(record.c.person, persons))
        if rids is not None:
            wanted = wanted.where(among(record.c.rid, rids))
        return [record_row(row) for row in (await self._connection.execute(wanted)).mappings()]

    async def write(self, decision: Decision) -> None:
        await self._write_people(decision)
        await self._write_said(decision)
        await self._write_shared(decision)

    async def _write_people(self, decision: Decision) -> None:
        at = micros(decision.at)
        connection = self._connection
        await insert_or_ignore(
            connection, person, [{"id": each, "survivor": None, "since": at} for each in decision.persons_new]
        )
        await execute_many(
            connection,
            person.update()
            .where(or_(person.c.id == bindparam("removed"), person.c.survivor == bindparam("removed")))
            .values(survivor=bindparam("kept")),
            [{"removed": removed, "kept": kept} for removed, kept in sorted(decision.persons_removed.items())],
        )
        await upsert(connection, local_id, [_local_values(row) for row in decision.locals])
        if decision.reclaimed:
            await connection.execute(delete(claim).where(among(claim.c.local, decision.reclaimed)))
            claims = [
                {"digest": each.digest, "local": row.key, "verified": each.verified}
                for row in decision.locals
                if row.key in decision.reclaimed
                for each in row.claims
            ]
            await insert_or_ignore(connection, claim, claims)
        if decision.reexamined:
            within = and_(among(review.c.one, decision.compared), among(review.c.other, decision.compared))
            of_changed = [among(side, decision.reexamined) for side in (review.c.one, review.c.other)]
            await connection.execute(delete(review).where(or_(within, *of_changed)))
            doubts = [{**doubt._asdict(), "since": at} for doubt in decision.doubts]
            await insert_or_ignore(connection, review, doubts)

    async def _write_said(self, decision: Decision) -> None:
        connection = self._connection
        await insert_rows(connection, assertion, [_assertion_values(row) for row in decision.assertions])
        await upsert(connection, standing, [_standing_values(row) for row in decision.standing])
        await insert_rows(connection, audit, [audit_values(row) for row in decision.audit])

    async def _write_shared(self, decision: Decision) -> None:
        connection = self._connection
        await delete_rows(connection, record, [gone._asdict() for gone in decision.records_gone])
        await upsert(connection, record, [_record_values(row) for row in decision.records])
        at, stamp = micros(decision.at), secrets.token_hex(8)
        debts = [
            {"agency": each.agency, **each.record._asdict(), "stamp": stamp, "since": at} for each in decision.owed
        ]
        await upsert(connection, owed, debts, keep=("since",))


def hash_bucket(name: str) -> int:
    """Which of the advisory locks stands for a keyed digest; digests are uniform, so their first bits serve."""
    return int.from_bytes(name[:4].encode()) % _LOCK_SPACE


def audit_values(row: AuditRow) -> dict[str, Any]:
    """An entry of the log as its table keeps it."""
    return {name: getattr(row, name) for name in row.__slots__} | {"at": micros(row.at)}


def record_row(row: RowMapping) -> RecordRow:
    """The row of a shared record as the hub's parts know it."""
    contested = tuple(row["contested"].split("\n")) if row["contested"] else ()
    return RecordRow(
        RecordId(row["person"], row["type"], row["key"]),
        row["rid"],
        row["revision"],
        row["digest"],
        row["content"],
        contested,
        from_micros(row["changed"]),
    )


def _record_values(row: RecordRow) -> dict[str, Any]:
    return {
        **row.id._asdict(),
        "rid": row.rid,
        "revision": row.revision,
        "digest": row.digest,
        "content": row.content,
        "contested": "\n".join(row.contested),
        "changed": micros(row.changed),
    }


def _local(row: Row[Any], claims: set[Claim]) -> LocalIdRow:
    return LocalIdRow(
        row.key, row.agency, row.person, row.sealed, row.features, frozenset(claims), restricted=row.restricted
    )


def _local_values(row: LocalIdRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "agency": row.agency,
        "person": row.person,
        "sealed": row.sealed,
        "features": row.features,
        "restricted": row.restricted,
    }


def _standing(row: RowMapping) -> StandingRow:
    return StandingRow(
        row["slot"],
        row["local"],
        row["agency"],
        row["type"],
        row["key"],
        row["rid"],
        Order(row["micros"], row["sequence"], row["id"]),
        withdrawn=row["withdrawn"],
        body=row["body"],
        since=row["since"],
    )


def _standing_values(row: StandingRow) -> dict[str, Any]:
    return {
        "slot": row.slot,
        "local": row.local,
        "agency": row.agency,
        **row.order._asdict(),
        "type": row.record_type,
        "key": row.key,
        "rid": row.rid,
        "withdrawn": row.withdrawn,
        "since": row.since,
    }


def _assertion_values(row: AssertionRow) -> dict[str, Any]:
    return {
        "agency": row.agency,
        **row.order._asdict(),
        "slot": row.slot,
        "local": row.local,
        "type": row.record_type,
        "key": row.key,
        "rid": row.rid,
        "version": row.version,
        "withdrawn": row.withdrawn,
        "received": micros(row.received),
        "digest": row.digest,
        "body": row.body,
        "traceparent": row.traceparent,
    }
