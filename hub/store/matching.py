"""Matching by likelihood: who is to be matched, what is compared of everybody, and who may be whom."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import Candidate, Candidates, Description, Ladder, Turn, Unmatched, forms_of
from hub.store import blocks
from hub.store.blocks import LARGE_BLOCK, Met
from hub.store.bulk import delete_rows, insert_or_ignore, upsert
from hub.store.columns import any_of, as_set
from hub.store.engine import alone, reading, writing
from hub.store.tables import assertion, blocking, described, local_id, standing, unmatched

MOST_CANDIDATES = 60
"""Whom one local id is compared with."""
TURN = timedelta(seconds=10)
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
_STILL_TAKEN = select(unmatched.c.local).where(_OF_TURN)
_FORGET = delete(described).where(any_of(described.c.local, "locals")).returning(described.c.number)
_UNBLOCK = delete(blocking).where(any_of(blocking.c.number, "numbers")).returning(blocking.c.key)
_DESCRIBE = insert(described).returning(described.c.local, described.c.number)
_LET_GO = update(unmatched).where(_OF_TURN).values(taker=None, until=None)

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
        return Turn(str(turn["by"]), now, tuple(rows))

    async def describe(self, turn: Turn, descriptions: Mapping[str, Description | None]) -> Mapping[str, int | None]:
        """Replace the descriptions of local ids that are still in this turn."""
        async with writing(self._engine) as connection:
            await blocks.match_alone(connection)
            sought = {"by": turn.by, "locals": as_set(descriptions)}
            taken = set((await connection.execute(_STILL_TAKEN, sought)).scalars())
            gone = (await connection.execute(_FORGET, {"locals": as_set(taken)})).scalars()
            left = (await connection.execute(_UNBLOCK, {"numbers": as_set(gone)})).scalars()
            kept = {key: each for key, each in descriptions.items() if each is not None and key in taken}
            numbers = await _described(connection, kept)
            await self._look_again(connection, turn, _fewer(left, kept.values()), taken)
        return {key: numbers.get(key) for key in taken}

    async def candidates(self, sought: Mapping[str, Collection[Ladder]]) -> Mapping[str, Candidates]:
        """Others that have a key in common with each; those with most in common first."""
        async with alone(self._engine) as connection:  # whoever is described anew in between compares the two itself
            every = sorted({ladder for ladders in sought.values() for ladder in ladders})
            shared = await blocks.shared(connection, every, self._large_block)
            numbers = as_set(number for met in shared.values() for number in met.numbers)
            rows = await connection.execute(_CANDIDATES, {"numbers": numbers}) if numbers else ()
            known = {row.number: Candidate(*row) for row in rows}
        return {
            key: self._nearest(key, {each: shared[each] for each in ladders}, known) for key, ladders in sought.items()
        }

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

    def _nearest(self, key: str, met: Mapping[Ladder, Met], known: Mapping[int, Candidate]) -> Candidates:
        counted = Counter(number for each in met.values() for number in each.numbers)
        others = [known[number] for number in counted if number in known and known[number].local != key]
        others.sort(key=lambda each: (-counted[each.number], each.local))
        most = self._most_candidates
        return Candidates(
            tuple(others[:most]),
            frozenset(form for each in met.values() for form in each.large),
            large=sum(each.large == ladder for ladder, each in met.items()),
            cut=max(0, len(others) - most),
        )

    async def _look_again(
        self, connection: AsyncConnection, turn: Turn, fewer: Mapping[bytes, int], taken: Set[str]
    ) -> None:
        """Have whoever has a key in common by which nobody was sought before compared by it.

        fewer: forms of keys that so many fewer have now. taken: those who are compared anyway.
        """
        most = self._large_block
        now = await blocks.sizes(connection, fewer.keys(), most + 1)
        small = [form for form, size in now.items() if most - fewer[form] < size <= most]
        found = {local async for local in blocks.members(connection, small, most)} - taken
        waits = {"stamp": secrets.token_hex(8), "since": micros(turn.at), "later": False}
        await upsert(connection, unmatched, [{"local": each, **waits} for each in found], keep=("since", "later"))


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


def _fewer(left: Iterable[bytes], kept: Iterable[Description]) -> dict[bytes, int]:
    """The forms of keys that fewer have than before, and how many fewer. left, kept: the keys before and now."""
    many = Counter(form for key in left for form in forms_of(key))
    many.subtract(form for each in kept for key in {ladder[-1] for ladder in each.ladders} for form in forms_of(key))
    return {form: fewer for form, fewer in many.items() if fewer > 0}
