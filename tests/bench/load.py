"""The load budget: `hub load` of a first filling into PostgreSQL, against a bare COPY of the same lines."""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import asyncpg
import orjson

from deploy.servers.hub import Installation
from deploy.servers.postgres import Postgres
from deploy.servers.process import clean_environment
from tests.bench.extract import lines
from tests.bench.table import Measure

MEMORY = 300_000_000
"""Bytes of a process."""
TARGET = 10_000_000 / 3_600
"""Submissions a second."""
_AT_ONCE = 1_000
_KIBI = 1_024


def measures(records: int) -> list[Measure]:
    """Both, one after the other, on one server. records: lines of the file."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        extract = Path(folder) / "prison.ndjson"
        with extract.open("wb") as file:
            file.writelines(lines(records))
        bare = asyncio.run(_bare(postgres.create_database("bare"), extract, records))
        before = _processor_s() + postgres.processor_s
        loaded, most = _loaded(Installation(postgres.url), extract, records)
        each = (_processor_s() + postgres.processor_s - before) / records
        size = extract.stat().st_size / records
    busy = os.getloadavg()[0]
    return [
        Measure(
            f"load: hub load of {records:,} submissions of {size:.0f} bytes, all told, a second / 10 million an hour",
            loaded / TARGET,
            "at least 1, on 2 processors",
            met=loaded >= TARGET,
            detail=f"{loaded:.0f}/s, {os.cpu_count()} processors, load average {busy:.1f}",
        ),
        Measure(
            "the same, if two processors were its own: by the processor time it took, PostgreSQL's included",
            2 / each / TARGET,
            "at least 1",
            met=2 / each >= TARGET,
            detail=f"{each * 1e6:.0f} us each",
        ),
        Measure(
            "the same: peak resident memory of the largest of its processes / 300 MB",
            most / MEMORY,
            "at most 1, whatever the number of lines",
            met=most <= MEMORY,
            detail=f"{most / 1e6:.0f} MB",
        ),
        Measure(
            "the same / a bare COPY of the same lines into one table, one process",
            loaded / bare,
            "",
            met=None,
            detail=f"{loaded:.0f}/s against {bare:.0f}/s",
        ),
    ]


def _loaded(installation: Installation, extract: Path, records: int) -> tuple[float, int]:
    """Lines a second from the start of the command to its end; bytes that the largest of its processes ever had."""
    installation.add_agencies({})
    command = [sys.executable, "-m", "hub", "load", "--agency", "prison", "--json", str(extract)]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        loading = subprocess.Popen(command, env=clean_environment() | installation.environment(), stdout=printed)
        _, status, used = os.wait4(loading.pid, 0)  # of itself and of the processes it started, each by itself
        seconds = time.perf_counter() - start
        loading.returncode = os.waitstatus_to_exitcode(status)
        if loading.returncode != 0:
            raise RuntimeError(f"hub load ended with {loading.returncode}")
        printed.seek(0)
        (told,) = orjson.loads(printed.read())["files"]
    if told["taken"] != records:
        raise RuntimeError(f"{told['taken']} of {records} submissions were taken")
    return records / seconds, used.ru_maxrss * _KIBI


def _processor_s() -> float:
    """Seconds of processor time of all processes that this one started and that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


async def _bare(url: str, extract: Path, records: int) -> float:
    """Lines as they are, in transactions of a thousand, under a key of their own."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("CREATE TABLE line (number bigint PRIMARY KEY, text bytea NOT NULL)")
    start = time.perf_counter()
    with extract.open("rb") as file:
        numbered = enumerate(file)
        while together := list(islice(numbered, _AT_ONCE)):
            await connection.copy_records_to_table("line", records=together)
    seconds = time.perf_counter() - start
    await connection.close()
    return records / seconds
