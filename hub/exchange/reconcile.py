"""Reconciliation: an agency's inventory is held against what it was delivered, as of the number it had read.

Buckets first, then the records of those that differ. What differs is reported and owed again in one transaction, so
that it comes to the agency once more, or its withdrawal does; the report tells when it has been healed.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.ids import uuid7
from hub.domain.inventory import Difference, Expected, Named, bucket_digest, bucket_of, difference, in_flight, line
from hub.domain.submission import micros
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.inventories import Contents, Digests
from hub.store.reconciling import Comparison, DifferenceRow, InventoryRow, ReconcileStore

KEPT = timedelta(days=7)
"""How long it is known what an agency was delivered before it was delivered anew."""

_MILLI = 1_000
_BEFORE_ALL = Named("", "", "")

Note = Callable[[str, Mapping[Difference, int]], None]
"""Told how many differences of each kind were found at an agency."""


@dataclass(frozen=True, slots=True)
class Compared:
    """inventory: as it stands now. comparison: what the records brought came to, also where that was known."""

    inventory: InventoryRow
    comparison: Comparison


class Reconciling:
    """The use case. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, store: ReconcileStore, contracts: Mapping[str, Contract], now: Clock, note: Note) -> None:
        self._store = store
        self._contracts = contracts
        self._now = now
        self._note = note

    async def open(self, agency: str, digests: Digests) -> InventoryRow:
        """Hold buckets against what was delivered; the inventory with those that differ.

        Raises:
            Rejected: `not-covered-by-contract`; `invalid-body` for a type the hub releases to nobody, or a number it
                was not given yet; `read-on` when what it held by that number is no longer known.
        """
        self._check_types(agency, digests.types)
        now = self._now()
        position = await self._store.position(agency, digests.types, digests.as_of, now - KEPT)
        if digests.as_of > position.number:
            raise _invalid("/1/asOf", "delivered", "no delivery of this number has been given out")
        if position.too_old:
            raise Rejected(Reason.READ_ON, f"read on first: what you held then is known for {KEPT.days} days")
        differing = await self._differing(agency, digests)
        row = InventoryRow(
            uuid7(micros(now) // _MILLI),
            agency,
            now,
            digests.as_of,
            digests.types,
            len(digests.buckets),
            differing,
            differing,
            dict.fromkeys(Difference, 0),
            in_flight=0,
            parked=0,
        )
        await self._store.open(row)
        return row

    async def compare(self, agency: str, id_: str, contents: Contents) -> Compared:
        """Hold the records of differing buckets against what was delivered; what differs is owed again.

        Raises:
            Rejected: `not-found` for another's inventory; `invalid-body` for a bucket that does not differ, or a record
                that is of another bucket or type; `read-on` as `open`.
        """
        row = await self._store.one(id_)
        if row is None or row.agency != agency:
            raise Rejected(Reason.NOT_FOUND, "you have no such inventory")
        _check(row, contents)
        if (await self._store.position(agency, row.types, row.as_of, self._now() - KEPT)).too_old:
            raise Rejected(Reason.READ_ON, f"read on first: what you held then is known for {KEPT.days} days")
        expected = await self._expected(row, contents)
        comparison = await self._judged(row, contents, expected)
        after, reported = await self._store.settle(id_, comparison, self._now())
        self._note(agency, Counter(reported.found.values()))
        return Compared(after, comparison)

    def _check_types(self, agency: str, types: Sequence[str]) -> None:
        if agency not in self._contracts:
            raise Rejected(Reason.NOT_COVERED, "the agency has no contract")
        released = {each for contract in self._contracts.values() for each in contract.receives}
        if not released.issuperset(types):
            raise _invalid("/1/types", "released", "only record types that the hub releases")

    async def _differing(self, agency: str, digests: Digests) -> tuple[str, ...]:
        """The buckets in which something is not as it was delivered, or of which that cannot be told."""
        differing = set(digests.buckets)
        async with aclosing(self._store.expected(agency, digests.types, digests.as_of)) as rows:
            async for bucket, held in _by_bucket(rows):
                if _digest_of(held) == digests.buckets.get(bucket):
                    differing.discard(bucket)
                else:
                    differing.add(bucket)
        return tuple(sorted(differing))

    async def _expected(self, row: InventoryRow, contents: Contents) -> dict[Named, Expected]:
        expected = self._store.expected(row.agency, row.types, row.as_of, contents.buckets)
        async with aclosing(expected) as rows:
            return {each.record: each async for _, each in rows}

    async def _judged(self, row: InventoryRow, contents: Contents, expected: Mapping[Named, Expected]) -> Comparison:
        found: dict[Named, Difference] = {}
        flying: set[Named] = set()
        for record in expected.keys() | contents.records.keys():
            given, holds = expected.get(record), contents.records.get(record)
            kind = difference(given, holds)
            if kind is not None and in_flight(given, holds, row.as_of):
                flying.add(record)
            elif kind is not None:
                found[record] = kind
        again, parked = await self._store.unsettled(row.agency, found)
        told = {record: kind for record, kind in found.items() if record not in again | parked}
        return Comparison(contents.buckets, told, frozenset(flying | again - parked), frozenset(parked))


class Reconciliations:
    """The reports, for operators. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, store: ReconcileStore) -> None:
        self._store = store

    async def listed(self, agency: str | None, after: str | None, limit: int) -> tuple[list[InventoryRow], str | None]:
        """Inventories, the newest first, and the cursor to read on from. Raises `Rejected`: `after` is none."""
        place = place_of(after, str)
        rows = await self._store.listed(agency, str(place[0]) if place else None, limit + 1)
        return rows[:limit], cursor_of([rows[limit - 1].id]) if len(rows) > limit else None

    async def one(
        self, id_: str, after: str | None, limit: int
    ) -> tuple[InventoryRow, list[DifferenceRow], str | None]:
        """An inventory with what differed, by name, and the cursor to read on from.

        Raises:
            Rejected: `not-found`; `after` is no cursor.
        """
        place = place_of(after, str, str, str)
        row = await self._store.one(id_)
        if row is None:
            raise Rejected(Reason.NOT_FOUND, "there is no such reconciliation")
        start = Named(*(str(part) for part in place)) if place else _BEFORE_ALL
        rows = await self._store.differences(row, start, limit + 1)
        return row, rows[:limit], cursor_of(list(rows[limit - 1].record)) if len(rows) > limit else None


async def _by_bucket(rows: AsyncIterator[tuple[str, Expected]]) -> AsyncIterator[tuple[str, list[Expected]]]:
    bucket, held = "", list[Expected]()
    async for name, expected in rows:
        if name != bucket and held:
            yield bucket, held
            held = []
        bucket = name
        held.append(expected)
    if held:
        yield bucket, held


def _digest_of(held: Sequence[Expected]) -> str:
    """The digest of a bucket; "" where it cannot be told, as something of it is in flight."""
    lines = [line(each.record, each.digest) for each in held if each.digest is not None]
    return bucket_digest(lines) if len(lines) == len(held) else ""


def _check(row: InventoryRow, contents: Contents) -> None:
    if not contents.buckets <= set(row.differing):
        raise _invalid("/1/buckets", "differing", "only buckets that this inventory found to differ")
    for record in contents.records:
        if record.type not in row.types:
            raise _invalid("/1/buckets", "types", "only records of the types that the inventory is about")
        if bucket_of(record) not in contents.buckets:
            raise _invalid("/1/buckets", "bucket", "only records of the buckets that are named")


def _invalid(path: str, rule: str, detail: str) -> Rejected:
    return Rejected(Reason.INVALID_BODY, "this is no inventory", (Fault(path, rule, detail),))
