"""Matching by likelihood: who is to be matched, what is compared of everybody, and who may be whom."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import Candidate, Candidates, Description, Ladder, Turn, Unmatched
from hub.store.bulk import delete_rows, insert_or_ignore
from hub.store.columns import any_of, as_set
from hub.store.engine import alone, reading, writing
from hub.store.tables import assertion, blocking, described, local_id, standing, unmatched

LARGE_BLOCK = 20
"""A key that more than these have in common tells little; the next longer one counts in its place."""
MOST_CANDIDATES = 60
"""Whom one local id is compared with."""
TURN = timedelta(seconds=20)
"""How long a worker has its local ids to itself, and those of one that was killed wait.

A turn takes less than a second. One that takes longer does no harm: what two workers find of the same is the same.
"""

_TAKEN = (
    select(unmatched.c.local)
    .where(or_(unmatched.c.until.is_(None), unmatched.c.until < bindparam("now")))
    .order_by(unmatched.c.later, unmatched.c.since)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("taken")
)
_TAKE = (
    update(unmatched)
    .where(unmatched.c.local.in_(select(_TAKEN.c.local)))
    .values(taker=bindparam("by"), until=bindparam("end"))
    .returning(unmatched.c.local, unmatched.c.stamp)
)
_SAID = (
    select(standing.c.local, assertion.c.body)
    .join(assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id))
    .where(any_of(standing.c.local, "locals"), standing.c.type == "offender")
)
_DESCRIBED = select(described).where(any_of(described.c.local, "locals"))
_WHOSE = select(local_id.c.key, local_id.c.agency, local_id.c.sealed).where(any_of(local_id.c.key, "locals"))
_OF_TURN = and_(unmatched.c.taker == bindparam("by"), any_of(unmatched.c.local, "locals"))
_STILL_TAKEN = select(unmatched.c.local).where(_OF_TURN).order_by(unmatched.c.local).with_for_update()
_FORGET = delete(described).where(any_of(described.c.local, "locals")).returning(described.c.number)
_DESCRIBE = insert(described).returning(described.c.local, described.c.number)
_LET_GO = update(unmatched).where(_OF_TURN).values(taker=None, until=None)

# Looks no further into a block than it takes to know that it is large: that costs the same however many there are. The
# next longer key is looked for only then; a key has three forms at most, and what is NULL finds nobody.
_BLOCKS = text(
    """
    SELECT sought.place, CASE
        WHEN cardinality(short.numbers) < :most THEN short.numbers
        WHEN sought.longer IS NOT NULL AND cardinality(longer.numbers) < :most THEN longer.numbers
        WHEN sought.longest IS NOT NULL AND cardinality(longest.numbers) < :most THEN longest.numbers
    END AS numbers
    FROM unnest(CAST(:shorts AS bytea[]), CAST(:longers AS bytea[]), CAST(:longests AS bytea[]))
        WITH ORDINALITY AS sought(short, longer, longest, place)
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE key BETWEEN sought.short AND sought.short || CAST(:end AS bytea) LIMIT :most
    ) AS numbers) AS short
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE cardinality(short.numbers) >= :most
        AND key BETWEEN sought.longer AND sought.longer || CAST(:end AS bytea) LIMIT :most
    ) AS numbers) AS longer
    CROSS JOIN LATERAL (SELECT array(
        SELECT number FROM blocking WHERE cardinality(longer.numbers) >= :most
        AND key BETWEEN sought.longest AND sought.longest || CAST(:end AS bytea) LIMIT :most
    ) AS numbers) AS longest
    """
)
_FORMS = 3
_BLOCK = (
    select(blocking.c.number)
    .where(blocking.c.key.between(bindparam("first"), bindparam("last")))
    .limit(bindparam("most"))
)
_END = b"\xff" * 16
"""Behind a key, what comes after all the longer ones that begin with it."""
_EVERYBODY = select(described.c.local, described.c.number, described.c.sealed)
_CANDIDATES = _EVERYBODY.where(any_of(described.c.number, "numbers"))
_NEXT = _EVERYBODY.where(described.c.number > bindparam("after")).order_by(described.c.number).limit(bindparam("most"))


class SqlMatchingStore:
    """`hub.ports.MatchingStore` over PostgreSQL or SQLite. Every method raises `Unavailable` or `Halt`."""

    def __init__(
        self, engine: AsyncEngine, *, large_block: int = LARGE_BLOCK, most_candidates: int = MOST_CANDIDATES
    ) -> None:
        self._engine = engine
        self._large_block = large_block
        self._most_candidates = most_candidates

    async def take(self, limit: int, now: datetime) -> Turn:
        """Take a turn at those that wait longest; a turn that does not end is over after `TURN`."""
        turn = {"by": secrets.token_hex(8), "now": micros(now), "end": micros(now + TURN), "most": limit}
        async with writing(self._engine) as connection:
            taken = {row.local: row.stamp for row in await connection.execute(_TAKE, turn)}
            sought = {"locals": as_set(taken)}
            said = {row.local: row.body for row in await connection.execute(_SAID, sought)} if taken else {}
            known = {row.local: row.sealed for row in await connection.execute(_DESCRIBED, sought)} if taken else {}
            whose = {row.key: row for row in await connection.execute(_WHOSE, sought)} if taken else {}
        rows = [
            Unmatched(key, stamp, said.get(key), known.get(key), whose[key].agency, whose[key].sealed)
            for key, stamp in sorted(taken.items())
        ]
        return Turn(str(turn["by"]), tuple(rows))

    async def describe(self, turn: Turn, descriptions: Mapping[str, Description | None]) -> Mapping[str, int | None]:
        """Replace the descriptions of local ids that are still in this turn."""
        async with writing(self._engine) as connection:
            sought = {"by": turn.by, "locals": as_set(descriptions)}
            taken = set((await connection.execute(_STILL_TAKEN, sought)).scalars())
            gone = (await connection.execute(_FORGET, {"locals": as_set(taken)})).scalars()
            await delete_rows(connection, blocking, [{"number": number} for number in gone])
            kept = {key: each for key, each in descriptions.items() if each is not None and key in taken}
            numbers = await _described(connection, kept)
        return {key: numbers.get(key) for key in taken}

    async def candidates(self, sought: Mapping[str, Collection[Ladder]]) -> Mapping[str, Candidates]:
        """Others that have a key in common with each; those with most in common first."""
        async with alone(self._engine) as connection:  # whoever is described anew in between compares the two itself
            every = sorted({ladder for ladders in sought.values() for ladder in ladders})
            shared = await self._shared(connection, every)
            met = {key: _met(ladders, shared) for key, ladders in sought.items()}
            numbers = as_set(number for counted, _ in met.values() for number in counted)
            rows = await connection.execute(_CANDIDATES, {"numbers": numbers}) if numbers else ()
            known = {row.number: Candidate(*row) for row in rows}
        return {key: self._nearest(key, counted, large, known) for key, (counted, large) in met.items()}

    async def settle(self, turn: Turn) -> None:
        """End a turn; local ids of which something was said meanwhile wait for another."""
        async with writing(self._engine) as connection:
            done = [{"local": row.local, "stamp": row.stamp, "taker": turn.by} for row in turn.rows]
            await delete_rows(connection, unmatched, done)
            await connection.execute(_LET_GO, {"by": turn.by, "locals": as_set(row.local for row in turn.rows)})

    async def all_described(self, after: int, limit: int) -> list[Candidate]:
        """The next descriptions by their numbers."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(_NEXT, {"after": after, "most": limit})
            return [Candidate(*row) for row in rows]

    async def _shared(self, connection: AsyncConnection, ladders: Sequence[Ladder]) -> dict[Ladder, list[int]]:
        """Who has each key, in its shortest form whose block is not large; ladders without such a form are missing."""
        most = self._large_block + 1
        if connection.dialect.name != "postgresql":
            return {each: block async for each, block in _blocks_one_by_one(connection, ladders, most)}
        forms = [[each[form] if form < len(each) else None for each in ladders] for form in range(_FORMS)]
        sought = dict(zip(("shorts", "longers", "longests"), forms, strict=True)) | {"end": _END, "most": most}
        rows = await connection.execute(_BLOCKS, sought)
        return {ladders[row.place - 1]: row.numbers for row in rows if row.numbers is not None}

    def _nearest(self, key: str, counted: Counter[int], large: int, known: Mapping[int, Candidate]) -> Candidates:
        others = [known[number] for number in counted if number in known and known[number].local != key]
        others.sort(key=lambda each: (-counted[each.number], each.local))
        most = self._most_candidates
        return Candidates(tuple(others[:most]), large, max(0, len(others) - most))


async def _described(connection: AsyncConnection, descriptions: Mapping[str, Description]) -> dict[str, int]:
    """Write descriptions and their keys; the number of each."""
    if not descriptions:
        return {}
    rows = [{"local": key, "sealed": each.sealed} for key, each in sorted(descriptions.items())]
    numbers = {row.local: row.number for row in await connection.execute(_DESCRIBE, rows)}
    keys = [
        {"key": ladder[-1], "number": numbers[key]} for key, each in descriptions.items() for ladder in each.ladders
    ]
    await insert_or_ignore(connection, blocking, keys)
    return numbers


def _met(ladders: Collection[Ladder], shared: Mapping[Ladder, list[int]]) -> tuple[Counter[int], int]:
    """How many keys each of the others has in common, and how many keys had large blocks only."""
    counted = Counter(number for ladder in ladders for number in shared.get(ladder, ()))
    return counted, sum(ladder not in shared for ladder in ladders)


async def _blocks_one_by_one(
    connection: AsyncConnection, ladders: Sequence[Ladder], most: int
) -> AsyncIterator[tuple[Ladder, list[int]]]:
    """The same where there are no round trips to save."""
    for ladder in ladders:
        for key in ladder:
            rows = await connection.execute(_BLOCK, {"first": key, "last": key + _END, "most": most})
            block = list(rows.scalars())
            if len(block) < most:
                yield ladder, block
                break
