"""Inventories: what an agency must hold as of a number, and the reports on how its copy differed.

What an agency held by a number is what `held` says, or where that has been delivered anew since, `delivery`.
"""

import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.inventory import Difference, Expected, Named, bucket_of, nothing
from hub.domain.submission import micros
from hub.store.bulk import insert_rows, upsert
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.tables import delivery, difference, held, inventory, outlet, owed, parked
from hub.store.times import from_micros

_AT_ONCE = 5_000
_RECORD = ("person", "type", "key")


@dataclass(frozen=True, slots=True)
class Position:
    """number: the last that was given out to the agency. too_old: what it held by the number asked for is forgotten."""

    number: int
    too_old: bool


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One inventory and what came of it.

    at: when it came, UTC. as_of: up to which number the agency had read. types: the record types it is about.
    buckets: how many it named. differing: those that are not as the hub has them; awaited: those of them whose records
    have not come. counts: of differences, by kind. in_flight, parked: records that differ and were passed over, as a
    newer delivery is on its way, or because the agency has said itself that it could not apply the last.
    """

    id: str
    agency: str
    at: datetime
    as_of: int
    types: tuple[str, ...]
    buckets: int
    differing: tuple[str, ...]
    awaited: tuple[str, ...]
    counts: dict[Difference, int]
    in_flight: int
    parked: int


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One record that differed. healed: the agency has since said that it holds what it was sent because of it."""

    record: Named
    kind: Difference
    healed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the records of some buckets came to. found: record -> how it differs.

    in_flight, parked: records that differ and were passed over, as in `InventoryRow`.
    """

    buckets: frozenset[str]
    found: Mapping[Named, Difference]
    in_flight: frozenset[Named]
    parked: frozenset[Named]

    def only(self, buckets: frozenset[str]) -> "Comparison":
        """The same of fewer buckets."""
        return Comparison(
            self.buckets & buckets,
            {record: kind for record, kind in self.found.items() if bucket_of(record) in buckets},
            frozenset(record for record in self.in_flight if bucket_of(record) in buckets),
            frozenset(record for record in self.parked if bucket_of(record) in buckets),
        )


class ReconcileStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def position(self, agency: str, types: Collection[str], as_of: int, kept_since: datetime) -> Position:
        """How far the agency was served, and whether what came after this number has been overtaken too long ago."""
        last = select(outlet.c.number).where(outlet.c.agency == agency)
        next_ = (
            select(delivery.c.delivered)
            .where(delivery.c.agency == agency, delivery.c.number > as_of, among(delivery.c.type, types))
            .order_by(delivery.c.number)
            .limit(1)
        )
        async with reading(self._engine) as connection:
            number = int(await connection.scalar(last) or 0)
            following = await connection.scalar(next_)
            return Position(number, following is not None and following < micros(kept_since))

    async def expected(
        self, agency: str, types: Collection[str], as_of: int, buckets: Collection[str] | None = None
    ) -> AsyncGenerator[tuple[str, Expected], None]:
        """Bucket and record of all that the agency must hold as of a number, bucket by bucket. buckets: None: all."""
        query = _expected(agency, types, as_of, buckets)
        async with reading(self._engine) as connection:
            rows = await connection.stream(query.execution_options(yield_per=_AT_ONCE))
            async for some in rows.partitions():
                for bucket, person, type_, key, number, digest, gone_on, gone in some:
                    record = Named(person, type_, key)
                    if not (gone_on and digest == nothing(record)):
                        yield bucket, Expected(record, number, digest, gone=bool(gone))

    async def open(self, row: InventoryRow) -> None:
        """Keep what an inventory came to when its buckets were compared."""
        async with writing(self._engine) as connection:
            await insert_rows(connection, inventory, [_values(row)])

    async def one(self, id_: str) -> InventoryRow | None:
        """An inventory by its id."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(inventory).where(inventory.c.id == id_))).first()
            return None if row is None else _row(row)

    async def unsettled(self, agency: str, records: Collection[Named]) -> tuple[set[Named], set[Named]]:
        """Which of these are owed again already, and which the agency has parked."""
        persons = {record.person for record in records}
        again = select(*(owed.c[name] for name in _RECORD)).where(
            owed.c.agency == agency, owed.c.again, among(owed.c.person, persons)
        )
        kept = select(*(parked.c[name] for name in _RECORD)).where(
            parked.c.agency == agency, among(parked.c.person, persons)
        )
        async with reading(self._engine) as connection:
            return (
                {Named(*row) for row in await connection.execute(again)} & set(records),
                {Named(*row) for row in await connection.execute(kept)} & set(records),
            )

    async def settle(self, id_: str, comparison: Comparison, at: datetime) -> tuple[InventoryRow, Comparison]:
        """Report what buckets came to and owe every record that differs again, all in one transaction.

        Buckets reported before stay as they were. Returns the inventory as it is then, and what was reported now.
        """
        async with writing(self._engine) as connection:
            locked = select(inventory).where(inventory.c.id == id_).with_for_update()
            before = _row((await connection.execute(locked)).one())
            fresh = comparison.only(frozenset(before.awaited))
            await _owe_again(connection, before, fresh, at)
            counts = Counter(before.counts) + Counter(fresh.found.values())
            changed = {
                "awaited": " ".join(sorted(set(before.awaited) - fresh.buckets)),
                "in_flight": before.in_flight + len(fresh.in_flight),
                "parked": before.parked + len(fresh.parked),
                **{kind.value: counts[kind] for kind in Difference},
            }
            changing = update(inventory).where(inventory.c.id == id_).values(changed).returning(inventory)
            return _row((await connection.execute(changing)).one()), fresh

    async def listed(self, agency: str | None, before: str | None, limit: int) -> list[InventoryRow]:
        """Inventories, the newest first: those before an id. agency: None for all."""
        query = select(inventory).order_by(inventory.c.id.desc()).limit(limit)
        if agency is not None:
            query = query.where(inventory.c.agency == agency)
        if before is not None:
            query = query.where(inventory.c.id < before)
        async with reading(self._engine) as connection:
            return [_row(row) for row in await connection.execute(query)]

    async def differences(self, row: InventoryRow, after: Named, limit: int) -> list[DifferenceRow]:
        """What differed, by name, beyond one; with whether it has been healed since."""
        same = and_(held.c.agency == row.agency, *(held.c[name] == difference.c[name] for name in _RECORD))
        holds = or_(held.c.applied_number < held.c.number, held.c.applied_digest == held.c.digest)
        healed = case((and_(held.c.applied_number > difference.c.after, holds), 1), else_=0)
        names = tuple_(*(difference.c[name] for name in _RECORD))
        query = (
            select(difference, healed.label("healed"))
            .select_from(difference.outerjoin(held, same))
            .where(difference.c.inventory == row.id, names > tuple_(*after))
            .order_by(*(difference.c[name] for name in _RECORD))
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            return [
                DifferenceRow(Named(each.person, each.type, each.key), Difference(each.kind), bool(each.healed))
                for each in await connection.execute(query)
            ]


async def _owe_again(connection: AsyncConnection, row: InventoryRow, comparison: Comparison, at: datetime) -> None:
    last = int(await connection.scalar(select(outlet.c.number).where(outlet.c.agency == row.agency)) or 0)
    found = [
        {"inventory": row.id, **record._asdict(), "kind": kind.value, "after": last}
        for record, kind in comparison.found.items()
    ]
    await insert_rows(connection, difference, found)
    debt = {"agency": row.agency, "stamp": secrets.token_hex(8), "since": micros(at), "later": False, "again": True}
    await upsert(connection, owed, [{**record._asdict(), **debt} for record in comparison.found], keep=("since",))


def _expected(agency: str, types: Collection[str], as_of: int, buckets: Collection[str] | None) -> Select[Any]:
    """Every record delivered by a number, as it was then; digest NULL where the agency may never have got it.

    So it is where a newer delivery came before there was a receipt: who reads the feed a page at a time may find the
    newer one alone, on a later page.
    """
    mine = [held.c.agency == agency, among(held.c.type, types)]
    if buckets is not None:
        mine.append(among(held.c.bucket, buckets))
    names = [held.c[name] for name in ("bucket", *_RECORD)]
    still = select(
        *names,
        held.c.number,
        func.nullif(held.c.digest, "").label("digest"),
        literal(0).label("gone_on"),
        literal(0).label("gone"),
    )
    still = still.where(*mine, held.c.number <= as_of, or_(not_(held.c.withdrawn), held.c.digest == ""))
    then, any_ = delivery.alias("then"), delivery.alias("any")
    last = select(func.max(any_.c.number)).where(*_same(any_), any_.c.number <= as_of).correlate(held).scalar_subquery()
    may_be_unread = or_(then.c.passed_over, func.coalesce(held.c.applied_number, 0) < then.c.number)
    digest = case((may_be_unread, null()), else_=then.c.digest)
    gone = case((held.c.withdrawn, 1), else_=0).label("gone")
    gone_on = select(*names, then.c.number, digest.label("digest"), literal(1).label("gone_on"), gone)
    gone_on = gone_on.select_from(held).join(then, and_(then.c.agency == held.c.agency, then.c.number == last))
    both = union_all(still, gone_on.where(*mine, held.c.number > as_of)).subquery()
    return select(both).order_by(both.c.bucket)


def _same(table: FromClause) -> list[ColumnElement[bool]]:
    return [table.c[name] == held.c[name] for name in ("agency", *_RECORD)]


def _values(row: InventoryRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "agency": row.agency,
        "at": micros(row.at),
        "as_of": row.as_of,
        "types": " ".join(row.types),
        "buckets": row.buckets,
        "differing": " ".join(row.differing),
        "awaited": " ".join(row.awaited),
        **{kind.value: row.counts[kind] for kind in Difference},
        "in_flight": row.in_flight,
        "parked": row.parked,
    }


def _row(row: Row[Any]) -> InventoryRow:
    return InventoryRow(
        row.id,
        row.agency,
        from_micros(row.at),
        row.as_of,
        tuple(row.types.split()),
        row.buckets,
        tuple(row.differing.split()),
        tuple(row.awaited.split()),
        {kind: getattr(row, kind.value) for kind in Difference},
        row.in_flight,
        row.parked,
    )
