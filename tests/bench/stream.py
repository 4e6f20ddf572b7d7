"""The stream budget: Kafka in, the hub on PostgreSQL, Kafka out, against a bare loop over the same bytes."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.servers.hub import Hub, Installation
from deploy.servers.kafka import Kafka
from deploy.servers.postgres import Postgres
from hub.trust.agencies import Scope
from tests.bench.bodies import encoded
from tests.bench.http_load import drive, percentile, request
from tests.bench.table import Measure
from tests.bench.tokens import token

PEOPLE = 1_000
_SILENCE_S = 30.0
_STEADY_S = 8.0
_CONNECTIONS = 64
_BURST = 2_000
_FIRST_PUT = 10_000_000
"""Beyond every reference of the backlog."""


def measures(messages: int) -> list[Measure]:
    """A backlog through both, one after the other, then single messages at half of what the hub can do."""
    with Postgres() as postgres, Kafka(tuned_for="throughput") as kafka:
        bare = asyncio.run(_bare(kafka.bootstrap, messages))
        installation = Installation(postgres.url, kafka.bootstrap)
        credentials = installation.add_agencies({"prison": [Scope.SUBMIT, Scope.READ]})["prison"]
        with Hub(installation) as hub:
            access = token(hub, credentials)
        asyncio.run(_fill(kafka.bootstrap, "hub.in.prison", messages, 0))
        with Hub(installation) as hub:
            through = asyncio.run(_drained(kafka.bootstrap, "hub.out.prison", messages))
            begun_mb = hub.resident_mb
            puts = _Puts(hub.port, access)
            most = asyncio.run(drive(hub.port, puts.next(_BURST), _CONNECTIONS)).rate
            late = asyncio.run(_readable_after(puts, kafka.bootstrap, most / 2))
            ended_mb = hub.resident_mb
    p50, p99 = percentile(late, 0.5) * 1e3, percentile(late, 0.99) * 1e3
    return [
        Measure(
            "stream: Kafka in -> hub on PostgreSQL -> Kafka out, 3 KB / bare consume-and-produce",
            through / bare,
            "first 0.15, then 0.28",
            met=through / bare >= 0.15,
            detail=f"{through:.0f}/s against {bare:.0f}/s",
        ),
        Measure(
            "PUT answered (committed) -> readable on hub.out at half load: p50 ms / 10 ms",
            p50 / 10,
            "at most 1",
            met=p50 <= 10,
            detail=f"p50 {p50:.1f} ms at {most / 2:.0f}/s",
        ),
        Measure(
            "memory of the whole hub in one process, in MB / 300",
            ended_mb / 300,
            "under 1, flat over an hour",
            met=ended_mb < 300,
            detail=f"{begun_mb:.0f} MB after the backlog, {ended_mb:.0f} MB after the PUTs",
        ),
        Measure("the same: p99 ms / 50 ms", p99 / 50, "at most 1", met=p99 <= 50, detail=f"p99 {p99:.1f} ms"),
    ]


def message(number: int) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of one submission of the prison's."""
    local_id = _local_id(number)
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": f"bench-{number}",
        "ce_source": "prison",
        "ce_type": "assessment.submitted",
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_subject": local_id,
        "ce_dataschema": "assessment/1.0.0",
    }
    return local_id.encode(), encoded(number), [(name, value.encode()) for name, value in headers.items()]


def _local_id(number: int) -> str:
    return f"A{number % PEOPLE:04d}BC"


async def _bare(bootstrap: str, messages: int) -> float:
    """Consume and produce the same bytes, batch by batch, acknowledged by all, offsets committed after."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("bare.in", 1, 1), NewTopic("bare.out", 1, 1)])
    await admin.close()
    await _fill(bootstrap, "bare.in", messages, 0)
    consumer = AIOKafkaConsumer(
        "bare.in",
        bootstrap_servers=bootstrap,
        group_id="bare",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await consumer.start()
    await producer.start()
    done = 0
    start = time.perf_counter()
    while done < messages:
        polled = await consumer.getmany(timeout_ms=1000, max_records=500)
        for records in polled.values():
            sent = [
                await producer.send("bare.out", each.value, each.key, headers=list(each.headers)) for each in records
            ]
            await asyncio.gather(*sent)
            done += len(records)
        await consumer.commit()
    seconds = time.perf_counter() - start
    await consumer.stop()
    await producer.stop()
    return messages / seconds


async def _fill(bootstrap: str, topic: str, messages: int, first: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, max_batch_size=262_144)
    await producer.start()
    for start in range(first, first + messages, 500):
        sent = []
        for number in range(start, min(start + 500, first + messages)):
            key, value, headers = message(number)
            sent.append(await producer.send(topic, value, key, headers=headers))
        await asyncio.gather(*sent)
    await producer.stop()


async def _drained(bootstrap: str, topic: str, messages: int) -> float:
    """Messages a second, from the first that comes out to the last."""
    consumer = await _reader(bootstrap, topic, from_start=True)
    first = last = 0.0
    seen = 0
    while seen < messages:
        polled = await asyncio.wait_for(_some(consumer), _SILENCE_S)
        last = time.perf_counter()
        first = first or last
        seen += sum(len(records) for records in polled.values())
    await consumer.stop()
    return seen / (last - first)


async def _some(consumer: AIOKafkaConsumer) -> dict[TopicPartition, list[Any]]:
    while not (polled := await consumer.getmany(timeout_ms=1000)):
        continue
    return dict(polled)


class _Puts:
    """PUTs of assessments none of which was sent before."""

    def __init__(self, port: int, access: str) -> None:
        self.port = port
        self._headers = {"Authorization": f"Bearer {access}", "Content-Type": "application/json"}
        self.sent = _FIRST_PUT

    def next(self, count: int) -> list[bytes]:
        """So many more, ready for the wire."""
        numbers = range(self.sent, self.sent + count)
        self.sent = numbers.stop
        return [self._request(number) for number in numbers]

    def _request(self, number: int) -> bytes:
        path = f"/v1/offenders/{_local_id(number)}/assessments/bench-{number}"
        return request("PUT", path, encoded(number), {**self._headers, "ce-id": f"put-{number}"})


async def _readable_after(puts: _Puts, bootstrap: str, per_second: float) -> list[float]:
    """Seconds from the answer to a PUT, sent at a steady rate, until its release can be read from Kafka."""
    count, first = int(per_second * _STEADY_S), puts.sent
    consumer = await _reader(bootstrap, "hub.out.prison", from_start=False)
    driving = asyncio.create_task(drive(puts.port, puts.next(count), _CONNECTIONS, per_second))
    readable: dict[int, float] = {}
    while len(readable) < count:
        polled = await asyncio.wait_for(_some(consumer), _SILENCE_S)
        now = time.perf_counter()
        for records in polled.values():
            numbers = (int(each.key.decode().rsplit("bench-", 1)[1]) - first for each in records)
            readable |= {number: now for number in numbers if number >= 0}
    load = await driving
    await consumer.stop()
    return [max(0.0, readable[each] - load.answered[each]) for each in range(count)]


async def _reader(bootstrap: str, topic: str, *, from_start: bool) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    await (consumer.seek_to_beginning if from_start else consumer.seek_to_end)(partition)
    return consumer
