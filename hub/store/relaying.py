"""What the relay reads and writes, over PostgreSQL or SQLite."""

import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, RowMapping, bindparam, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.deadlines import MAY_BE_RISK
from hub.domain.errors import Unavailable
from hub.domain.inventory import Named, bucket_of
from hub.domain.submission import micros
from hub.ports import AuditRow, HeldId, HeldRow, Look, Moved, Outlet, Owed, PersonRow, RecordId, RecordRow
from hub.store.alerts import close_withdrawn
from hub.store.awaiting import still_due
from hub.store.backfilling import begin, owe_next
from hub.store.bulk import Writes, delete_rows, insert_or_ignore, inserting, upsert
from hub.store.columns import any_of, as_set
from hub.store.engine import alone, reading, reading_once, writing
from hub.store.instances import file_locked
from hub.store.rows import audit_values, person_rows, record_row
from hub.store.sharing import NOBODY_SHARES
from hub.store.sightings import to_be_seen
from hub.store.tables import audit, delivery, held, lead, local_id, outlet, owed, person, record, withheld
from hub.store.times import from_micros

_LEAD_LOCK = 0x52454C4159
"""The advisory lock whose holder is the active relay."""
_RELAY = "relay"
_MICROSECOND = timedelta(microseconds=1)
_TERM = select(lead.c.term).where(lead.c.id == _RELAY)


class SqlRelayStore:
    """`hub.ports.RelayStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._term: int | None = None

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[bool]:
        """Try to become the active relay.

        Each lead is a term of its own: should the lock be lost with its connection, and another take it, what this
        relay still writes is refused.
        """
        async with self._lead_locked() as leads:
            self._term = await self._next_term() if leads else None
            try:
                yield leads
            finally:
                self._term = None

    @asynccontextmanager
    async def _lead_locked(self) -> AsyncIterator[bool]:
        """The lock, held by a connection of its own (PostgreSQL) or a lock file beside the database (SQLite)."""
        if self._engine.dialect.name == "sqlite":
            with file_locked(Path(f"{self._engine.url.database}.relay")) as leads:
                yield leads
            return
        async with alone(self._engine) as connection:
            lock = {"lock": _LEAD_LOCK}
            leads = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), lock))
            try:
                yield leads
            finally:
                if leads:
                    await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)

    async def _next_term(self) -> int:
        begin = inserting(self._engine.dialect.name, lead).values(id=_RELAY, term=1)
        begin = begin.on_conflict_do_update(index_elements=[lead.c.id], set_={"term": lead.c.term + 1})
        async with writing(self._engine) as connection:
            return int((await connection.execute(begin.returning(lead.c.term))).scalar_one())

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is not committed once another relay leads; outside of `leading`, this one is alone."""
        async with writing(self._engine) as connection:
            if self._term is not None and await connection.scalar(_TERM.with_for_update(read=True)) != self._term:
                raise Unavailable("another relay leads")
            yield connection

    async def confirm_lead(self) -> None:
        """Raises `Unavailable` when another relay leads."""
        async with self._writing():
            pass

    async def look(self, limit: int, later: int) -> Look:
        """The oldest debts with all that it takes to settle them; those that may wait last, no more than `later`.

        What settles them is looked at after them: of a debt that changed between, the older stamp is known here.
        """
        async with reading_once(self._engine) as connection:
            owed = [_debt(row) for row in await connection.execute(_OLDEST_DEBTS, {"limit": limit})]
        owed = owed[: later + sum(not debt.later for debt in owed)]
        if not owed:
            return Look([], {}, {}, {})
        async with reading(self._engine) as connection:
            records, persons = await _current(connection, [debt.held.record for debt in owed])
            sought = {
                "agencies": as_set(debt.held.agency for debt in owed),
                "persons": as_set(debt.held.record.person for debt in owed),
                "keys": as_set(debt.held.record.key for debt in owed),
            }
            rows = (await connection.execute(_HELD, sought)).mappings()
            return Look(owed, records, persons, {row.id: row for row in map(held_row, rows)})

    async def current(self, records: Sequence[RecordId]) -> tuple[dict[RecordId, RecordRow], dict[str, PersonRow]]:
        """The shared records and their persons, as one snapshot."""
        async with reading(self._engine) as connection:
            return await _current(connection, records)

    async def outlets(self) -> dict[str, Outlet]:
        """Every agency's outlet."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(select(outlet))).mappings()
            return {row["agency"]: Outlet(**row) for row in rows}

    async def deliver(
        self,
        settled: Sequence[Owed],
        deliveries: Sequence[HeldRow],
        withheld_: Mapping[HeldId, bool],
        entries: Sequence[AuditRow],
    ) -> None:
        """Commit deliveries and their audit, note who is withheld what, drop debts whose stamp still stands.

        Raises:
            Unavailable: also when another relay gave out the same numbers: this one leads no longer.
        """
        try:
            async with self._writing() as connection:
                free = [_columns(held_id) for held_id, is_withheld in withheld_.items() if not is_withheld]
                await delete_rows(connection, withheld, free)
                writes = Writes(connection)
                _add_deliveries(writes, deliveries)
                kept_back = [_columns(held_id) for held_id, is_withheld in withheld_.items() if is_withheld]
                writes.insert_or_ignore(withheld, kept_back)
                writes.insert(audit, [audit_values(entry) for entry in entries])
                writes.delete(owed, [{**_columns(debt.held), "stamp": debt.stamp} for debt in settled])
                await writes.run()
                await to_be_seen(connection, [row for row in deliveries if row.id.record.type in MAY_BE_RISK])
                if gone := [row for row in deliveries if row.withdrawn or row.id.record.type in MAY_BE_RISK]:
                    await close_withdrawn(connection, [row.id for row in gone], gone[0].delivered)
        except Moved:
            raise Unavailable("another relay gave out the same numbers") from None

    async def unpublished(self, agency: str, after: int, limit: int) -> list[HeldRow]:
        """What this agency holds by number beyond `after`, ascending."""
        async with reading(self._engine) as connection:
            sought = {"agency": agency, "after": after, "limit": limit}
            rows = await connection.execute(_HELD_AFTER, sought)
            return [held_row(row) for row in rows.mappings()]

    async def published(self, state: Outlet, *, refilling: bool = False) -> None:
        """Note how far a stream agency's topic has got; `number` and `contract` stay as they are.

        refilling: what `refill` asked for is under way; else `refill` stays as it is too.
        """
        values = {name: getattr(state, name) for name in state.__slots__} | {"refill": False}
        keep = ("number", "contract") if refilling else ("number", "contract", "refill")
        async with self._writing() as connection:
            await upsert(connection, outlet, [values], keep=keep)

    async def given_out(self, agency: str, earlier: timedelta, than: int) -> int:
        """The last number that was given out so much earlier than this one; 0 if there was none."""
        of_agency = delivery.c.agency == agency
        then = select(delivery.c.delivered).where(of_agency, delivery.c.number == than).scalar_subquery()
        before = select(delivery.c.number).where(of_agency, delivery.c.delivered < then - earlier // _MICROSECOND)
        async with reading(self._engine) as connection:
            return int(await connection.scalar(before.order_by(delivery.c.number.desc()).limit(1)) or 0)

    async def pass_over(self, agency: str, numbers: Collection[int], at: datetime) -> None:
        """Owe anew what was overtaken before it was sent, where that is still the record's last number."""
        owe = {"agency": agency, "stamp": secrets.token_hex(8), "since": micros(at), "later": False}
        forget = update(held).where(held.c.agency == agency, held.c.number.in_(sorted(numbers))).values(digest="")
        async with writing(self._engine) as connection:
            await connection.execute(
                update(delivery)
                .where(delivery.c.agency == agency, delivery.c.number.in_(sorted(numbers)))
                .values(passed_over=True)
            )
            rows = (await connection.execute(forget.returning(held.c.person, held.c.type, held.c.key))).mappings()
            await upsert(connection, owed, [{**row, **owe} for row in rows], keep=("since",))

    async def begin_backfill(self, agency: str, contract: str, at: datetime) -> None:
        """Begin to owe an agency every record there is and every one it holds, under a contract of this digest."""
        async with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(NOBODY_SHARES)
            await insert_or_ignore(connection, outlet, [new_outlet(agency)])
            await connection.execute(update(outlet).where(outlet.c.agency == agency).values(contract=contract))
            await begin(connection, agency, at)

    async def end_contracts(self, agencies: Collection[str]) -> None:
        """These agencies are served under no contract any more."""
        async with self._writing() as connection:
            await connection.execute(update(outlet).where(outlet.c.agency.in_(sorted(agencies))).values(contract=None))

    async def backfill(self, limit: int, at: datetime) -> bool:
        """Owe the next so many of the oldest backfill, later; False when there is none."""
        async with self._writing() as connection:
            return await owe_next(connection, limit, at)


async def _current(
    connection: AsyncConnection, records: Sequence[RecordId]
) -> tuple[dict[RecordId, RecordRow], dict[str, PersonRow]]:
    sought = {
        "persons": as_set(each.person for each in records),
        "types": as_set(each.type for each in records),
        "keys": as_set(each.key for each in records),
    }
    found = (await connection.execute(_RECORDS, sought)).mappings()
    rows = {row.id: row for row in map(record_row, found)}
    persons = (await connection.execute(_PERSONS, sought)).mappings().all()
    survivors = {row["id"]: row["survivor"] for row in persons}
    locals_ = [row for row in persons if row["person"] is not None]
    return rows, person_rows(locals_, survivors, {row["id"]: row["parted_from"] for row in persons})


def _add_deliveries(writes: Writes, deliveries: Sequence[HeldRow]) -> None:
    writes.insert(delivery, [_delivery_values(row) for row in deliveries])
    as_applied = ("applied_number", "applied_digest", "applied_at")
    writes.upsert(held, [_held_values(row) for row in deliveries], keep=as_applied, merge=still_due)
    numbers = {row.id.agency: row.number for row in deliveries}
    numbered = [new_outlet(agency) | {"number": number} for agency, number in numbers.items()]
    writes.upsert(outlet, numbered, keep=_ALL_BUT_NUMBER)


def _debt(row: Row[Any]) -> Owed:
    held_id = HeldId(row.agency, RecordId(row.person, row.type, row.key))
    return Owed(held_id, row.stamp, from_micros(row.since), row.later, row.withheld, row.again)


_IS_WITHHELD = exists().where(*(withheld.c[name] == owed.c[name] for name in ("agency", "person", "type", "key")))
_OLDEST_DEBTS = (
    select(owed, _IS_WITHHELD.label("withheld")).order_by(owed.c.later, owed.c.since).limit(bindparam("limit"))
)
_RECORDS = select(record).where(
    any_of(record.c.person, "persons"), any_of(record.c.type, "types"), any_of(record.c.key, "keys")
)
_PERSONS = (
    select(person.c.id, person.c.survivor, person.c.parted_from, local_id)
    .join(local_id, local_id.c.person == person.c.id, isouter=True)
    .where(any_of(person.c.id, "persons"))
)
"""With every local id of theirs; a person merged away has none."""
_HELD = select(held).where(
    any_of(held.c.agency, "agencies"), any_of(held.c.person, "persons"), any_of(held.c.key, "keys")
)
_HELD_AFTER = (
    select(held)
    .where(held.c.agency == bindparam("agency"), held.c.number > bindparam("after"))
    .order_by(held.c.number)
    .limit(bindparam("limit"))
)
_ALL_BUT_NUMBER = tuple(column.name for column in outlet.c if column.name != "number")


def _columns(held_id: HeldId) -> dict[str, Any]:
    return {"agency": held_id.agency, **held_id.record._asdict()}


def held_row(row: RowMapping) -> HeldRow:
    """The row of what an agency holds as the hub's parts know it."""
    return HeldRow(
        HeldId(row["agency"], RecordId(row["person"], row["type"], row["key"])),
        row["number"],
        row["digest"],
        row["withdrawn"],
        from_micros(row["since"]),
        from_micros(row["delivered"]),
        row["applied_number"],
        row["applied_digest"],
        _time(row["applied_at"]),
        row["known_as"],
        _time(row["due"]),
        row["awaited"],
        _time(row["last_due"]),
    )


def _time(value: int | None) -> datetime | None:
    return None if value is None else from_micros(value)


def _held_values(row: HeldRow) -> dict[str, Any]:
    due = None if row.due is None else micros(row.due)
    return {
        **_columns(row.id),
        "number": row.number,
        "digest": row.digest,
        "withdrawn": row.withdrawn,
        "since": micros(row.since),
        "delivered": micros(row.delivered),
        "applied_number": None,
        "applied_digest": None,
        "applied_at": None,
        "known_as": row.known_as,
        "due": due,
        "awaited": row.number,
        "last_due": due,
        "bucket": bucket_of(Named(*row.id.record)),
    }


def _delivery_values(row: HeldRow) -> dict[str, Any]:
    return {
        **_columns(row.id),
        "number": row.number,
        "digest": row.digest,
        "delivered": micros(row.delivered),
    }


def new_outlet(agency: str) -> dict[str, Any]:
    """The outlet of an agency to which nothing was delivered yet, as its table keeps it."""
    empty = Outlet(agency)
    return {name: getattr(empty, name) for name in empty.__slots__}
