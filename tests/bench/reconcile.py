"""Reconciliation: the inventory of an agency with many records, over PostgreSQL, without HTTP."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.servers.postgres import Postgres
from hub.domain.inventory import Difference, Found, Named, bucket_digest, bucket_of, line
from hub.exchange.inventories import Contents, Digests
from hub.exchange.reconcile import Reconciling
from hub.store.bulk import insert_rows
from hub.store.engine import create_schema, open_engine, writing
from hub.store.reconciling import ReconcileStore
from hub.store.tables import delivery, held, outlet
from tests.bench.table import Measure
from tests.builders.hub import NOW, contract

AGENCY, TYPE = "prison", "offender"
DAMAGED = 100
_AT_ONCE = 20_000
_MICROS = 1_772_366_400_000_000
_SECONDS = 60.0


def measures(records: int) -> list[Measure]:
    """How long the hub takes over the buckets of so many records, and over the records of those that differ."""
    with Postgres() as postgres:
        first, second, brought = asyncio.run(_measured(postgres.url, records))
    return [
        Measure(
            f"reconcile: seconds for the buckets of {records:,} records",
            first,
            f"at most {_SECONDS:.0f}",
            met=first <= _SECONDS,
            detail=f"then {second:.2f} s for {brought:,} records, in which {DAMAGED} differ",
        )
    ]


async def _measured(url: str, records: int) -> tuple[float, float, int]:
    engine = open_engine(url)
    await create_schema(engine)
    copy = [copied async for copied in _filled(engine, records)]
    for index in range(0, records, records // DAMAGED):
        copy[index] = Found(copy[index].record, copy[index].number, "f" * 64)
    buckets: defaultdict[str, list[Found]] = defaultdict(list)
    for each in copy:
        buckets[bucket_of(each.record)].append(each)
    digests = {bucket: _digest(each) for bucket, each in buckets.items()}
    found: dict[Difference, int] = {}
    reconciling = Reconciling(
        ReconcileStore(engine), {AGENCY: contract(AGENCY)}, lambda: NOW, lambda _, kinds: found.update(kinds)
    )
    begun = time.perf_counter()
    row = await reconciling.open(AGENCY, Digests(records, (TYPE,), digests))
    opened = time.perf_counter()
    contents = {each.record: each for bucket in row.differing for each in buckets[bucket]}
    await reconciling.compare(AGENCY, row.id, Contents(frozenset(row.differing), contents))
    ended = time.perf_counter()
    await engine.dispose()
    assert found == {Difference.DIVERGING: DAMAGED}, found
    return opened - begun, ended - opened, len(contents)


async def _filled(engine: AsyncEngine, records: int) -> AsyncIterator[Found]:
    """So many records delivered; what the agency holds."""
    for start in range(1, records + 1, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, records + 1))
        rows = [_row(number) for number in numbers]
        async with writing(engine) as connection:
            await insert_rows(connection, held, [{**_OF_HELD, **row, "awaited": row["number"]} for row in rows])
            await insert_rows(
                connection, delivery, [{name: row[name] for name in row if name != "bucket"} for row in rows]
            )
        for row in rows:
            yield Found(Named(row["person"], TYPE, "-"), row["number"], row["digest"])
    async with writing(engine) as connection:
        last = {"number": records, "published": records, "topic_start": 0, "topic_end": 0, "refill": False}
        await insert_rows(connection, outlet, [{"agency": AGENCY, **last}])
        await connection.execute(text("ANALYZE held"))


_OF_HELD = {"withdrawn": False, "since": _MICROS, "known_as": "k"}


def _row(number: int) -> dict[str, Any]:
    person = f"0199a1b2-7c3d-7e4f-8a5b-{number:012d}"
    return {
        "agency": AGENCY,
        "person": person,
        "type": TYPE,
        "key": "-",
        "number": number,
        "digest": f"{number:064x}",
        "delivered": _MICROS,
        "bucket": bucket_of(Named(person, TYPE, "-")),
    }


def _digest(records: Sequence[Found]) -> str:
    return bucket_digest([line(each.record, each.digest) for each in records])
