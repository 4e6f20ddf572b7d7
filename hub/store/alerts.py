"""Alerts: what an agency should have done by now and has not, kept until somebody has seen to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.ids import uuid7
from hub.domain.submission import micros
from hub.ports import AuditRow, HeldId, RecordId
from hub.store.bulk import execute_many, insert_or_ignore, insert_rows
from hub.store.columns import among, any_of, as_set
from hub.store.engine import reading, writing
from hub.store.notices import NoticeRow, notice_values
from hub.store.rows import audit_values
from hub.store.tables import alert, audit, held, notice, risk_review, sighting
from hub.store.times import from_micros

_MILLI = 1_000


class Why(StrEnum):
    """What an alert is about."""

    NOT_APPLIED = "not-applied"
    """No receipt has come in time, neither for this delivery nor for a later one of its record."""
    NOT_SEEN = "not-seen"
    """No receipt names in time who has seen it."""
    NOT_REVIEWED = "not-reviewed"
    """Nobody has said anew in time how high a risk is that the agency was asked to look at."""


class AlertState(StrEnum):
    """OPEN: nobody has seen to it. ACKNOWLEDGED: somebody has. CLOSED: what was missing has come, or is not needed."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. number: the agency's last delivery of the record when it was raised, 0 where it is about none.

    reason: what whoever acknowledged it says. closed_by: `receipt`, or `withdrawal` of what was never acknowledged, or
    `review`: somebody has looked at the risk. review: id of the risk review it is about, else "". All times UTC.
    """

    id: str
    agency: str
    record: RecordId
    number: int
    why: Why
    due: datetime
    raised: datetime
    acknowledged: datetime | None = None
    acknowledged_by: str | None = None
    reason: str | None = None
    closed: datetime | None = None
    closed_by: str | None = None
    review: str = ""

    @property
    def state(self) -> AlertState:
        """Closed goes before acknowledged."""
        if self.closed is not None:
            return AlertState.CLOSED
        return AlertState.OPEN if self.acknowledged is None else AlertState.ACKNOWLEDGED


Tell: TypeAlias = Callable[[Sequence[AlertRow]], Sequence[NoticeRow]]
"""Makes of alerts the notices that tell of them."""


class AlertStore:
    """Alerts in the database. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def overdue(self, now: datetime, limit: int, tell: Tell) -> list[AlertRow]:
        """Raise what is overdue, the longest overdue first, with what is to be told of it, in one transaction.

        What another transaction is just changing is left to the next look. tell: makes the notices of what is raised.
        """
        async with writing(self._engine) as connection:
            raised = []
            for why in _WHERE:
                rows = (await connection.execute(_OVERDUE[why], {"now": micros(now), "limit": limit})).all()
                raised += [_raised(row, why, now) for row in rows]
                await execute_many(connection, _NOTED[why], [_place(row) for row in sorted(rows, key=tuple)])
            raised += await _reviews_overdue(connection, now, limit)
            await insert_or_ignore(connection, alert, [_values(each) for each in raised])
            await insert_rows(connection, notice, [notice_values(each) for each in tell(raised)])
        return raised

    async def listed(
        self, agency: str | None, state: AlertState | None, after: str | None, limit: int
    ) -> list[AlertRow]:
        """Alerts, the first raised first, beyond one. agency, state: None for all."""
        query = select(alert).order_by(alert.c.id).limit(limit)
        if agency is not None:
            query = query.where(alert.c.agency == agency)
        if after is not None:
            query = query.where(alert.c.id > after)
        async with reading(self._engine) as connection:
            return [alert_row(row) for row in await connection.execute(_in_state(query, state))]

    async def read(self, id_: str) -> AlertRow | None:
        """One alert."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(alert).where(alert.c.id == id_))).first()
            return alert_row(row) if row else None

    async def acknowledge(self, id_: str, by: str, reason: str, entry: AuditRow) -> bool:
        """Note who has seen to an open alert, with the audit entry; False when it is not open."""
        seen = {"acknowledged": micros(entry.at), "acknowledged_by": by, "reason": reason}
        async with writing(self._engine) as connection:
            changed = await connection.execute(update(alert).where(alert.c.id == id_, _IS_OPEN).values(seen))
            if changed.rowcount != 1:
                return False
            await connection.execute(insert(audit).values(audit_values(entry)))
            return True


async def _reviews_overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[AlertRow]:
    rows = (await connection.execute(_REVIEWS_OVERDUE, {"now": micros(now), "limit": limit})).all()
    await execute_many(connection, _REVIEW_NOTED, [{"of": id_} for id_ in sorted(row.id for row in rows)])
    return [replace(_raised(row, Why.NOT_REVIEWED, now), review=row.id) for row in rows]


async def close_applied(connection: AsyncConnection, agency: str, records: Sequence[RecordId], at: datetime) -> None:
    """Close the alerts on these records whose delivery, or a later one, has been applied, or seen; with the receipt.

    Not on what an agency says to have applied, and holds otherwise than it was delivered last.
    """
    holds = or_(held.c.applied_number < held.c.number, held.c.applied_digest == held.c.digest)
    applied = and_(
        alert.c.why == Why.NOT_APPLIED,
        select(held.c.number).where(*_same(held), held.c.applied_number >= alert.c.number, holds).exists(),
    )
    seen = and_(
        alert.c.why == Why.NOT_SEEN,
        select(sighting.c.number).where(*_same(sighting), sighting.c.seen_number >= alert.c.number).exists(),
    )
    persons = {record.person for record in records}
    mine = (alert.c.agency == agency, among(alert.c.person, persons), alert.c.closed.is_(None), or_(applied, seen))
    await connection.execute(update(alert).where(*mine).values(closed=micros(at), closed_by="receipt"))


async def close_withdrawn(connection: AsyncConnection, gone: Sequence[HeldId], at: datetime) -> None:
    """Close the alerts on what agencies are told is gone, and never acknowledged, or is no risk any more.

    With the delivery that says so.
    """
    agencies, persons = as_set(each.agency for each in gone), as_set(each.record.person for each in gone)
    await connection.execute(_CLOSE_MOOT, {"agencies": agencies, "persons": persons, "at": micros(at)})


_WHERE: Mapping[Why, Table] = {Why.NOT_APPLIED: held, Why.NOT_SEEN: sighting}
"""Where stands by when it is due."""
_IS_OPEN = text("closed IS NULL AND acknowledged IS NULL")


def _same(table: Table) -> list[ColumnElement[bool]]:
    return [table.c[name] == alert.c[name] for name in ("agency", "person", "type", "key")]


_NEVER_HELD = select(held.c.number).where(*_same(held), held.c.withdrawn, held.c.applied_number.is_(None)).exists()
_TO_BE_SEEN = select(sighting.c.number).where(*_same(sighting)).exists()
_MOOT = or_(and_(alert.c.why == Why.NOT_APPLIED, _NEVER_HELD), and_(alert.c.why == Why.NOT_SEEN, ~_TO_BE_SEEN))
_CLOSE_MOOT = (
    update(alert)
    .where(any_of(alert.c.agency, "agencies"), any_of(alert.c.person, "persons"), alert.c.closed.is_(None), _MOOT)
    .values(closed=bindparam("at"), closed_by="withdrawal")
)


def _overdue(table: Table) -> Select[Any]:
    return (
        select(table.c.agency, table.c.person, table.c.type, table.c.key, table.c.number, table.c.due)
        .where(table.c.due <= bindparam("now"))
        .order_by(table.c.due)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


def _noted(table: Table) -> Update:
    """That it has been raised: nothing is waited for until there is a newer delivery."""
    place = [table.c[name] == bindparam(f"of_{name}") for name in ("agency", "person", "type", "key")]
    return update(table).where(*place).values(due=None, awaited=bindparam("last"))


_REVIEWS_OVERDUE = (
    select(risk_review, literal(0).label("number"))
    .where(risk_review.c.due <= bindparam("now"))
    .order_by(risk_review.c.due)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_REVIEW_NOTED = update(risk_review).where(risk_review.c.id == bindparam("of")).values(due=None)
_OVERDUE = {why: _overdue(table) for why, table in _WHERE.items()}
_NOTED = {why: _noted(table) for why, table in _WHERE.items()}


def _place(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    place = {"of_agency": row.agency, "of_person": row.person, "of_type": row.type, "of_key": row.key}
    return {**place, "last": row.number}


def _in_state(query: Select[Any], state: AlertState | None) -> Select[Any]:
    match state:
        case None:
            return query
        case AlertState.OPEN:
            return query.where(_IS_OPEN)
        case AlertState.ACKNOWLEDGED:
            return query.where(alert.c.closed.is_(None), alert.c.acknowledged.is_not(None))
        case AlertState.CLOSED:
            return query.where(alert.c.closed.is_not(None))


def _raised(row: Row[*tuple[Any, ...]], why: Why, now: datetime) -> AlertRow:
    record = RecordId(row.person, row.type, row.key)
    id_ = uuid7(micros(now) // _MILLI)
    return AlertRow(id_, row.agency, record, row.number, why, from_micros(row.due), now)


def alert_row(row: Row[Any]) -> AlertRow:
    """An alert as its table keeps it."""
    return AlertRow(
        row.id,
        row.agency,
        RecordId(row.person, row.type, row.key),
        row.number,
        Why(row.why),
        from_micros(row.due),
        from_micros(row.raised),
        None if row.acknowledged is None else from_micros(row.acknowledged),
        row.acknowledged_by,
        row.reason,
        None if row.closed is None else from_micros(row.closed),
        row.closed_by,
        row.review,
    )


def _values(row: AlertRow) -> dict[str, Any]:
    named = {"id": row.id, "agency": row.agency, **row.record._asdict(), "number": row.number, "why": row.why}
    return {**named, "review": row.review, "due": micros(row.due), "raised": micros(row.raised)}
