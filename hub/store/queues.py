"""What waits in the hub, counted: for readiness and metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.submission import micros
from hub.metrics import Conflicts, Convergence, OpenAlerts, OpenRiskReviews, Queues
from hub.store.dead_letters import LetterState
from hub.store.engine import reading
from hub.store.measuring import Measured, measured_since
from hub.store.risk_reviews import OPEN_BY_AGENCY
from hub.store.tables import (
    DIFFERING,
    agency,
    alert,
    crowd,
    dead_letter,
    outlet,
    owed,
    parked,
    record,
    unmatched,
    withheld,
)

_MICROS_PER_S = 1_000_000


async def look_at_queues(engine: AsyncEngine, streams: frozenset[str], now: datetime) -> Queues:
    """The queues now. streams: the agencies that are served by topic. Raises `Unavailable`, `Halt`."""
    async with reading(engine) as connection:
        debts = await connection.scalar(select(func.count()).select_from(owed)) or 0
        oldest = await connection.scalar(select(func.min(owed.c.since)).where(owed.c.later.is_(False)))
        to_match = await connection.scalar(select(func.count()).select_from(unmatched)) or 0
        waits = await connection.scalar(select(func.min(unmatched.c.since)).where(unmatched.c.later.is_(False)))
        outlets = await connection.execute(select(outlet.c.agency, outlet.c.number, outlet.c.published))
        behind = {name: max(0, number - published) for name, number, published in outlets if name in streams}
        paused = (await connection.execute(select(agency.c.name).where(agency.c.paused.is_not(None)))).scalars().all()
        counted = await connection.execute(select(withheld.c.agency, func.count()).group_by(withheld.c.agency))
        kept_back = {str(name): int(count) for name, count in counted}
        counted = await connection.execute(select(parked.c.agency, func.count()).group_by(parked.c.agency))
        not_applied = {str(name): int(count) for name, count in counted}
        crowded = await connection.scalar(select(func.count()).select_from(crowd)) or 0
        alerts = [
            OpenAlerts(row.agency, row.why, int(row.many), _age_s(row.oldest, now))
            for row in await connection.execute(_OPEN_ALERTS)
        ]
        letters = (await connection.execute(_WAITING_LETTERS)).all()
        reviews = [
            OpenRiskReviews(row.agency, row.cause, int(row.many), _age_s(row.oldest, now))
            for row in await connection.execute(OPEN_BY_AGENCY)
        ]
        differing = (await connection.execute(_DIFFERING)).all()
        measured = await measured_since(connection, now.date() - timedelta(days=1))
    lag_s = 0.0 if oldest is None else _age_s(oldest, now)
    return Queues(
        debts=debts,
        lag_s=lag_s,
        unpublished=behind,
        paused=sorted(paused),
        crowded=crowded,
        withheld=kept_back,
        parked=not_applied,
        alerts=alerts,
        convergence=_convergence(measured, now),
        conflicts={row.type: Conflicts(int(row.open), int(row.ruled)) for row in differing},
        risk_reviews=reviews,
        unmatched=to_match,
        unmatched_s=0.0 if waits is None else _age_s(waits, now),
        letters={row.agency: int(row.many) for row in letters},
        letters_s={row.agency: _age_s(row.oldest, now) for row in letters},
    )


_DIFFERING = (
    select(
        record.c.type,
        func.sum(case((record.c.contested != "", 1), else_=0)).label("open"),
        func.sum(case((record.c.ruled != "", 1), else_=0)).label("ruled"),
    )
    .where(text(f"({DIFFERING})"))
    .group_by(record.c.type)
)


def _convergence(measured: Sequence[Measured], now: datetime) -> list[Convergence]:
    """The last measure of each agency."""
    last = {each.agency: each for each in measured}
    return [
        Convergence(
            each.agency,
            each.agreed,
            each.filled / each.properties,
            each.taken / each.properties,
            0.0 if each.agreement.oldest is None else _age_s(micros(each.agreement.oldest), now),
            each.agreement.conflicts,
            each.agreement.reviews,
            each.risks.risks - each.risks.seen,
            each.announcements.late,
            each.announcements.missed,
        )
        for each in last.values()
    ]


_WAITING_LETTERS = (
    select(dead_letter.c.agency, func.count().label("many"), func.min(dead_letter.c.at).label("oldest"))
    .where(dead_letter.c.state == LetterState.WAITING)
    .group_by(dead_letter.c.agency)
)
_OPEN_ALERTS = (
    select(alert.c.agency, alert.c.why, func.count().label("many"), func.min(alert.c.raised).label("oldest"))
    .where(text("closed IS NULL AND acknowledged IS NULL"))
    .group_by(alert.c.agency, alert.c.why)
    .order_by(alert.c.agency, alert.c.why)
)


def _age_s(since: int, now: datetime) -> float:
    return max(0.0, (micros(now) - since) / _MICROS_PER_S)
