"""Prison and probation share records through a hub that runs: over REST, over Kafka, each in a process of its own."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.client.link import Event, RecordName
from adapters.client.stream import StreamLink
from adapters.kafka.topics import output_topic
from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database
from deploy.servers.hub import Hub
from deploy.servers.own import OwnKafka, OwnPostgres
from deploy.servers.process import ServerProcess
from hub.domain.canonical import Json
from tests.builders.records import assessment, movement, offender
from tests.crash.closing import closing
from tests.crash.holding import Holding
from tests.crash.installed import Installed, install
from tests.crash.submissions import PRISON

pytestmark = pytest.mark.servers

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
_SHOWN_WITHIN_S = 20.0
_COMPACTED_WITHIN_S = 40.0


@pytest.fixture(scope="module")
def installed(
    postgres: Postgres | OwnPostgres, kafka: Kafka | OwnKafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    url = postgres.create_database(f"test_{uuid4().hex}")
    yield install(tmp_path_factory.mktemp("hub"), url, kafka.bootstrap)
    drop_database(url)


@pytest.fixture(scope="module")
def hub(installed: Installed) -> Iterator[Hub]:
    with Hub(installed.installation) as hub:
        yield hub


class Probation:
    """The probation service, over REST."""

    def __init__(self, installed: Installed, hub: Hub) -> None:
        self.http = httpx.AsyncClient(base_url=hub.url, auth=installed.auth(hub.url), timeout=20, trust_env=False)

    async def put(self, path: str, body: Json, *, id_: str | None = None, time: datetime = NOON) -> Json:
        headers = {"Idempotency-Key": id_ or uuid4().hex, "ce-time": time.isoformat()}
        return (await self.http.put(path, json=body, headers=headers)).raise_for_status().json()

    async def withdraw(self, path: str) -> None:
        (await self.http.delete(path, headers={"Idempotency-Key": uuid4().hex})).raise_for_status()

    async def shown(self, path: str) -> Json:
        """The record, as soon as it is there."""
        async with asyncio.timeout(_SHOWN_WITHIN_S):
            while True:
                answer = await self.http.get(path)
                if answer.status_code != httpx.codes.NOT_FOUND:
                    return answer.raise_for_status().json()
                await asyncio.sleep(0.05)


@pytest.fixture
async def probation(installed: Installed, hub: Hub) -> AsyncIterator[Probation]:
    service = Probation(installed, hub)
    yield service
    await service.http.aclose()


@pytest.fixture
async def prison(installed: Installed) -> AsyncIterator[StreamLink]:
    """The prison service's way in, over Kafka."""
    async with closing(installed.stream()) as link:
        yield link


@pytest.fixture
async def live(installed: Installed) -> AsyncIterator[Holding]:
    """What the prison holds, from the start of its topic."""
    async with Holding(PRISON, installed.stream()) as store:
        yield store


@dataclass
class PrisonProcess:
    """The prison's consumer in another process, and the file that is its store."""

    store: Path

    async def holding(self, record: RecordName, digest: str | None) -> None:
        """Return when it holds this digest of a record; None: when it was told that there is nothing any more."""
        async with asyncio.timeout(_SHOWN_WITHIN_S):
            while self.digests().get(record, "") != digest:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)

    def digests(self) -> dict[RecordName, str | None]:
        if not self.store.exists():
            return {}
        lines = [orjson.loads(line) for line in self.store.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"]
        return {
            RecordName(each["person"], each["type"], each["key"]): None if each["withdrawn"] else each["digest"]
            for each in lines
        }


@pytest.fixture(scope="module")
def prison_process(installed: Installed, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrisonProcess]:  # noqa: ARG001 - it reads what the hub writes
    folder = tmp_path_factory.mktemp("prison")
    process = ServerProcess("prison", folder / "prison.log")
    store = folder / "store"
    process.start([sys.executable, "-m", "tests.crash.prison", installed.kafka, installed.names[PRISON], store])
    yield PrisonProcess(store)
    process.signal(signal.SIGKILL)
    process.wait(5)


def of_both(number: int) -> tuple[str, str, Json]:
    """A person's CRN, prison number, and the offender record in which probation quotes the prison number."""
    crn, prison_number = f"X{number:06d}", f"A{number:04d}AA"
    quoting = [{"scheme": "prison-number", "value": prison_number}]
    return crn, prison_number, offender(f"Person {number}") | {"identifiers": quoting}


def said(record_type: str, local_id: str, body: Json, *, id_: str | None = None, time: datetime = NOON) -> Event:
    return Event(id_ or uuid4().hex, record_type, "1.0.0", local_id, time, body)


async def test_an_assessment_that_probation_puts_reaches_the_prison_in_another_process(
    probation: Probation, prison: StreamLink, prison_process: PrisonProcess
) -> None:
    crn, prison_number, body = of_both(1)
    await prison.submit([said("offender", prison_number, offender("Person 1"))])
    await probation.put(f"/v1/offenders/{crn}", body)

    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-1", assessment("ASM-1"))

    shown = await probation.shown(f"/v1/offenders/{crn}/assessments/ASM-1")
    assert shown["release"]["body"]["reference"] == "ASM-1"
    release = shown["release"]
    await prison_process.holding(RecordName(shown["person"], release["type"], release["key"]), shown["digest"])


async def test_what_is_withdrawn_is_gone_everywhere(
    probation: Probation, prison: StreamLink, prison_process: PrisonProcess
) -> None:
    crn, prison_number, body = of_both(2)
    await prison.submit([said("offender", prison_number, offender("Person 2"))])
    await probation.put(f"/v1/offenders/{crn}", body)
    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-2", assessment("ASM-2"))
    shown = await probation.shown(f"/v1/offenders/{crn}/assessments/ASM-2")
    name = RecordName(shown["person"], "assessment", shown["release"]["key"])
    await prison_process.holding(name, shown["digest"])

    await probation.withdraw(f"/v1/offenders/{crn}/assessments/ASM-2")

    await prison_process.holding(name, None)
    assert (await probation.http.get(f"/v1/offenders/{crn}/assessments/ASM-2")).status_code == httpx.codes.NOT_FOUND


async def test_a_reception_that_the_prison_sends_is_readable_by_probation(
    installed: Installed, probation: Probation, prison: StreamLink
) -> None:
    crn, prison_number, body = of_both(3)
    await probation.put(f"/v1/offenders/{crn}", body)

    await prison.submit([said("movement", prison_number, movement(1, reason="remand", comment="Stays in custody."))])

    key = f"{installed.names[PRISON]}/B1/1"
    shown = await probation.shown(f"/v1/offenders/{crn}/movements/{key}")
    assert shown["release"]["body"] == movement(1, reason="remand")
    assert shown["localIds"] == [crn]


async def test_the_same_message_five_times_is_one_submission(
    installed: Installed, hub: Hub, probation: Probation, prison: StreamLink, live: Holding
) -> None:
    crn, prison_number, body = of_both(4)
    outcomes = [await probation.put(f"/v1/offenders/{crn}", body, id_="five-times") for _ in range(5)]
    assert [each["outcome"] for each in outcomes] == ["accepted", *["repeated"] * 4]

    await prison.submit([said("movement", prison_number, movement(4), id_="five-times")] * 5)
    await prison.submit([said("movement", prison_number, movement(5))])

    await live.until(lambda: any(name.key.endswith("B1/5") for name in live.digests))
    mine = next(name.person for name in live.last if name.key.endswith("B1/5"))
    assert Counter(name.person for name in live.last)[mine] == len({"offender", "movement 4", "movement 5"})
    assert not live.faults
    assert (await _resent(installed, hub, said("movement", prison_number, movement(4), id_="five-times"))) == "repeated"


async def _resent(installed: Installed, hub: Hub, event: Event) -> str:
    """The outcome when the prison sends an event again, over HTTP this time."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event.id,
        "ce-source": installed.names[PRISON],
        "ce-type": f"{event.record_type}.submitted",
        "ce-time": event.time.isoformat(),
        "ce-subject": event.local_id,
        "ce-dataschema": f"{event.record_type}/{event.version}",
    }
    async with httpx.AsyncClient(base_url=hub.url, auth=installed.auth(hub.url, PRISON), trust_env=False) as http:
        answer = await http.post("/v1/submissions", json=event.body, headers=headers)
    return str(answer.raise_for_status().json()["outcome"])


async def test_two_updates_that_arrive_in_the_wrong_order_converge(
    installed: Installed, probation: Probation, prison: StreamLink
) -> None:
    crn, prison_number, body = of_both(6)
    await probation.put(f"/v1/offenders/{crn}", body | {"nationality": "Irish"}, time=NOON + timedelta(hours=1))
    await probation.put(f"/v1/offenders/{crn}", body | {"nationality": "British"}, time=NOON)

    await prison.submit([said("movement", prison_number, movement(6, reason="remand"), time=NOON + timedelta(hours=1))])
    await prison.submit([said("movement", prison_number, movement(6, reason="imprisonment"), time=NOON)])
    await prison.submit([said("movement", prison_number, movement(7))])

    await probation.shown(f"/v1/offenders/{crn}/movements/{installed.names[PRISON]}/B1/7")
    came = await probation.shown(f"/v1/offenders/{crn}/movements/{installed.names[PRISON]}/B1/6")
    assert came["release"]["body"]["reason"] == "remand"
    assert (await probation.shown(f"/v1/offenders/{crn}"))["release"]["body"]["nationality"] == "Irish"


@pytest.mark.timeout(120)
async def test_a_store_that_starts_empty_is_rebuilt_from_what_compaction_left(
    installed: Installed, hub: Hub, probation: Probation, prison: StreamLink, live: Holding
) -> None:
    crn, prison_number, body = of_both(8)
    await probation.put(f"/v1/offenders/{crn}", body)
    for number in range(20):
        await probation.put(f"/v1/offenders/{crn}/assessments/ASM-8", assessment("ASM-8", layer=1 + 2 * (number % 2)))
        await prison.submit([said("movement", prison_number, movement(number + 10))])
    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-9", assessment("ASM-9"))
    await live.until(lambda: {"ASM-8", "ASM-9"} <= {name.key.rpartition("/")[2] for name in live.digests})
    await probation.withdraw(f"/v1/offenders/{crn}/assessments/ASM-9")
    await live.until(lambda: len([name for name in live.digests if name.person == _person_of(live, "ASM-8")]) >= 22)
    await live.until(lambda: "ASM-9" not in {name.key.rpartition("/")[2] for name in live.digests})

    await _compacted(installed, prison, prison_number)

    async with (
        Holding(PRISON, installed.stream()) as rebuilt,
        Holding(PRISON, installed.feed(hub.url, PRISON)) as by_feed,
    ):
        await rebuilt.until(lambda: rebuilt.digests == by_feed.digests == live.digests != {})
        assert not [*live.faults, *rebuilt.faults, *by_feed.faults]


def _person_of(store: Holding, reference: str) -> str | None:
    return next((name.person for name in store.digests if name.key.endswith(reference)), None)


async def _offsets(installed: Installed) -> list[int]:
    """The offsets that the prison's topic still has."""
    place = TopicPartition(output_topic(installed.names[PRISON]), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=installed.kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    found: list[int] = []
    while await consumer.position(place) < end:
        polled = await consumer.getmany(place, timeout_ms=500)
        found += [record.offset for record in polled.get(place, ())]
    await consumer.stop()
    return found


async def _compacted(installed: Installed, prison: StreamLink, prison_number: str) -> None:
    """Have the broker compact the prison's topic; it does so with what stands before the segment being written."""
    topic = ConfigResource(
        ConfigResourceType.TOPIC,
        output_topic(installed.names[PRISON]),
        {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001"},
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=installed.kafka)
    await admin.start()
    await admin.alter_configs([topic])
    await admin.close()
    full = len(await _offsets(installed))
    async with asyncio.timeout(_COMPACTED_WITHIN_S):
        for number in count(100):
            await prison.submit([said("movement", prison_number, movement(number))])
            await asyncio.sleep(0.5)
            if len(await _offsets(installed)) < full:
                return
