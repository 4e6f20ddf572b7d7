"""Dead letters as operators look for and read them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow
from hub.store.columns import among
from hub.store.dead_letters import LetterState
from hub.store.engine import reading, writing
from hub.store.handling import first_refusal, handling_row
from hub.store.letter_rows import ORIGINAL, Contents, Dossier, Handling, LetterFilter, LetterLine, Place, Tally, Version
from hub.store.rows import audit_values
from hub.store.tables import audit, dead_letter, handling, mended
from hub.store.times import from_micros

_LINE = [column for column in dead_letter.c if column.name in LetterLine.__slots__]


class LetterStore:
    """Reading dead letters, each time as one snapshot. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def tallied(self, which: LetterFilter) -> list[Tally]:
        """How many there are, by agency, state and reason."""
        by = (dead_letter.c.agency, dead_letter.c.state, dead_letter.c.reason)
        query = _matching(select(*by, func.count()), which).group_by(*by).order_by(*by)
        async with reading(self._engine) as connection:
            return [Tally(row[0], LetterState(row[1]), row[2], row[3]) for row in await connection.execute(query)]

    async def listed(
        self,
        which: LetterFilter,
        limit: int,
        after: Place | None = None,
        *,
        newest_first: bool = False,
        not_of: Collection[str] = (),
    ) -> list[LetterLine]:
        """Letters by their first refusal. after: the last one already seen. not_of: agencies left out."""
        place = tuple_(dead_letter.c.at, dead_letter.c.position)
        query = _matching(select(*_LINE), which)
        if not_of:
            query = query.where(not_(among(dead_letter.c.agency, not_of)))
        if after is not None:
            query = query.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
        order = [column.desc() if newest_first else column for column in (dead_letter.c.at, dead_letter.c.position)]
        async with reading(self._engine) as connection:
            return [_line(row) for row in await connection.execute(query.order_by(*order).limit(limit))]

    async def dossier(self, position: str) -> Dossier | None:
        """One letter, without any contents."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(*_LINE).where(dead_letter.c.position == position))).first()
            if row is None:
                return None
            of_it = select(mended.c.version, mended.c.at, mended.c.by).where(mended.c.position == position)
            versions = [(row.version, row.at, row.by) for row in await connection.execute(of_it.order_by("version"))]
            steps = select(handling).where(handling.c.position == position).order_by(handling.c.number)
            history = [handling_row(row) for row in await connection.execute(steps)]
        original = (ORIGINAL, row.at, row.agency)
        return Dossier(
            _line(row),
            tuple(Version(number, from_micros(at), by) for number, at, by in (original, *versions)),
            tuple(history) or (first_refusal(row),),
        )

    async def newest(self, positions: Sequence[str]) -> list[Contents]:
        """What is to be replayed: the newest version of each letter, by their places."""
        async with reading(self._engine) as connection:
            return await _newest(connection, positions)

    async def contents(self, position: str, version: int) -> Contents | None:
        """One version of a letter."""
        async with reading(self._engine) as connection:
            if version == ORIGINAL:
                columns = (dead_letter.c.agency, dead_letter.c.headers, dead_letter.c.value)
                query = select(*columns).where(dead_letter.c.position == position)
            else:
                columns = (dead_letter.c.agency, mended.c.headers, mended.c.value)
                of_letter = mended.c.position == dead_letter.c.position
                query = (
                    select(*columns)
                    .join(mended, of_letter)
                    .where(mended.c.position == position, mended.c.version == version)
                )
            row = (await connection.execute(query)).first()
            return None if row is None else Contents(position, row.agency, version, row.headers, row.value)

    async def replayed_by(self, job: str, limit: int, after: str = "") -> list[Handling]:
        """What a job has done, by position beyond `after`."""
        query = select(handling).where(handling.c.job == job, handling.c.position > after)
        async with reading(self._engine) as connection:
            rows = await connection.execute(query.order_by(handling.c.position).limit(limit))
            return [handling_row(row) for row in rows]

    async def consulted(self, entry: AuditRow) -> None:
        """Keep the audit of a consultation."""
        async with writing(self._engine) as connection:
            await connection.execute(insert(audit).values(audit_values(entry)))


async def _newest(connection: AsyncConnection, positions: Sequence[str]) -> list[Contents]:
    last = select(mended.c.position, func.max(mended.c.version).label("version")).where(
        among(mended.c.position, positions)
    )
    newest = last.group_by(mended.c.position).subquery()
    versions = select(mended).join(
        newest, and_(mended.c.position == newest.c.position, mended.c.version == newest.c.version)
    )
    changed = {row.position: row for row in await connection.execute(versions)}
    letters = select(dead_letter).where(among(dead_letter.c.position, positions))
    rows = await connection.execute(letters.order_by(dead_letter.c.at, dead_letter.c.position))
    return [_contents(row, changed.get(row.position)) for row in rows]


def _contents(letter: Row[Any], version: Row[Any] | None) -> Contents:
    if version is None:
        return Contents(letter.position, letter.agency, ORIGINAL, letter.headers, letter.value)
    return Contents(letter.position, letter.agency, version.version, version.headers, version.value)


def _matching(query: Select[Any], which: LetterFilter) -> Select[Any]:
    for column, value in (
        (dead_letter.c.agency, which.agency),
        (dead_letter.c.reason, which.reason),
        (dead_letter.c.state, which.state),
    ):
        query = query if value is None else query.where(column == value)
    if which.since is not None:
        query = query.where(dead_letter.c.at >= micros(which.since))
    if which.until is not None:
        query = query.where(dead_letter.c.at < micros(which.until))
    return query


def _line(row: Row[Any]) -> LetterLine:
    values = {name: getattr(row, name) for name in LetterLine.__slots__}
    return LetterLine(**{**values, "at": from_micros(row.at), "state": LetterState(row.state)})
