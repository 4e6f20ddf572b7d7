"""The audit, searched: by person, agency, time, action and actor; each look reads a bounded number of entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.rows import audit_values
from hub.store.tables import audit
from hub.store.times import from_micros

EXAMINED = 10_000
"""Entries looked at for one page, where what is sought has no index: a page may then be short, and not the last."""


class AuditPlace(NamedTuple):
    """A place in the audit, newest first: microseconds of the entry, and its id."""

    micros: int
    id: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What an entry must be to be found; None: anything. since, until: from and before these times."""

    persons: Collection[str] | None = None
    agency: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Entries, the newest first. next: where to look on, None when there is nothing beyond."""

    entries: list[AuditRow]
    next: AuditPlace | None


class AuditStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, entries: Sequence[AuditRow]) -> None:
        """Keep entries."""
        if entries:
            async with writing(self._engine) as connection:
                await connection.execute(insert(audit), [audit_values(entry) for entry in entries])

    async def search(self, sought: Sought, before: AuditPlace | None, limit: int) -> Found:
        """What was sought, beyond a place; at most `EXAMINED` entries are looked at."""
        filters = _filters(sought)
        candidates = _candidates(sought, before)
        window = candidates.limit(EXAMINED if filters else limit + 1).subquery()
        passing = select(window).where(*(window.c[name] == value for name, value in filters.items()))
        newest_first = passing.order_by(window.c.at.desc(), window.c.id.desc()).limit(limit + 1)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(newest_first)).all()
            if len(rows) > limit:
                return Found([_entry(row) for row in rows[:limit]], AuditPlace(rows[limit - 1].at, rows[limit - 1].id))
            beyond = candidates.offset(EXAMINED - 1).limit(1)
            end = (await connection.execute(beyond)).first() if filters else None
            return Found([_entry(row) for row in rows], AuditPlace(end.at, end.id) if end else None)


def _candidates(sought: Sought, before: AuditPlace | None) -> Select[Any]:
    """What an index finds, the newest first."""
    query = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc())
    if sought.persons is not None:
        query = query.where(among(audit.c.person, sought.persons))
    elif sought.agency is not None:
        query = query.where(audit.c.agency == sought.agency)
    if sought.since is not None:
        query = query.where(audit.c.at >= micros(sought.since))
    if sought.until is not None:
        query = query.where(audit.c.at < micros(sought.until))
    if before is not None:
        query = query.where(tuple_(audit.c.at, audit.c.id) < tuple_(*before))
    return query


def _filters(sought: Sought) -> dict[str, str]:
    """What is left to be looked for among them."""
    left = {"action": sought.action, "actor": sought.actor}
    if sought.persons is not None:
        left["agency"] = sought.agency
    return {name: value for name, value in left.items() if value is not None}


def _entry(row: Row[Any]) -> AuditRow:
    values = {name: getattr(row, name) for name in AuditRow.__slots__}
    return AuditRow(**{**values, "at": from_micros(row.at)})
