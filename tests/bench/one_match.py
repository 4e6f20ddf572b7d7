"""Matching one new person against very many in PostgreSQL: keys, search, opening what is sealed, scores."""

import asyncio
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.servers.postgres import Postgres
from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.likelihood.blocking import ladders
from hub.domain.likelihood.score import Scale
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.verdict import REVIEW
from hub.exchange.describing import read_traits, written
from hub.store.engine import create_schema, open_engine, writing
from hub.store.matching import SqlMatchingStore
from hub.trust.naming import ladder_digests
from tests.bench.crowd import crowd, misspelt
from tests.bench.table import Measure
from tests.builders.hub import KEYS, SEAL

_PROBES = 2_000
_BUDGET_MS = 10.0
_AT_ONCE = 5_000
_PROCESSES = 2
_STRANGERS = 1_000_000_000
"""The number of the first who is nobody's."""


class _Probe(NamedTuple):
    """Somebody to be matched. known: the local key of the same person, None for somebody new."""

    traits: Traits
    known: str | None


class _Match(NamedTuple):
    took_ms: float
    compared: int
    left_out: int
    met: bool
    likely: bool


def measures(records: int) -> list[Measure]:
    """How long one match takes among so many people, and how many of those known are found."""
    with Postgres(durable=False) as postgres:
        return [asyncio.run(_measured(postgres, records))]


async def _measured(postgres: Postgres, records: int) -> Measure:
    engine = open_engine(postgres.url)
    await create_schema(engine)
    begun = time.perf_counter()
    known = await _filled(postgres.url, records)
    filled_s = time.perf_counter() - begun
    bytes_each = await _bytes(engine) / records
    probes = _probes(known)
    for probe in probes[: _PROBES // 10]:
        await _match(engine, probe)
    server, own = postgres.processor_s, time.process_time()
    matches = [await _match(engine, probe) for probe in probes]
    cpu_ms = (time.process_time() - own + postgres.processor_s - server) / len(probes) * 1_000
    await engine.dispose()
    return _measure(records, matches, probes, cpu_ms, f"{bytes_each:,.0f} bytes a person, filled in {filled_s:.0f} s")


def _measure(records: int, matches: Sequence[_Match], probes: Sequence[_Probe], cpu_ms: float, filled: str) -> Measure:
    cuts = statistics.quantiles([each.took_ms for each in matches], n=100)
    of_known = [each for each, probe in zip(matches, probes, strict=True) if probe.known]
    met, likely = (
        sum(found) / len(of_known) for found in zip(*((each.met, each.likely) for each in of_known), strict=True)
    )
    compared = statistics.mean(each.compared for each in matches)
    detail = (
        f"p50 {cuts[49]:.1f} ms, {cpu_ms:.1f} ms of processor time; {compared:.0f} compared, "
        f"{statistics.mean(each.left_out for each in matches):.1f} left out; of those known with up to three errors "
        f"{met:.2%} were met, {likely:.2%} likely; {filled}"
    )
    return Measure(
        f"match one person among {records:,}: p99 in ms",
        cuts[98],
        f"below {_BUDGET_MS:.0f}",
        met=cuts[98] < _BUDGET_MS,
        detail=detail,
    )


def _probes(known: Mapping[str, Traits]) -> list[_Probe]:
    """Half are new, half are known, as another agency has them."""
    draw = random.Random(11)  # noqa: S311 -- a sample, no secret
    new = [_Probe(traits, None) for traits in crowd(_STRANGERS, _PROBES // 2)]
    both = [*new, *(_Probe(misspelt(traits, draw), key) for key, traits in known.items())]
    draw.shuffle(both)
    return both


async def _match(engine: AsyncEngine, probe: _Probe) -> _Match:
    begun = time.perf_counter()
    sought = {"probe": [ladder_digests(KEYS, rungs) for rungs in ladders(probe.traits)]}
    candidates = (await SqlMatchingStore(engine).candidates(sought))["probe"]
    likely = set()
    for each in candidates.found:
        other = read_traits(SEAL.open(f"local:{each.local}", each.sealed))
        if _SCALE.score(probe.traits, other).probability >= REVIEW:
            likely.add(each.local)
    took_ms = (time.perf_counter() - begun) * 1_000
    met = any(each.local == probe.known for each in candidates.found)
    return _Match(took_ms, len(candidates.found), candidates.cut + candidates.large, met, probe.known in likely)


_SCALE = Scale(weights_in(SHIPPED_WEIGHTS))


class _Part(NamedTuple):
    """Some people as the tables keep them, and a few of them as they are: local key -> traits."""

    described: list[tuple[int, str, bytes]]
    blocking: list[tuple[bytes, int]]
    known: dict[str, Traits]


async def _filled(url: str, records: int) -> dict[str, Traits]:
    """Describe so many people, a few of whom are returned. Indexes are made when all are there."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for statement in _WITHOUT_INDEXES:
        await connection.execute(statement)
    known: dict[str, Traits] = {}
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        firsts = range(1, records + 1, _AT_ONCE)
        for part in pool.map(_part, firsts, repeat(records)):
            known.update(part.known)
            await connection.copy_records_to_table("described", records=part.described)
            await connection.copy_records_to_table("blocking", records=part.blocking)
    for statement in _WITH_INDEXES:
        await connection.execute(statement)
    await connection.close()
    return known


def _part(first: int, records: int) -> _Part:
    part = _Part([], [], {})
    step = max(1, records // (_PROBES // 2))
    for number, traits in enumerate(crowd(first, min(_AT_ONCE, records + 1 - first)), start=first):
        local = KEYS.keyed("local", "prison", str(number))
        part.described.append((number, local, SEAL.seal(f"local:{local}", written(traits))))
        part.blocking.extend({(ladder_digests(KEYS, rungs)[-1], number) for rungs in ladders(traits)})
        if number % step == 0:
            part.known[local] = traits
    return part


_WITHOUT_INDEXES = ("ALTER TABLE blocking DROP CONSTRAINT pk_blocking", "DROP INDEX ix_blocking_number")
_WITH_INDEXES = (
    "SET maintenance_work_mem = '512MB'",
    "ALTER TABLE blocking ADD CONSTRAINT pk_blocking PRIMARY KEY (key, number)",
    "CREATE INDEX ix_blocking_number ON blocking (number)",
    "VACUUM ANALYZE blocking, described",
)


async def _bytes(engine: AsyncEngine) -> int:
    size = "SELECT pg_total_relation_size('blocking') + pg_total_relation_size('described')"
    async with writing(engine) as connection:
        return int(await connection.scalar(text(size)) or 0)
