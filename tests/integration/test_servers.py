"""The servers the tests start for themselves: they answer, keep what they were given, and leave nothing behind."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.servers import Kafka, Postgres, ServerFailed

pytestmark = [pytest.mark.servers, pytest.mark.crash]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another account may enter: as root, PostgreSQL runs under one, and tmp_path is closed to it."""
    made = Path(tempfile.mkdtemp(prefix="hub-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def single_kafka() -> Iterator[Kafka]:
    with Kafka() as server:
        yield server


async def test_postgres_keeps_what_it_committed_through_a_kill_and_a_restart(durable_postgres: Postgres) -> None:
    await _execute(durable_postgres.url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    durable_postgres.kill()
    durable_postgres.start()
    await _execute(durable_postgres.url, "INSERT INTO kept VALUES (2)")
    durable_postgres.restart()
    assert await _fetch(durable_postgres.url, "SELECT n FROM kept ORDER BY n") == [1, 2]


async def test_a_killed_postgres_takes_its_busy_workers_along(durable_postgres: Postgres) -> None:
    connection = await asyncpg.connect(_address(durable_postgres.url))
    busy = asyncio.ensure_future(connection.execute("SELECT pg_sleep(60)"))
    worker = psutil.Process(connection.get_server_pid())
    await asyncio.sleep(0.1)
    durable_postgres.kill()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await busy
    durable_postgres.start()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


async def test_postgres_is_durable_unless_told_otherwise(durable_postgres: Postgres) -> None:
    assert await _fetch(durable_postgres.url, "SHOW fsync") == ["on"]
    with Postgres(durable=False) as forgetful:
        assert await _fetch(forgetful.url, "SHOW fsync") == ["off"]


async def test_a_later_postgres_finds_the_data_in_the_folder_of_an_earlier_one(folder: Path) -> None:
    with Postgres(folder) as earlier:
        await _execute(earlier.url, "CREATE TABLE kept AS SELECT 7 AS n")
    with Postgres(folder) as later:
        assert await _fetch(later.url, "SELECT n FROM kept") == [7]


@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_gets_an_empty_database_of_its_own(postgres_url: str, turn: int) -> None:
    assert await _fetch(postgres_url, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == [0]
    await _execute(postgres_url, f"CREATE TABLE mine AS SELECT {turn}")


async def test_postgres_lets_nobody_in_without_the_password(durable_postgres: Postgres) -> None:
    address = _address(durable_postgres.url)
    password = address.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(address.replace(password, "guess"))


async def test_a_postgres_that_cannot_start_says_why(folder: Path) -> None:
    with Postgres(folder):
        pass
    (folder / "data" / "PG_VERSION").write_text("9.6")
    with pytest.raises(ServerFailed, match=r"9\.6"), Postgres(folder):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL under another account")
def test_started_by_root_postgres_says_whom_its_folder_must_let_in(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    with pytest.raises(ServerFailed, match=r"could not be set up in .*closed"), Postgres(tmp_path / "closed" / "data"):
        pass


async def test_kafka_keeps_what_it_acknowledged_through_a_kill_and_a_restart(single_kafka: Kafka) -> None:
    await _create_topic(single_kafka.bootstrap, "kept", copies=1)
    await _send(single_kafka.bootstrap, "kept", b"one")
    single_kafka.kill()
    single_kafka.start()
    await _send(single_kafka.bootstrap, "kept", b"two")
    single_kafka.restart()
    assert await _read(single_kafka.bootstrap, "kept", 2) == [b"one", b"two"]


async def test_a_paused_broker_is_silent_until_it_is_resumed(single_kafka: Kafka) -> None:
    await _create_topic(single_kafka.bootstrap, "late", copies=1)
    single_kafka.pause()
    sending = asyncio.ensure_future(_send(single_kafka.bootstrap, "late", b"late"))
    await asyncio.sleep(0.5)
    assert not sending.done()
    single_kafka.resume()
    await sending
    assert await _read(single_kafka.bootstrap, "late", 1) == [b"late"]


async def test_three_brokers_go_on_when_one_is_killed() -> None:
    with Kafka(brokers=3) as cluster:
        await _create_topic(cluster.bootstrap, "kept", copies=3)
        cluster.kill(2)
        await _send(cluster.bootstrap, "kept", b"without it")
        cluster.start()
        assert await _read(cluster.bootstrap, "kept", 1) == [b"without it"]


async def test_topics_exist_only_if_someone_made_them(single_kafka: Kafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=single_kafka.bootstrap)
    await admin.start()
    try:
        await admin.describe_topics(["never.made"])
        assert "never.made" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_the_kafka_of_all_tests_takes_and_gives(kafka_bootstrap: str) -> None:
    topic = f"test.{uuid.uuid4().hex}"
    await _create_topic(kafka_bootstrap, topic, copies=1)
    await _send(kafka_bootstrap, topic, b"hello")
    assert await _read(kafka_bootstrap, topic, 1) == [b"hello"]


@pytest.fixture
def servers_up(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m deploy.servers up`, once it says how the tests are pointed at its servers."""
    command = [sys.executable, "-m", "deploy.servers", "up"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(folder)}) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"export HUB_TEST_POSTGRES_URL=postgresql+asyncpg://hub:")
        assert process.stdout.readline().startswith(b"export HUB_TEST_KAFKA_BOOTSTRAP=127.0.0.1:")
        yield process
        process.kill()


def test_stopped_servers_leave_neither_process_nor_folder(servers_up: subprocess.Popen[bytes], folder: Path) -> None:
    servers = psutil.Process(servers_up.pid).children(recursive=True)
    assert {"java", "postgres"} <= {server.name() for server in servers}
    servers_up.terminate()
    assert servers_up.wait(30) == 0
    assert _ended(servers)
    assert not list(folder.iterdir())


def test_servers_end_when_whoever_started_them_is_killed(servers_up: subprocess.Popen[bytes]) -> None:
    servers = psutil.Process(servers_up.pid).children(recursive=True)
    assert {"java", "postgres"} <= {server.name() for server in servers}
    servers_up.kill()
    assert _ended(servers)


def _ended(processes: Iterable[psutil.Process]) -> bool:
    """Whether all of them are gone within 10 seconds (a zombie waits only for its parent)."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
            return True
        time.sleep(0.05)
    return False


def _address(url: str) -> str:
    return url.replace("+asyncpg", "")


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(_address(url))
    await connection.execute(statements)
    await connection.close()


async def _fetch(url: str, query: str) -> list[object]:
    connection = await asyncpg.connect(_address(url))
    rows = await connection.fetch(query)
    await connection.close()
    return [row[0] for row in rows]


async def _create_topic(bootstrap: str, name: str, *, copies: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=copies)])
    await admin.close()


async def _send(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    async with producer:
        await producer.send_and_wait(topic, value)


async def _read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    values = [(await consumer.getone()).value for _ in range(count)]
    await consumer.stop()
    return values
