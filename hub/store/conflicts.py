"""Shared records in which agencies differ, with what each of them says, and what was ruled on it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.convergence import State
from hub.domain.rulings import Ruling
from hub.ports import PersonRow, RecordId, RecordRow, StandingRow
from hub.store.columns import among
from hub.store.engine import reading
from hub.store.rows import person_rows, record_row, ruling_of, standing_row
from hub.store.tables import DIFFERING, assertion, local_id, record, ruling, standing
from hub.store.times import from_micros

EXAMINED = 2_000
"""Records looked at for one page of an agency's: a page may then be short, and not the last."""


@dataclass(frozen=True, slots=True)
class RulingKept:
    """A ruling as it is kept. reason, over_reason: sealed for `local`. over_*: where it was taken back. UTC."""

    ruling: Ruling
    local: str
    by: str
    at: datetime
    reason: bytes
    over_by: str | None
    over_at: datetime | None
    over_reason: bytes | None


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """A record, its person, what stands of it, and what was ruled on it, the oldest first."""

    record: RecordRow
    person: PersonRow
    standing: list[StandingRow] = field(default_factory=list)
    rulings: list[RulingKept] = field(default_factory=list)


class Wanted(NamedTuple):
    """Which records are asked for. None: of everybody, of whomever, of every type; state: differing anyhow."""

    persons: Collection[str] | None = None
    agency: str | None = None
    """Of people this agency knows."""
    types: Collection[str] | None = None
    state: State | None = None
    """For `LEVELS`, every record: whether agencies differ on a level stands in no column."""


@dataclass(frozen=True, slots=True)
class Found:
    """Some records, by person, type and key. next: where to look on, None when there is nothing beyond."""

    rows: list[DifferingRow]
    next: RecordId | None


class ConflictStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(self, wanted: Wanted, after: RecordId | None, limit: int) -> Found:
        """Records that are wanted, beyond a place."""
        candidates = _candidates(wanted, after)
        window = candidates.limit(EXAMINED if wanted.agency else limit + 1).subquery()
        found = _of_people_known(window, wanted.agency).limit(limit + 1)
        async with reading(self._engine) as connection:
            rows = [record_row(row) for row in (await connection.execute(found)).mappings()]
            if len(rows) > limit:
                return Found(await _whole(connection, rows[:limit]), rows[limit - 1].id)
            beyond = candidates.offset(EXAMINED - 1).limit(1)
            end = (await connection.execute(beyond)).mappings().first() if wanted.agency else None
            next_ = RecordId(end["person"], end["type"], end["key"]) if end else None
            return Found(await _whole(connection, rows), next_)

    async def one(self, persons: Collection[str], rid: str) -> DifferingRow | None:
        """The record of one of these persons; None where none of them has it."""
        query = select(record).where(among(record.c.person, persons), record.c.rid == rid)
        async with reading(self._engine) as connection:
            rows = [record_row(row) for row in (await connection.execute(query)).mappings()]
            found = await _whole(connection, rows)
        return found[0] if found else None


def _candidates(wanted: Wanted, after: RecordId | None) -> Select[Any]:
    place = (record.c.person, record.c.type, record.c.key)
    query = select(record).where(record.c.content.is_not(None)).order_by(*place)
    if wanted.state is not State.LEVELS:
        query = query.where(text(f"({DIFFERING})"))
    if wanted.state in _MARKED:
        query = query.where(record.c[_MARKED[wanted.state]] != "")
    if wanted.persons is not None:
        query = query.where(among(record.c.person, wanted.persons))
    if wanted.types is not None:
        query = query.where(among(record.c.type, wanted.types))
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return query


_MARKED = {State.OPEN: "contested", State.RULED: "ruled"}


def _of_people_known(window: Any, agency: str | None) -> Select[Any]:  # noqa: ANN401 - a subquery of `record`
    query = select(window).order_by(window.c.person, window.c.type, window.c.key)
    if agency is None:
        return query
    known = select(local_id.c.key).where(local_id.c.person == window.c.person, local_id.c.agency == agency)
    return query.where(known.exists())


async def _whole(connection: AsyncConnection, rows: Sequence[RecordRow]) -> list[DifferingRow]:
    """The records with the standing assertions on them, withdrawn ones left out, and the rulings that name any."""
    if not rows:
        return []
    persons, rids = {row.id.person for row in rows}, {row.rid for row in rows}
    people = await _people(connection, persons)
    said = await _said(connection, persons, rids)
    ruled = await _ruled(connection, {key for each in people.values() for _, key, _ in each.locals}, rids)
    whole = []
    for row in rows:
        person = people[row.id.person]
        rulings = {each.ruling.id: each for _, key, _ in person.locals for each in ruled.get((key, row.rid), ())}
        in_order = sorted(rulings.values(), key=lambda each: (each.at, each.ruling.id))
        whole.append(DifferingRow(row, person, said[row.id.person, row.rid], in_order))
    return whole


async def _people(connection: AsyncConnection, persons: Collection[str]) -> dict[str, PersonRow]:
    locals_ = (await connection.execute(select(local_id).where(among(local_id.c.person, persons)))).mappings().all()
    return person_rows(locals_, dict.fromkeys(persons))


async def _said(
    connection: AsyncConnection, persons: Collection[str], rids: Collection[str]
) -> dict[tuple[str, str], list[StandingRow]]:
    """By person and rid."""
    query = (
        select(standing, assertion.c.body, local_id.c.person)
        .join(local_id, local_id.c.key == standing.c.local)
        .join(assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id))
        .where(among(local_id.c.person, persons), among(standing.c.rid, rids))
        .where(standing.c.withdrawn.is_(False))
    )
    said: dict[tuple[str, str], list[StandingRow]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        said[row["person"], row["rid"]].append(standing_row(row))
    return said


async def _ruled(
    connection: AsyncConnection, locals_: Collection[str], rids: Collection[str]
) -> dict[tuple[str, str], list[RulingKept]]:
    """By local key and rid."""
    query = select(ruling).where(among(ruling.c.local, locals_), among(ruling.c.rid, rids))
    ruled: dict[tuple[str, str], list[RulingKept]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        ruled[row["local"], row["rid"]].append(_ruling_kept(row))
    return ruled


def _ruling_kept(row: RowMapping) -> RulingKept:
    return RulingKept(
        ruling_of(row),
        row["local"],
        row["by"],
        from_micros(row["at"]),
        row["reason"],
        row["over_by"],
        None if row["over_at"] is None else from_micros(row["over_at"]),
        row["over_reason"],
    )
