"""Blocks: those who have a blocking key in common. None is looked into further than it takes to know it is large.

A key is kept in its longest form, which begins with the shorter ones (`hub.ports.Ladder`), so the block of any form is
a range of the index.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ports import Ladder
from hub.store.columns import any_of, as_set
from hub.store.tables import blocking, described

LARGE_BLOCK = 20
"""A key that more than these have in common tells little; the next longer one counts in its place."""
END = b"\xff" * 16
"""Behind a key, what comes after all the longer ones that begin with it."""

_FORMS = 3
_ALONE = 0x4D41544348
"""The advisory lock of `match_alone`."""
_LOCK = select(func.pg_advisory_xact_lock(_ALONE))

# The next longer form is looked for only where the block of the shorter one is large; a key has three forms at most,
# and what is NULL finds nobody.
# OFFSET 0: or PostgreSQL would put each block in the place of its every mention, and read it as often.
_SHARED = text(
    """
    SELECT sought.place, CASE
        WHEN cardinality(short.numbers) < :most THEN 0
        WHEN sought.longer IS NOT NULL AND cardinality(longer.numbers) < :most THEN 1
        WHEN sought.longest IS NOT NULL AND cardinality(longest.numbers) < :most THEN 2
    END AS form, CASE
        WHEN cardinality(short.numbers) < :most THEN short.numbers
        WHEN cardinality(longer.numbers) < :most THEN longer.numbers
        ELSE longest.numbers
    END AS numbers
    FROM unnest(CAST(:shorts AS bytea[]), CAST(:longers AS bytea[]), CAST(:longests AS bytea[]))
        WITH ORDINALITY AS sought(short, longer, longest, place)
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE key BETWEEN sought.short AND sought.short || CAST(:end AS bytea) LIMIT :most
    ) AS numbers OFFSET 0) AS short
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE cardinality(short.numbers) >= :most
        AND key BETWEEN sought.longer AND sought.longer || CAST(:end AS bytea) LIMIT :most
    ) AS numbers OFFSET 0) AS longer
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE cardinality(longer.numbers) >= :most
        AND key BETWEEN sought.longest AND sought.longest || CAST(:end AS bytea) LIMIT :most
    ) AS numbers OFFSET 0) AS longest
    """
)
_SIZES = text(
    """
    SELECT form, (SELECT count(*) FROM (
        SELECT FROM blocking WHERE key BETWEEN form AND form || CAST(:end AS bytea) LIMIT :most
    ) AS block) AS size
    FROM unnest(CAST(:forms AS bytea[])) AS sought(form)
    """
)
_BLOCKS = """
    WITH sought(place, first, last) AS (VALUES {rows})
    SELECT (SELECT group_concat(number) FROM (
        SELECT number FROM blocking WHERE key BETWEEN sought.first AND sought.last LIMIT {most}
    )) AS numbers FROM sought ORDER BY place
    """
"""Several of them in SQLite; rows: three parameters for each."""
_AT_ONCE = 500
_BLOCK = (
    select(blocking.c.number)
    .where(blocking.c.key.between(bindparam("first"), bindparam("last")))
    .limit(bindparam("most"))
)
_WHOSE = select(described.c.local).where(any_of(described.c.number, "numbers"))


class Met(NamedTuple):
    """Who has a key, by the numbers of their descriptions: of its shortest form whose block is not large.

    large: the forms that were passed over for their blocks are large.
    """

    numbers: Sequence[int]
    large: Ladder


async def match_alone(connection: AsyncConnection) -> None:
    """Until this transaction ends, no other one writes descriptions, or what likelihood says."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        await connection.execute(_LOCK)


async def shared(connection: AsyncConnection, ladders: Sequence[Ladder], large_block: int) -> dict[Ladder, Met]:
    """Who has each of these keys."""
    most = large_block + 1
    if connection.dialect.name != "postgresql":
        return await _climbed(connection, ladders, most)
    forms = [[each[form] if form < len(each) else None for each in ladders] for form in range(_FORMS)]
    sought = dict(zip(("shorts", "longers", "longests"), forms, strict=True)) | {"end": END, "most": most}
    return {
        ladder: Met((), ladder) if row.form is None else Met(row.numbers, ladder[: row.form])
        for row in await connection.execute(_SHARED, sought)
        for ladder in [ladders[row.place - 1]]
    }


async def sizes(connection: AsyncConnection, forms: Collection[bytes], most: int) -> dict[bytes, int]:
    """How large the block of each of these forms is; counted up to so many."""
    if connection.dialect.name != "postgresql":
        found = await _blocks(connection, list(forms), most)
        return {form: len(numbers) for form, numbers in zip(forms, found, strict=True)}
    rows = await connection.execute(_SIZES, {"forms": sorted(forms), "end": END, "most": most}) if forms else ()
    return {row.form: row.size for row in rows}


async def members(connection: AsyncConnection, forms: Collection[bytes], most: int) -> AsyncIterator[str]:
    """The local keys of those in the blocks of these forms, of each block so many at most; some come again."""
    for form in sorted(forms):
        numbers = as_set(await _block(connection, form, most))
        for local in (await connection.execute(_WHOSE, {"numbers": numbers})).scalars():
            yield local


async def _climbed(connection: AsyncConnection, ladders: Sequence[Ladder], most: int) -> dict[Ladder, Met]:
    """The same in SQLite, for one form of all of them after the other."""
    found = {ladder: Met((), ladder) for ladder in ladders}
    left = ladders
    for place in range(_FORMS):
        left = [ladder for ladder in left if place < len(ladder)]
        numbers_of = zip(left, await _blocks(connection, [each[place] for each in left], most), strict=True)
        small = {ladder: Met(numbers, ladder[:place]) for ladder, numbers in numbers_of if len(numbers) < most}
        found |= small
        left = [ladder for ladder in left if ladder not in small]
    return found


async def _blocks(connection: AsyncConnection, forms: Sequence[bytes], most: int) -> list[list[int]]:
    """Of each form who has it, so many at most."""
    found: list[list[int]] = []
    for start in range(0, len(forms), _AT_ONCE):
        some = forms[start : start + _AT_ONCE]
        statement = _BLOCKS.format(rows=", ".join(["(?, ?, ?)"] * len(some)), most=most)
        values = tuple(value for place, form in enumerate(some) for value in (place, form, form + END))
        numbers = (await connection.exec_driver_sql(statement, values)).scalars()
        found += [[int(number) for number in each.split(",")] if each else [] for each in numbers]
    return found


async def _block(connection: AsyncConnection, form: bytes, most: int) -> list[int]:
    rows = await connection.execute(_BLOCK, {"first": form, "last": form + END, "most": most})
    return list(rows.scalars())
