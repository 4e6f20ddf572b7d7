"""The transaction of `share`: looks with locks, writes once, in a bounded number of statements."""

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.joining import Likely, Pair, Verdict, pair_of
from hub.domain.recognition import BY_LIKELIHOOD, MOST_HOLDERS, Claim, Doubt, Doubtful
from hub.domain.submission import Order, micros
from hub.ports import (
    Candidate,
    Decision,
    LocalIdRow,
    Moved,
    OnRecord,
    People,
    RecordRow,
    ShareTransaction,
    StandingRow,
    SubmissionId,
    Taken,
)
from hub.store import blocks
from hub.store.blocks import LARGE_BLOCK
from hub.store.bulk import Writes, delete_rows, execute_many, insert_or_ignore
from hub.store.columns import any_of, as_set
from hub.store.engine import writing
from hub.store.rows import (
    assertion_values,
    audit_values,
    likely_values,
    local_row,
    local_values,
    record_row,
    record_values,
    ruling_of,
    ruling_over_values,
    ruling_values,
    settled_values,
    standing_row,
    standing_values,
    verdict_values,
)
from hub.store.tables import (
    assertion,
    audit,
    claim,
    crowd,
    described,
    likeness,
    local_id,
    outlet,
    owed,
    person,
    record,
    review,
    ruling,
    settled,
    standing,
    unmatched,
    verdict,
    watch,
)
from hub.store.times import from_micros

_MOST_LOCKS = 1024
"""A batch that names more digests takes one lock in place of all, so that batches fit PostgreSQL's lock table."""
_ALL_NAMES = 0x5348415245
"""The advisory lock that stands for all of them: shared by batches that lock what they name, one by one."""
NOBODY_SHARES = select(func.pg_advisory_xact_lock(_ALL_NAMES))
"""PostgreSQL: waits for all batches that have asked for people, and lets no other do so until the transaction ends."""


class SqlStore:
    """`hub.ports.Store` over PostgreSQL or SQLite."""

    def __init__(self, engine: AsyncEngine, most_holders: int = MOST_HOLDERS, large_block: int = LARGE_BLOCK) -> None:
        """most_holders: see `hub.ports.People`; another only in tests, for what is crowded is kept in the database.

        large_block: as `hub.store.blocks` has it; another only in tests.
        """
        self._engine = engine
        self._most_holders = most_holders
        self._large_block = large_block

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[ShareTransaction]:
        """One transaction of `share`."""
        async with writing(self._engine) as connection:
            yield _SqlShareTransaction(connection, self._most_holders, self._large_block)


_BY_KEY = select(local_id.c.key).where(any_of(local_id.c.key, "locals"))
_BY_CLAIM = select(claim.c.local).where(any_of(claim.c.digest, "claims"))
_BY_PERSON = select(local_id.c.key).where(any_of(local_id.c.person, "persons"))
_SOUGHT = union(_BY_KEY, _BY_CLAIM).subquery()  # a union, for PostgreSQL uses no index for either half of an OR
_SOUGHT_AND_MEMBERS = union(_BY_KEY, _BY_CLAIM, _BY_PERSON).subquery()
_KNOWN = select(local_id.c.key).join(_SOUGHT, _SOUGHT.c.key == local_id.c.key)
_MEMBERS = (
    select(local_id, claim.c.digest, claim.c.verified, crowd.c.holders)
    .join(_SOUGHT_AND_MEMBERS, _SOUGHT_AND_MEMBERS.c.key == local_id.c.key)
    .join(claim, claim.c.local == local_id.c.key, isouter=True)
    .join(crowd, crowd.c.digest == claim.c.digest, isouter=True)
)
_GIVEN_UP = (
    select(claim.c.digest, func.count().label("most"))
    .where(any_of(claim.c.local, "changing"))
    .group_by(claim.c.digest)
    .subquery()
)
_CROWDED = (
    select(crowd.c.digest, crowd.c.holders, _GIVEN_UP.c.most)
    .join(_GIVEN_UP, _GIVEN_UP.c.digest == crowd.c.digest, isouter=True)
    .where(or_(any_of(crowd.c.digest, "claims"), _GIVEN_UP.c.most.is_not(None)))
)
_MINE, _THEIRS = local_id.alias("mine"), local_id.alias("theirs")
_FOUND = select(local_id.c.person).join(_SOUGHT, _SOUGHT.c.key == local_id.c.key).cte("found", recursive=True)
_BINDING = union_all(
    select(verdict.c.local, verdict.c.other),
    select(likeness.c.local, likeness.c.other).where(likeness.c.link),
).subquery()
_BOUND = _FOUND.union(
    select(_THEIRS.c.person)
    .join(_BINDING, _BINDING.c.other == _THEIRS.c.key)
    .join(_MINE, _MINE.c.key == _BINDING.c.local)
    .join(_FOUND, _FOUND.c.person == _MINE.c.person)
)
_PERSONS = select(_BOUND.c.person)
_VERDICTS = select(verdict.c.local, verdict.c.other, verdict.c.apart).where(any_of(verdict.c.local, "locals"))
_LIKELY = select(likeness).where(any_of(likeness.c.local, "locals"))
_LIKELY_BY = select(likeness).where(any_of(likeness.c.found_by, "keys"))
_SETTLED = select(settled).where(any_of(settled.c.local, "locals"))
_NUMBERS = func.unnest(bindparam("numbers", type_=ARRAY(BigInteger))).column_valued("number")
_IN_ORDER = select(_NUMBERS).order_by(_NUMBERS).offset(0).subquery()
_LOCK = select(func.pg_advisory_xact_lock(_IN_ORDER.c.number))
_LOCK_SHARED = select(func.pg_advisory_xact_lock_shared(_ALL_NAMES))
_LOCK_PERSONS = select(person.c.id).where(any_of(person.c.id, "persons")).order_by(person.c.id).with_for_update()

_TAKEN = select(
    assertion.c.agency, assertion.c.id, assertion.c.digest, assertion.c.type, assertion.c.key, assertion.c.received
).where(any_of(assertion.c.agency, "agencies"), any_of(assertion.c.id, "ids"))
_STANDING = select(standing, assertion.c.body).join(
    assertion, (assertion.c.agency == standing.c.agency) & (assertion.c.id == standing.c.id)
)
_STANDING_IN_SLOTS = _STANDING.where(any_of(standing.c.slot, "slots"))
_STANDING_OF_LOCALS = _STANDING.where(any_of(standing.c.local, "locals"))
_STANDING_ON_RECORDS = _STANDING_OF_LOCALS.where(any_of(standing.c.rid, "rids"))
_HISTORIES = select(assertion.c.slot, assertion.c.micros, assertion.c.sequence, assertion.c.id, assertion.c.body).where(
    any_of(assertion.c.slot, "slots")
)
_RECORDS_OF_PERSONS = select(record).where(any_of(record.c.person, "persons"))
_RECORDS = _RECORDS_OF_PERSONS.where(any_of(record.c.rid, "rids"))
_DESCRIBED = select(described.c.local, described.c.number, described.c.sealed).where(
    any_of(described.c.local, "locals")
)
_RULINGS = select(ruling).where(any_of(ruling.c.local, "locals"), ruling.c.over_at.is_(None)).order_by(ruling.c.id)
_IN_FORCE = select(outlet.c.agency, outlet.c.contract).where(outlet.c.contract.is_not(None))
_GIVE_UP = delete(claim).where(any_of(claim.c.local, "locals"))
_REVIEWS_LOOKED_AT = select(review.c.one, review.c.other, review.c.doubt).where(
    or_(
        and_(any_of(review.c.one, "compared"), any_of(review.c.other, "compared")),
        and_(
            or_(any_of(review.c.one, "reexamined"), any_of(review.c.other, "reexamined")),
            review.c.doubt.not_in(BY_LIKELIHOOD),
        ),
    )
)
_RULING_OVER = (
    ruling.update()
    .where(ruling.c.local == bindparam("named"), ruling.c.id == bindparam("ruling"))
    .values(over_by=bindparam("who"), over_at=bindparam("when"), over_reason=bindparam("why"))
)
_MERGED = (
    person.update()
    .where(or_(person.c.id == bindparam("removed"), person.c.survivor == bindparam("removed")))
    .values(survivor=bindparam("kept"))
)


class _SqlShareTransaction:
    def __init__(self, connection: AsyncConnection, most_holders: int, large_block: int) -> None:
        self._connection = connection
        self._most_holders = most_holders
        self._large_block = large_block
        self._locks = connection.dialect.name == "postgresql"

    async def taken(self, ids: Sequence[SubmissionId]) -> Mapping[SubmissionId, Taken]:
        sought = {"agencies": as_set(each.agency for each in ids), "ids": as_set(each.id for each in ids)}
        return {
            SubmissionId(row.agency, row.id): Taken(row.digest, row.type, row.key, from_micros(row.received))
            for row in await self._connection.execute(_TAKEN, sought)
        }

    async def people(
        self, own: Mapping[str, Iterable[str]], said: Iterable[str], changing: Collection[str] = ()
    ) -> People:
        digests = set(said)
        named = {"claims": as_set(digests.union(own, *own.values())), "changing": as_set(changing)}
        crowds = await self._crowds(named)
        if self._locks:
            known = await self._known(_sought(own, digests, crowds))
            unknown = own.keys() - known
            await self._lock(digests.union(crowds, unknown, *(own[key] for key in unknown)))
            if crowds and await self._crowds(named) != crowds:
                raise Moved
        sought = _sought(own, digests.union(*own.values()), crowds)
        persons = {row.person for row in await self._connection.execute(_PERSONS, sought)}
        if self._locks and persons:
            await self._connection.execute(_LOCK_PERSONS, {"persons": as_set(persons)})
        return await self._members(sought, persons, crowds, changing)

    async def _crowds(self, named: Mapping[str, list[str]]) -> dict[str, "_Crowd"]:
        """The claims named, or that those changing may give up, that are crowded."""
        rows = await self._connection.execute(_CROWDED, named)
        return {
            row.digest: _Crowd(row.holders, stays=row.holders - (row.most or 0) > self._most_holders) for row in rows
        }

    async def _lock(self, names: Collection[str]) -> None:
        """Nobody else looks for these digests until the transaction ends, where the store does not know them yet.

        Nor does a backfill begin.
        """
        if len(names) > _MOST_LOCKS:
            await self._connection.execute(NOBODY_SHARES)
            return
        await self._connection.execute(_LOCK_SHARED)
        if names:
            await self._connection.execute(_LOCK, {"numbers": sorted({_number(name) for name in names})})

    async def _known(self, sought: Mapping[str, list[str]]) -> set[str]:
        return set((await self._connection.execute(_KNOWN, sought)).scalars())

    async def _members(
        self,
        sought: Mapping[str, list[str]],
        persons: set[str],
        crowds: Mapping[str, "_Crowd"],
        changing: Collection[str],
    ) -> People:
        """All local ids of these persons; `Moved` when what was sought has meanwhile come to another person.

        Also when a claim that is given up has become crowded meanwhile. What else they hold cannot: whoever makes it
        so locks them.
        """
        found: dict[str, RowMapping] = {}
        claims: dict[str, set[Claim]] = defaultdict(set)
        crowded = {digest: crowd_.holders for digest, crowd_ in crowds.items() if crowd_.stays}
        looked_for = {*sought["claims"], *crowds}
        everybody = {**sought, "persons": as_set(persons)}
        for row in (await self._connection.execute(_MEMBERS, everybody)).mappings():
            by_others = row["holders"] is not None and row["digest"] not in looked_for
            if row["person"] not in persons or (by_others and row["key"] in changing):
                raise Moved
            found[row["key"]] = row
            if row["digest"] is not None:
                claims[row["key"]].add(Claim(row["digest"], row["verified"]))
            if by_others:
                crowded[row["digest"]] = row["holders"]
        locals_ = {key: local_row(row, claims[key]) for key, row in found.items()}
        verdicts, likely = await self._verdicts(locals_), await self._likely(locals_)
        return People(locals_, verdicts, likely, crowded, self._most_holders)

    async def _verdicts(self, locals_: Collection[str]) -> frozenset[Verdict]:
        """What was decided of these; `Moved` when it was decided meanwhile, of somebody else together with one."""
        if not locals_:
            return frozenset()
        rows = (await self._connection.execute(_VERDICTS, {"locals": as_set(locals_)})).all()
        if any(row.other not in locals_ for row in rows):
            raise Moved
        return frozenset(Verdict(*row) for row in rows if row.local < row.other)

    async def _likely(self, locals_: Mapping[str, LocalIdRow]) -> frozenset[Likely]:
        """What likelihood says of any two of these; `Moved` when it has meanwhile linked one with somebody else."""
        found = await self.likened(locals_)
        if any(each.link and not locals_.keys() >= set(each.pair) for each in found):
            raise Moved
        return frozenset(each for each in found if locals_.keys() >= set(each.pair))

    async def likened(self, locals_: Iterable[str]) -> list[Likely]:
        sought = {"locals": as_set(locals_)}
        rows = await self._connection.execute(_LIKELY, sought) if sought["locals"] else ()
        return [_likely(row) for row in rows]

    async def match_alone(self) -> None:
        await blocks.match_alone(self._connection)

    async def likened_by(self, keys: Collection[bytes]) -> list[Likely]:
        sought = as_set(key.hex() for key in keys)
        rows = await self._connection.execute(_LIKELY_BY, {"keys": sought}) if sought else ()
        return [_likely(row) for row in rows]

    async def large(self, keys: Collection[bytes]) -> set[bytes]:
        sizes = await blocks.sizes(self._connection, keys, self._large_block + 1)
        return {key for key, size in sizes.items() if size > self._large_block}

    async def settled(self, locals_: Iterable[str]) -> Mapping[str, Order]:
        rows = await self._connection.execute(_SETTLED, {"locals": as_set(locals_)})
        return {row.local: Order(row.micros, row.sequence, row.id) for row in rows}

    async def standing(self, locals_: Iterable[str], rids: Iterable[str] | None) -> list[StandingRow]:
        sought = {"locals": as_set(locals_)}
        if not sought["locals"]:
            return []
        if rids is None:
            return await self._standing(_STANDING_OF_LOCALS, sought)
        return await self._standing(_STANDING_ON_RECORDS, sought | {"rids": as_set(rids)})

    async def slots(self, slots: Iterable[str]) -> list[StandingRow]:
        return await self._standing(_STANDING_IN_SLOTS, {"slots": as_set(slots)})

    async def _standing(self, statement: Select[Any], sought: dict[str, list[str]]) -> list[StandingRow]:
        return [standing_row(row) for row in (await self._connection.execute(statement, sought)).mappings()]

    async def histories(self, slots: Iterable[str]) -> Mapping[str, list[tuple[Order, bytes | None]]]:
        histories: dict[str, list[tuple[Order, bytes | None]]] = defaultdict(list)
        for row in await self._connection.execute(_HISTORIES, {"slots": as_set(slots)}):
            histories[row.slot].append((Order(row.micros, row.sequence, row.id), row.body))
        return histories

    async def records(self, persons: Iterable[str], rids: Iterable[str] | None) -> list[RecordRow]:
        sought = {"persons": as_set(persons)}
        if not sought["persons"]:
            return []
        if rids is None:
            rows = await self._connection.execute(_RECORDS_OF_PERSONS, sought)
        else:
            rows = await self._connection.execute(_RECORDS, sought | {"rids": as_set(rids)})
        return [record_row(row) for row in rows.mappings()]

    async def described(self, locals_: Iterable[str]) -> Mapping[str, Candidate]:
        rows = await self._connection.execute(_DESCRIBED, {"locals": as_set(locals_)})
        return {row.local: Candidate(*row) for row in rows}

    async def rulings(self, locals_: Iterable[str]) -> list[OnRecord]:
        sought = as_set(locals_)
        if not sought:
            return []
        rows = (await self._connection.execute(_RULINGS, {"locals": sought})).mappings()
        return list({row["id"]: OnRecord(row["rid"], ruling_of(row)) for row in rows}.values())

    async def in_force(self) -> Mapping[str, str]:
        return {row.agency: row.contract for row in await self._connection.execute(_IN_FORCE)}

    async def write(self, decision: Decision) -> None:
        await self._write_removals(decision)
        if decision.compared:
            await self._write_reviews(decision)
        writes = Writes(self._connection)
        _add_people(writes, decision)
        _add_what_is_said(writes, decision)
        _add_what_is_shared(writes, decision)
        await writes.run()

    async def _write_removals(self, decision: Decision) -> None:
        """What makes room in tables that are written afterwards, and what changes rows that stay."""
        connection = self._connection
        removed = [{"removed": each, "kept": kept} for each, kept in sorted(decision.persons_removed.items())]
        await execute_many(connection, _MERGED, removed)
        if decision.reclaimed:
            await connection.execute(_GIVE_UP, {"locals": as_set(decision.reclaimed)})
        await delete_rows(connection, crowd, [{"digest": each} for each in decision.uncrowded])
        await delete_rows(connection, verdict, [each for pair in decision.taken_back for each in _sides(pair)])
        over = [each for taken_back in decision.rulings_over for each in ruling_over_values(taken_back)]
        await execute_many(connection, _RULING_OVER, over)
        await delete_rows(connection, likeness, [each for pair in decision.unlikely for each in _sides(pair)])
        await delete_rows(connection, record, [gone._asdict() for gone in decision.records_gone])

    async def _write_reviews(self, decision: Decision) -> None:
        """What is asked still stays as old as it is."""
        sought = {"compared": as_set(decision.compared), "reexamined": as_set(decision.reexamined)}
        rows = await self._connection.execute(_REVIEWS_LOOKED_AT, sought)
        open_ = {Doubtful(row.one, row.other, Doubt(row.doubt)) for row in rows}
        closed = [{"one": each.one, "other": each.other} for each in open_ - decision.doubts]
        await delete_rows(self._connection, review, closed)
        asked = [{**doubt._asdict(), "since": micros(decision.at)} for doubt in decision.doubts - open_]
        await insert_or_ignore(self._connection, review, asked)


def _add_people(writes: Writes, decision: Decision) -> None:
    at = micros(decision.at)
    new = [{"id": each, "parted_from": of, "since": at} for each, of in decision.persons_new.items()]
    writes.insert_or_ignore(person, new)
    writes.upsert(local_id, [local_values(row) for row in decision.locals])
    claims = [
        {"digest": each.digest, "local": row.key, "verified": each.verified}
        for row in decision.locals
        if row.key in decision.reclaimed
        for each in row.claims
    ]
    writes.insert_or_ignore(claim, claims)
    crowds = [{"digest": each, "holders": many, "since": at} for each, many in decision.crowded.items()]
    writes.upsert(crowd, crowds, keep=("since",))
    writes.upsert(verdict, [each for row in decision.verdicts for each in verdict_values(row)])
    writes.insert(ruling, [each for row in decision.rulings for each in ruling_values(row)])
    writes.upsert(likeness, [each for found in decision.likely for each in likely_values(found)])
    writes.upsert(settled, [settled_values(row) for row in decision.settled])


def _add_what_is_said(writes: Writes, decision: Decision) -> None:
    writes.insert(assertion, [assertion_values(row) for row in decision.assertions])
    writes.upsert(standing, [standing_values(row) for row in decision.standing])
    writes.insert(audit, [audit_values(row) for row in decision.audit])
    writes.upsert(unmatched, _to_match(decision), keep=_kept(decision))


def _add_what_is_shared(writes: Writes, decision: Decision) -> None:
    at, stamp = micros(decision.at), secrets.token_hex(8)
    writes.upsert(record, [record_values(row) for row in decision.records], keep=("under_review",))
    writes.upsert(watch, [{"person": each, "due": at} for each in decision.watched])
    debts = [
        {"agency": each.agency, **each.record._asdict(), "stamp": stamp, "since": at, "later": decision.later}
        for each in decision.owed
    ]
    writes.upsert(owed, debts, keep=_kept(decision))


def _to_match(decision: Decision) -> list[dict[str, Any]]:
    waits = {"stamp": secrets.token_hex(8), "since": micros(decision.at), "later": decision.later}
    return [{"local": each, **waits} for each in decision.unmatched]


def _kept(decision: Decision) -> tuple[str, ...]:
    """Whatever waits already waits no shorter for waiting anew, and goes before what may wait."""
    return ("since", "later") if decision.later else ("since",)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """A crowded claim. stays: whatever those changing give up, it is crowded afterwards, too."""

    holders: int
    stays: bool


def _sought(own: Iterable[str], digests: Iterable[str], crowds: Mapping[str, _Crowd]) -> dict[str, list[str]]:
    """A local id may be looked for by its key, and by claims of it: a claim may be a local key, see `Claim`."""
    stays = {digest for digest, crowd_ in crowds.items() if crowd_.stays}
    claims = {*own, *digests, *crowds} - stays
    return {"locals": as_set(claims.union(own)), "claims": as_set(claims)}


def _likely(row: Row[Any]) -> Likely:
    return Likely(*pair_of(row.local, row.other), row.weight, row.link, bytes.fromhex(row.found_by))


def _sides(pair: Pair) -> list[dict[str, str]]:
    return [{"local": one, "other": other} for one, other in {pair, pair[::-1]}]


def _number(name: str) -> int:
    """Which of the advisory locks stands for a keyed digest: its first 48 bits, as the letters they are written in."""
    return int.from_bytes(name[:8].encode())
