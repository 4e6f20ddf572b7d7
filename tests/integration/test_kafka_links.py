"""An agency's own side on a real broker: everything from the start, nothing twice, and what happens to its topic."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.topics import TopicPlan, input_topic, output_topic
from hub.domain.canonical import Json, digest
from hub.domain.errors import Fault
from hub.exchange.envelope import from_kafka
from hub.exchange.parked import Parked as Told
from hub.exchange.parked import read_parked
from hub.exchange.receipts import Receipt, read_receipts
from hub.ports import Publication

PERSON = "0190a5c6-0000-7000-8000-000000000001"


class Stream:
    """The hub's side of one agency's topics."""

    def __init__(self, bootstrap: str) -> None:
        self.agency = f"link-{uuid4().hex[:12]}"
        self.broker = Broker(bootstrap)
        self.publisher = KafkaPublisher(self.broker, TopicPlan())

    async def release(self, *publications: Sequence[Publication]) -> None:
        await self.publisher.release(self.agency, [each for some in publications for each in some])

    async def read(self, last: int, applied: Mapping[RecordName, int] = {}) -> list[Delivery]:
        """What the agency's process gets until number `last` has come; it then asks for more, as a process does."""
        link, found = StreamLink(self.broker, self.agency), list[Delivery]()
        async with asyncio.timeout(30), aclosing(link.deliveries(applied)) as reading:  # type: ignore[type-var]
            async for deliveries in reading:
                found += deliveries
                if found[-1].number == last:
                    await link.close()
        return found


@pytest.fixture
async def stream(kafka_bootstrap: str) -> AsyncIterator[Stream]:
    stream = Stream(kafka_bootstrap)
    await stream.publisher.extent(stream.agency)
    yield stream
    await stream.publisher.close()


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    yield admin
    await admin.close()


def released(number: int, key: str = "-", **body: Json) -> list[Publication]:
    document = {
        "type": "offender",
        "key": key,
        "version": "1.0.0",
        "body": body,
        "marks": {"contested": [], "ruled": [], "underReview": []},
    }
    return [_published(number, key, document)]


def withdrawn(number: int, key: str = "-") -> list[Publication]:
    (message,) = [_published(number, key, {"type": "offender", "key": key, "withdrawn": True})]
    return [message, Publication(message.key, message.headers, None)]


def _published(number: int, key: str, document: Json) -> Publication:
    wrapped = {
        "number": number,
        "digest": digest(document),
        "person": PERSON,
        "localIds": ["A1"],
        "sources": {"/names": ["probation"]},
        "movedTo": None,
        "release": document,
    }
    headers = {"hub-number": str(number), "hub-digest": wrapped["digest"]}
    return Publication(f"{PERSON}/offender/{key}", headers, orjson.dumps(wrapped))


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [delivery.number for delivery in deliveries]


async def test_a_delivery_says_what_was_released(stream: Stream) -> None:
    await stream.release(released(3, surname="Tamm"))
    (delivery,) = await stream.read(3)
    assert delivery.record == RecordName(PERSON, "offender", "-")
    assert (delivery.number, delivery.version, delivery.body) == (3, "1.0.0", {"surname": "Tamm"})
    assert (delivery.local_ids, delivery.sources, delivery.withdrawn) == (("A1",), {"/names": ["probation"]}, False)
    assert delivery.digest == digest(delivery.release)


async def test_what_was_applied_is_not_delivered_again_and_reading_goes_on_where_it_was(stream: Stream) -> None:
    await stream.release(released(1, "a"), released(2, "b"))
    first = await stream.read(2)
    await stream.release(released(2, "b"), released(3, "a"))
    assert numbers(await stream.read(3, {each.record: each.number for each in first})) == [3]


async def test_a_fresh_store_is_filled_from_the_compacted_topic(stream: Stream, admin: AIOKafkaAdminClient) -> None:
    quick = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.0"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, output_topic(stream.agency), quick)])
    for number in range(1, 101):
        await stream.release(released(number, f"r{number % 20}", turn=number))
    async with asyncio.timeout(50):
        last = 101
        await stream.release(withdrawn(last, "r0"))
        while len(found := await stream.read(last)) > 100:
            await asyncio.sleep(0.5)
            last += 1  # compaction stops at the segment being written, which is closed by what comes after it
            await stream.release(released(last, "newest"))
    held = {each.record.key: each.number for each in found if not each.withdrawn}
    assert held.items() >= {f"r{number % 20}": number for number in range(81, 100)}.items()
    assert len(found) < 101


async def test_a_withdrawal_ends_a_record_once(stream: Stream) -> None:
    await stream.release(released(1), withdrawn(2), released(3, "other"))
    first, second, third = await stream.read(3)
    assert [first.withdrawn, second.withdrawn, third.withdrawn] == [False, True, False]
    assert numbers([first, second, third]) == [1, 2, 3]


async def test_a_tombstone_alone_withdraws_what_the_agency_holds(stream: Stream) -> None:
    _, tombstone = withdrawn(7)
    await stream.release([tombstone], released(8, "other"))
    held = RecordName(PERSON, "offender", "-")
    first, second = await stream.read(8, {held: 5})
    assert (first.record, first.number, first.withdrawn, first.digest) == (held, 7, True, digest(first.release))
    assert second.number == 8


async def test_a_topic_deleted_and_filled_again_is_read_from_its_start(
    stream: Stream, admin: AIOKafkaAdminClient
) -> None:
    link = StreamLink(stream.broker, stream.agency)
    found: list[Delivery] = []
    async with asyncio.timeout(40):
        await stream.release(*(released(number, f"r{number}") for number in range(1, 6)))
        async for deliveries in link.deliveries({}):
            found += deliveries
            if numbers(found) == [1, 2, 3, 4, 5]:
                before = await stream.publisher.extent(stream.agency)
                await admin.delete_topics([output_topic(stream.agency)])
                while (await stream.publisher.extent(stream.agency)).id == before.id:
                    pass
                # As long as it was, and with something at its beginning that the agency never saw.
                await stream.release(released(6, "r6"), *(released(number, f"r{number}") for number in range(1, 6)))
            if len(found) == 6:
                await link.close()
    assert numbers(found) == [1, 2, 3, 4, 5, 6]


async def test_a_topic_deleted_while_the_agency_was_away_is_read_from_its_start(
    stream: Stream, admin: AIOKafkaAdminClient
) -> None:
    await stream.release(*(released(number, f"r{number}") for number in range(1, 6)))
    first = await stream.read(5)
    before = await stream.publisher.extent(stream.agency)
    await admin.delete_topics([output_topic(stream.agency)])
    while (await stream.publisher.extent(stream.agency)).id == before.id:
        pass
    await stream.release(released(6, "r6"), *(released(number, f"r{number}") for number in range(1, 9)))
    assert numbers(await stream.read(8, {each.record: each.number for each in first})) == [6, 7, 8]


async def test_what_is_submitted_is_read_by_the_hub_as_it_was_meant(stream: Stream) -> None:
    link = StreamLink(stream.broker, stream.agency)
    at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    event = Event("e-1", "offender", "1.0.0", "A1", at, {"names": {"surname": "Tamm"}}, sequence=4)
    gone = Event("e-2", "assessment", "1.0.0", "A1", at, {"reference": "R"}, withdrawn=True)
    await link.submit([event, gone])
    await link.close()
    first, second = [from_kafka(stream.agency, *message) for message in await inputs(stream, 2)]
    assert (first.id, first.record_type, first.version, first.local_id) == ("e-1", "offender", "1.0.0", "A1")
    assert (first.time, first.sequence, first.body, first.withdrawn) == (at, 4, event.body, False)
    assert (second.id, second.record_type, second.withdrawn, second.sequence) == ("e-2", "assessment", True, -1)


async def test_receipts_name_the_last_delivery_of_each_record_with_the_digest_of_what_is_held(stream: Stream) -> None:
    await stream.release(released(1, "a"), released(2, "b"), released(3, "a", surname="Tamm"))
    deliveries = await stream.read(3)
    link = StreamLink(stream.broker, stream.agency)
    await link.acknowledge(deliveries)
    await link.close()
    ((headers, value),) = await inputs(stream, 1)
    assert headers["ce_type"] == b"receipt"
    expected = [Receipt(each.number, each.digest) for each in deliveries[1:]]
    assert read_receipts(orjson.loads(value or b"")) == expected


async def test_what_cannot_be_applied_is_said_on_the_same_way_as_receipts(stream: Stream) -> None:
    faults = (Fault("/names", "maxLength", "holds at most 35 characters"),)
    link = StreamLink(stream.broker, stream.agency)
    await link.park([Parked(4, faults), Parked(7, faults)])
    await link.close()
    ((headers, value),) = await inputs(stream, 1)
    assert headers["ce_type"] == b"receipt"
    document = orjson.loads(value or b"")
    assert (read_receipts(document), read_parked(document)) == ([], [Told(4, faults), Told(7, faults)])


async def test_refusals_come_as_they_are_told(stream: Stream) -> None:
    problem = {
        "type": "urn:case-sharing:problem:invalid-body",
        "detail": "the record does not follow the specification",
        "faults": [{"path": "/names", "rule": "required", "detail": "is missing"}],
        "position": "hub.in.x/0/1/1",
        "id": "e-1",
    }
    await stream.publisher.reject(stream.agency, [Publication("p", {}, orjson.dumps(problem))])
    link, found = StreamLink(stream.broker, stream.agency), list[Refusal]()
    async with asyncio.timeout(20):
        async for refusal in link.refusals():
            found.append(refusal)
            await link.close()
    (refusal,) = found
    assert (refusal.id, refusal.reason, refusal.faults[0].path) == ("e-1", "invalid-body", "/names")


async def inputs(stream: Stream, count: int) -> list[tuple[dict[str, bytes], bytes | None]]:
    consumer = AIOKafkaConsumer(
        input_topic(stream.agency), bootstrap_servers=stream.broker.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        records = [await asyncio.wait_for(consumer.getone(), 10) for _ in range(count)]
    finally:
        await consumer.stop()
    return [(dict(record.headers), record.value) for record in records]
