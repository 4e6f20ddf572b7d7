"""`hub.ports.Store` in memory: transactions that see what is committed, and commit all at once or not at all."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from hub.domain.joining import Likely, Verdict
from hub.domain.recognition import MOST_HOLDERS
from hub.domain.submission import Order
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
from hub.store.blocks import LARGE_BLOCK
from tests.simulation.tables import Tables
from tests.simulation.wire import Calm, Wire


class MemoryStore:
    """Implements `Store`. alone: one transaction at a time, as SQLite; else as many as do not meet, as PostgreSQL."""

    def __init__(
        self,
        tables: Tables,
        wire: Wire | None = None,
        *,
        alone: bool = False,
        most_holders: int = MOST_HOLDERS,
        large_block: int = LARGE_BLOCK,
    ) -> None:
        self._most_holders = most_holders
        self._large_block = large_block
        self._tables = tables
        self._wire = wire or Calm()
        self._alone = alone

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[ShareTransaction]:
        """One transaction; its locks are let go of when it ends, however it does."""
        await self._wire.cross("share.begin")
        async with AsyncExitStack() as locks:
            if self._alone:
                await locks.enter_async_context(self._tables.locks["everything"])
            transaction = _Transaction(self._tables, self._wire, locks, self._most_holders, self._large_block)
            yield transaction
            await self._wire.cross("share.commit")
            transaction.commit()
        await self._wire.cross("share.committed")


class _Transaction:
    def __init__(self, tables: Tables, wire: Wire, locks: AsyncExitStack, most_holders: int, large_block: int) -> None:
        self._most_holders = most_holders
        self._large_block = large_block
        self._tables = tables
        self._wire = wire
        self._locks = locks
        self._decisions: list[Decision] = []

    def commit(self) -> None:
        for decision in self._decisions:
            self._tables.write(decision)

    async def taken(self, ids: Sequence[SubmissionId]) -> Mapping[SubmissionId, Taken]:
        found = {each: self._tables.assertions[each] for each in ids if each in self._tables.assertions}
        return {id_: Taken(row.digest, row.record_type, row.key, row.received) for id_, row in found.items()}

    async def people(
        self, own: Mapping[str, Iterable[str]], said: Iterable[str], changing: Collection[str] = ()
    ) -> People:
        named = set(said).union(own, *own.values())
        crowds = self._crowds(named, changing)
        unknown = own.keys() - self._known(own, said)
        await self._lock("name", unknown.union(said, crowds, *(own[key] for key in unknown)))
        stays = {digest for digest, (_, stays) in crowds.items() if stays}
        digests = named.union(crowds) - stays
        persons = self._persons_of(own, digests)
        await self._lock("person", persons)
        if self._crowds(named, changing) != crowds or not self._persons_of(own, digests) <= persons:
            raise Moved
        locals_ = {key: row for key, row in self._tables.locals.items() if row.person in persons}
        claimed = {claim.digest for row in locals_.values() for claim in row.claims}
        crowded = {digest: holders for digest, (holders, _) in self._crowds(claimed | stays, ()).items()}
        left = {digest: holders for digest, holders in crowded.items() if digest not in digests}
        return People(locals_, self._verdicts_on(locals_), self._likely_on(locals_), left, self._most_holders)

    def _crowds(self, named: Collection[str], changing: Collection[str]) -> dict[str, tuple[int, bool]]:
        """How many hold each crowded claim, and whether it stays crowded whatever those changing give up."""
        rows = self._tables.locals
        holders = Counter(claim.digest for row in rows.values() for claim in row.claims)
        given_up = Counter(claim.digest for key in changing if key in rows for claim in rows[key].claims)
        return {
            digest: (many, many - given_up[digest] > self._most_holders)
            for digest, many in holders.items()
            if many > self._most_holders and (digest in named or digest in given_up)
        }

    def _verdicts_on(self, locals_: Collection[str]) -> frozenset[Verdict]:
        """`Moved` when it was decided meanwhile, of somebody else together with one of these; as `hub.store` has it."""
        found = [each for each in self._tables.verdicts.values() if each.one in locals_ or each.other in locals_]
        if any(each.one not in locals_ or each.other not in locals_ for each in found):
            raise Moved
        return frozenset(found)

    def _likely_on(self, locals_: Mapping[str, LocalIdRow]) -> frozenset[Likely]:
        """`Moved` when likelihood has meanwhile linked one of these with somebody else; as `hub.store` has it."""
        found = [each for each in self._tables.likely.values() if not locals_.keys().isdisjoint(each.pair)]
        if any(each.link and not locals_.keys() >= set(each.pair) for each in found):
            raise Moved
        return frozenset(each for each in found if locals_.keys() >= set(each.pair))

    async def in_force(self) -> Mapping[str, str]:
        return {agency: each.contract for agency, each in self._tables.outlets.items() if each.contract is not None}

    async def _lock(self, kind: str, names: Iterable[str]) -> None:
        """In one order everywhere, so that transactions never wait for each other in a ring."""
        for name in sorted(names):
            await self._locks.enter_async_context(self._tables.locks[f"{kind} {name}"])
        await self._wire.cross(f"share.lock-{kind}")

    def _known(self, locals_: Iterable[str], digests: Iterable[str]) -> set[str]:
        """These local ids and those that hold one of these claims."""
        names = {*locals_, *digests}
        return {key for key, row in self._tables.locals.items() if key in names or _claims(row, names)}

    def _persons_of(self, locals_: Iterable[str], digests: Iterable[str]) -> set[str]:
        """Everybody these are, and who is bound to them by decisions or likely links, in however many steps."""
        locals_by_key = self._tables.locals
        persons = {locals_by_key[key].person for key in self._known(locals_, digests)}
        links = [pair for pair, each in self._tables.likely.items() if each.link]
        bound = [{locals_by_key[key].person for key in pair} for pair in (*self._tables.verdicts, *links)]
        while further := [two for two in bound if two & persons and not two <= persons]:
            persons.update(*further)
        return persons

    async def standing(self, locals_: Iterable[str], rids: Iterable[str] | None) -> list[StandingRow]:
        await self._wire.cross("share.read")
        keys, wanted = set(locals_), None if rids is None else set(rids)
        return [
            row for row in self._tables.standing.values() if row.local in keys and (wanted is None or row.rid in wanted)
        ]

    async def slots(self, slots: Iterable[str]) -> list[StandingRow]:
        return [self._tables.standing[slot] for slot in sorted(set(slots)) if slot in self._tables.standing]

    async def histories(self, slots: Iterable[str]) -> Mapping[str, list[tuple[Order, bytes | None]]]:
        taken = self._tables.assertions.values()
        return {slot: [(row.order, row.body) for row in taken if row.slot == slot] for slot in slots}

    async def records(self, persons: Iterable[str], rids: Iterable[str] | None) -> list[RecordRow]:
        of, wanted = set(persons), None if rids is None else set(rids)
        return [
            row
            for row in self._tables.records.values()
            if row.id.person in of and (wanted is None or row.rid in wanted)
        ]

    async def likened(self, locals_: Iterable[str]) -> list[Likely]:
        keys = set(locals_)
        return [each for each in self._tables.likely.values() if not keys.isdisjoint(each.pair)]

    async def match_alone(self) -> None:
        await self._locks.enter_async_context(self._tables.locks["matching"])

    async def likened_by(self, keys: Collection[bytes]) -> list[Likely]:
        return [each for each in self._tables.likely.values() if each.key in keys]

    async def large(self, keys: Collection[bytes]) -> set[bytes]:
        return {key for key in keys if len(self._tables.block(key)) > self._large_block}

    async def settled(self, locals_: Iterable[str]) -> Mapping[str, Order]:
        return {key: self._tables.settled[key].order for key in set(locals_) & self._tables.settled.keys()}

    async def described(self, locals_: Iterable[str]) -> Mapping[str, Candidate]:
        found = {key: self._tables.described[key] for key in locals_ if key in self._tables.described}
        return {key: Candidate(key, number, each.sealed) for key, (number, each) in found.items()}

    async def rulings(self, locals_: Iterable[str]) -> list[OnRecord]:
        sought = set(locals_)
        rows = self._tables.rulings.values()
        return [OnRecord(row.rid, row.ruling) for row in rows if sought & row.ruling.settles.keys()]

    async def write(self, decision: Decision) -> None:
        self._decisions.append(decision)


def _claims(row: LocalIdRow, digests: set[str]) -> bool:
    return any(claim.digest in digests for claim in row.claims)
