"""Benchmarks inside one process, without HTTP or Kafka: where time goes, and what growth costs."""

import asyncio
import cProfile
import pstats
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

from deploy.servers.postgres import Postgres
from hub.domain.submission import Submission
from hub.store.engine import create_schema, open_engine
from tests.bench.bodies import assessment
from tests.bench.table import Measure
from tests.builders.hub import NOW, VERSION, Hub, contract

BATCH = 500
_BUILT_IN = "~"
_NAMED = ("<built-in method orjson", "<built-in method _hashlib", "<method 'compress'", "<method 'is_valid'")
"""Built-in functions that are parts of their own; all others count for whoever calls them."""
_PARTS = (
    ("hub/spec", "checking against the specification"),
    ("hub/domain", "converging, recognising, canonical JSON"),
    ("hub/exchange", "share and relay"),
    ("hub/release", "rendering releases"),
    ("hub/trust", "keyed digests and the seal"),
    ("hub/store", "rows and statements"),
    ("sqlalchemy", "SQLAlchemy"),
    ("asyncpg", "asyncpg"),
    ("orjson", "reading and writing JSON"),
    ("ompress", "compressing"),
    ("is_valid", "checking against the specification"),
    ("_hashlib", "keyed digests and the seal"),
    ("asyncio", "asyncio and waiting"),
    ("select", "asyncio and waiting"),
)


def profile(submissions: int) -> list[tuple[str, float]]:
    """(part, share of the time on the processor), the largest first, over share and relay."""
    with Postgres() as postgres:
        return asyncio.run(_profiled(postgres.url, submissions))


def growth(small: int, large: int, sample: int) -> list[Measure]:
    """What a submission costs with `small` records in the store, and with `large`."""
    with Postgres() as postgres:
        before, after = asyncio.run(_grown(postgres.url, small, large, sample))
    return [
        Measure(
            f"growth: cost per submission at {large:,} records / at {small:,}",
            after / before,
            "at most 1.3",
            met=after / before <= 1.3,
            detail=f"{after * 1e6:.0f} us against {before * 1e6:.0f} us, share and relay",
        )
    ]


async def _profiled(url: str, submissions: int) -> list[tuple[str, float]]:
    async with _hub(url) as hub:
        await _through(hub, range(BATCH))
        profiler = cProfile.Profile(time.process_time)
        profiler.enable()
        await _through(hub, range(BATCH, BATCH + submissions))
        profiler.disable()
    parts: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, callers) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        if file == _BUILT_IN and callers and not name.startswith(_NAMED):
            for (calling, *_), (_, _, spent, _) in callers.items():
                parts[_part(calling)] += spent
        else:
            parts[_part(f"{file}:{name}")] += own
    total = sum(parts.values())
    return [(part, own / total) for part, own in parts.most_common()]


def _part(place: str) -> str:
    return next((name for sign, name in _PARTS if sign in place), "the rest of Python")


async def _grown(url: str, small: int, large: int, sample: int) -> tuple[float, float]:
    async with _hub(url) as hub:
        await _through(hub, range(small))
        before = await _timed(hub, range(small, small + sample))
        await _through(hub, range(small + sample, large))
        return before, await _timed(hub, range(large, large + sample))


async def _timed(hub: Hub, numbers: range) -> float:
    start = time.perf_counter()
    await _through(hub, numbers)
    return (time.perf_counter() - start) / len(numbers)


async def _through(hub: Hub, numbers: range) -> None:
    """Share assessments in batches, and deliver each batch to the agency that said it."""
    for start in numbers[::BATCH]:
        await hub.take(*_submissions(range(start, min(start + BATCH, numbers.stop))))
        await hub.deliver()


def _submissions(numbers: Iterable[int]) -> list[Submission]:
    """One person has ten assessments."""
    return [
        Submission(
            "prison",
            f"bench-{number}",
            "assessment",
            VERSION,
            withdrawn=False,
            local_id=f"bench-{number // 10}",
            time=NOW - timedelta(days=1),
            sequence=number,
            body=assessment(number),
        )
        for number in numbers
    ]


@asynccontextmanager
async def _hub(url: str) -> AsyncIterator[Hub]:
    engine = open_engine(url)
    await create_schema(engine)
    try:
        yield Hub(engine, {"prison": contract("prison")})
    finally:
        await engine.dispose()
