"""Shared records on which agencies differ that must not, with what each of them says."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.ports import RecordId, RecordRow, StandingRow
from hub.store.columns import among
from hub.store.engine import reading
from hub.store.rows import record_row, standing_row
from hub.store.tables import assertion, local_id, record, standing

EXAMINED = 2_000
"""Records looked at for one page of an agency's: a page may then be short, and not the last."""

_CONTESTED = text("record.contested <> ''")
"""Word for word what the index on contested records says of itself."""


@dataclass(frozen=True, slots=True)
class ContestedRow:
    """A contested record, and what stands of it."""

    record: RecordRow
    standing: list[StandingRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contested:
    """Some contested records, by person, type and key. next: where to look on, None when there is nothing beyond."""

    rows: list[ContestedRow]
    next: RecordId | None


class ConflictStore:
    """Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(
        self, persons: Collection[str] | None, agency: str | None, after: RecordId | None, limit: int
    ) -> Contested:
        """Contested records of these persons, of people this agency knows, or all (None), beyond a place."""
        candidates = _candidates(persons, after)
        window = candidates.limit(EXAMINED if agency else limit + 1).subquery()
        found = _of_people_known(window, agency).limit(limit + 1)
        async with reading(self._engine) as connection:
            rows = [record_row(row) for row in (await connection.execute(found)).mappings()]
            if len(rows) > limit:
                return Contested(await _with_standing(connection, rows[:limit]), rows[limit - 1].id)
            beyond = candidates.offset(EXAMINED - 1).limit(1)
            end = (await connection.execute(beyond)).mappings().first() if agency else None
            next_ = RecordId(end["person"], end["type"], end["key"]) if end else None
            return Contested(await _with_standing(connection, rows), next_)


def _candidates(persons: Collection[str] | None, after: RecordId | None) -> Select[Any]:
    place = (record.c.person, record.c.type, record.c.key)
    query = select(record).where(_CONTESTED).order_by(*place)
    if persons is not None:
        query = query.where(among(record.c.person, persons))
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return query


def _of_people_known(window: Any, agency: str | None) -> Select[Any]:  # noqa: ANN401 - a subquery of `record`
    query = select(window).order_by(window.c.person, window.c.type, window.c.key)
    if agency is None:
        return query
    known = select(local_id.c.key).where(local_id.c.person == window.c.person, local_id.c.agency == agency)
    return query.where(known.exists())


async def _with_standing(connection: AsyncConnection, rows: Sequence[RecordRow]) -> list[ContestedRow]:
    """The records with the standing assertions on them, withdrawn ones left out."""
    said: dict[tuple[str, str], list[StandingRow]] = defaultdict(list)
    query = (
        select(standing, assertion.c.body, local_id.c.person)
        .join(local_id, local_id.c.key == standing.c.local)
        .join(assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id))
        .where(
            among(local_id.c.person, {row.id.person for row in rows}), among(standing.c.rid, {row.rid for row in rows})
        )
        .where(standing.c.withdrawn.is_(False))
    )
    if rows:
        for each in (await connection.execute(query)).mappings():
            said[each["person"], each["rid"]].append(standing_row(each))
    return [ContestedRow(row, said[row.id.person, row.rid]) for row in rows]
