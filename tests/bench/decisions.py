"""What it costs `share` to look for everybody of whom something was decided, with no decision in the store and many.

A batch about people of whom nothing was decided must not pay for what was decided of others. Over PostgreSQL.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.servers.postgres import Postgres
from hub.store.bulk import insert_rows
from hub.store.engine import create_schema, open_engine, writing
from hub.store.sharing import SqlStore
from hub.store.tables import claim, local_id, person, verdict
from tests.bench.table import Measure

BATCH = 500
"""Local ids in a batch, each with a strong number in common with another local id of its person."""
BUDGET = 1.3
"""As for growth: a look with many decisions in the store, of one with none."""
_LOOKS = 30
_AT_ONCE = 20_000
_DECIDED = 0.1
"""Decisions, of local ids."""
_MICROS = 1_772_366_400_000_000


def measures(local_ids: int) -> list[Measure]:
    """A batch's look for persons among so many local ids: with many decisions, of one with none."""
    with Postgres() as postgres:
        none, fresh, analysed, own = asyncio.run(_measured(postgres.url, local_ids))
    many = max(fresh, analysed)
    return [
        Measure(
            f"decisions: a look with {_decisions(local_ids):,} in the store, of one with none",
            many / none,
            f"at most {BUDGET}",
            met=many / none <= BUDGET,
            detail=(
                f"{none * 1e3:.1f} ms with none, {fresh * 1e3:.1f} and {analysed * 1e3:.1f} ms with many, before and "
                f"after ANALYZE, for {BATCH} of {local_ids:,} local ids; {own * 1e3:.1f} ms where each was decided of"
            ),
        )
    ]


async def _measured(url: str, local_ids: int) -> tuple[float, float, float, float]:
    """Seconds of a look: with no decision; with many, before ANALYZE and after; and of those who were decided of."""
    engine = open_engine(url)
    await create_schema(engine)
    await _fill(engine, local_ids)
    undecided = list(range(1, 2 * BATCH, 2))
    none = await _looks(engine, undecided)
    await _decide(engine, local_ids)
    fresh = await _looks(engine, undecided)
    async with writing(engine) as connection:
        await connection.execute(text("ANALYZE"))
    analysed = await _looks(engine, undecided)
    own = await _looks(engine, [local_ids - each for each in range(1, 2 * BATCH, 2)])
    await engine.dispose()
    return none, fresh, analysed, own


async def _looks(engine: AsyncEngine, numbers: Sequence[int]) -> float:
    """Seconds of one look, as it mostly is."""
    store, seconds = SqlStore(engine), []
    own = {_key(number): [_digest(number)] for number in numbers}
    for _ in range(_LOOKS):
        async with store.sharing() as tx:
            begun = time.perf_counter()
            people = await tx.people(own, ())
            seconds.append(time.perf_counter() - begun)
        assert own.keys() <= people.locals.keys()
    return statistics.median(seconds)


async def _fill(engine: AsyncEngine, local_ids: int) -> None:
    """Two local ids a person, with a number in common."""
    for start in range(0, local_ids, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, local_ids))
        async with writing(engine) as connection:
            people = [{"id": _person(number), "survivor": None, "since": _MICROS} for number in numbers[::2]]
            await insert_rows(connection, person, people)
            await insert_rows(connection, local_id, [_local(number) for number in numbers])
            said = [{"digest": _digest(number), "local": _key(number), "verified": True} for number in numbers]
            await insert_rows(connection, claim, said)
    async with writing(engine) as connection:
        await connection.execute(text("ANALYZE person, local_id, claim"))


async def _decide(engine: AsyncEngine, local_ids: int) -> None:
    """Pairs of the last local ids are kept apart, each of another person; what is of the first stays undecided."""
    rows = list(_verdicts(local_ids))
    for start in range(0, len(rows), _AT_ONCE):
        async with writing(engine) as connection:
            await insert_rows(connection, verdict, rows[start : start + _AT_ONCE])


def _verdicts(local_ids: int) -> Iterator[dict[str, Any]]:
    for number in range(_decisions(local_ids)):
        one, other = local_ids - 4 * number - 1, local_ids - 4 * number - 3
        told = {"apart": True, "by": "anna", "at": _MICROS, "reason": b"as both files say"}
        yield {"local": _key(one), "other": _key(other), **told}
        yield {"local": _key(other), "other": _key(one), **told}


def _decisions(local_ids: int) -> int:
    return int(local_ids * _DECIDED)


def _key(number: int) -> str:
    return f"local-{number * 7_919 % 1_000_003:07d}-{number:08d}"


def _digest(number: int) -> str:
    return f"number-{number // 2:015d}"


def _person(number: int) -> str:
    return f"0199a1b2-7c3d-7e4f-8a5b-{number // 2:012d}"


def _local(number: int) -> dict[str, Any]:
    agency = ("prison", "probation")[number % 2]
    told = {"sealed": bytes(60), "features": bytes(120), "restricted": False}
    return {"key": _key(number), "agency": agency, "person": _person(number), **told}
