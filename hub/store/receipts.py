"""Receipts: what an agency was delivered, and what it says it applied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import RecordId
from hub.store.alerts import close_applied
from hub.store.awaiting import due_after
from hub.store.bulk import execute_many, inserting
from hub.store.engine import reading, writing
from hub.store.parked import settle_parked
from hub.store.sightings import Sighting, note_seen
from hub.store.tables import acknowledged, delivery, held


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery as it was committed."""

    number: int
    record: RecordId
    digest: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What an agency says it holds of a record: the delivery it applied, and the digest it computed itself.

    agrees: whether that is the digest of the delivery.
    """

    number: int
    record: RecordId
    digest: str
    agrees: bool = True


class ReceiptStore:
    """Deliveries and receipts in the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def delivered(self, agency: str, numbers: Collection[int]) -> dict[int, Delivered]:
        """Which of these numbers were given to this agency. Raises `Unavailable`, `Halt`."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(
                select(delivery).where(delivery.c.agency == agency, delivery.c.number.in_(sorted(set(numbers))))
            )
            return {
                row.number: Delivered(row.number, RecordId(row.person, row.type, row.key), row.digest) for row in rows
            }

    async def apply(self, agency: str, applied: Sequence[Applied], at: datetime, seen: Sequence[Sighting] = ()) -> None:
        """Note these receipts; one that is older than what the record has already stays without effect.

        What was parked of these records up to the delivery applied is settled, and alerts on it are closed. Who holds
        something else than was delivered is noted, and waited for as before.
        seen: who has seen what.

        Raises `Unavailable`, `Halt`.
        """
        noted = (
            update(held)
            .where(
                held.c.agency == agency,
                held.c.person == bindparam("of"),
                held.c.type == bindparam("what"),
                held.c.key == bindparam("named"),
                or_(held.c.applied_number.is_(None), held.c.applied_number <= bindparam("settled")),
            )
            .values(applied_number=bindparam("settled"), applied_digest=bindparam("computed"), applied_at=micros(at))
        )
        settled = noted.values(due_after(bindparam("settled", type_=BigInteger)))
        in_order = sorted(applied, key=lambda each: (each.record, each.number))
        async with writing(self._engine) as connection:
            await execute_many(connection, settled, [_row(each) for each in in_order if each.agrees])
            await execute_many(connection, noted, [_row(each) for each in in_order if not each.agrees])
            if seen:
                await note_seen(connection, agency, seen, at)
            await settle_parked(connection, agency, [each.record for each in applied])
            await close_applied(connection, agency, [each.record for each in applied], at)
            await _note_highest(connection, agency, max((each.number for each in applied), default=0), at)


def _row(applied: Applied) -> dict[str, str | int]:
    of, what, named = applied.record
    return {"of": of, "what": what, "named": named, "settled": applied.number, "computed": applied.digest}


async def _note_highest(connection: AsyncConnection, agency: str, number: int, at: datetime) -> None:
    """How far the agency has got, so that nobody needs to look through all it holds."""
    highest = inserting(connection.dialect.name, acknowledged).values(agency=agency, number=number, at=micros(at))
    later = highest.excluded.number > acknowledged.c.number
    changed = {"number": highest.excluded.number, "at": highest.excluded.at}
    await connection.execute(highest.on_conflict_do_update(index_elements=["agency"], set_=changed, where=later))
