"""`hub load` killed in the middle: the same command goes on, nothing is lost, doubled or put aside twice."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import orjson
import psutil
import pytest
from sqlalchemy import Select, func, select

from deploy.servers.hub import Installation
from deploy.servers.process import clean_environment
from hub.store.engine import open_engine, reading
from hub.store.tables import assertion, job
from tests.bench.extract import lines

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

LINES = 5_000
BAD_EVERY = 97


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "prison.ndjson"
    with path.open("wb") as file:
        for number, line in enumerate(lines(LINES), 1):
            file.write(line if number % BAD_EVERY else line.replace(b'"data":', b'"date":'))
    return path


def test_a_load_killed_again_and_again_takes_and_rejects_each_line_once(postgres_url: str, extract: Path) -> None:
    installation = Installation(postgres_url)
    installation.add_agencies({})
    rng, kills = random.Random(1), 0  # noqa: S311 - when to kill
    command = [sys.executable, "-m", "hub", "load", "--agency", "prison", "--workers", "2", str(extract)]
    environment = clean_environment() | installation.environment()

    while True:
        before = lines_settled(postgres_url)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and lines_settled(postgres_url) <= before:
            time.sleep(0.02)
        time.sleep(rng.random() * 0.2)
        if process.poll() is not None:
            break
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        kills += 1
        assert psutil.wait_procs(workers, timeout=10)[1] == [], "a worker outlived the load"

    assert process.returncode == 1
    assert kills >= 2
    rejected = extract.with_name("prison.ndjson.rejected.ndjson").read_bytes()
    numbers = [orjson.loads(line)["line"] for line in rejected.splitlines()]
    assert numbers == list(range(BAD_EVERY, LINES + 1, BAD_EVERY))
    assert rejected.endswith(b"\n")
    assert count(postgres_url, select(func.count()).select_from(assertion)) == LINES - len(numbers)
    settled = count(postgres_url, select(job.c.done + job.c.failed))
    assert settled == LINES


def lines_settled(url: str) -> int:
    return count(url, select(job.c.done + job.c.failed))


def count(url: str, statement: Select[int]) -> int:
    async def ask() -> int:
        engine = open_engine(url)
        try:
            async with reading(engine) as connection:
                return int(await connection.scalar(statement) or 0)
        finally:
            await engine.dispose()

    return asyncio.run(ask())
