"""What `hub.ports.InputPositions` promises, of Kafka and of the simulation's memory alike."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from adapters.kafka.broker import Broker as KafkaBroker
from adapters.kafka.positions import KafkaPositions
from adapters.kafka.producer import Producer
from hub.domain.errors import Unavailable
from hub.ports import InputPosition, InputPositions, Publication
from tests.simulation.broker import Broker, MemoryPositions

MESSAGE = Publication("A1", {}, b"said")


@dataclass(frozen=True, slots=True)
class Inputs:
    """make: an input topic of one partition. send: so many messages. commit, drop: up to an offset."""

    positions: InputPositions
    make: Callable[[str], Awaitable[None]]
    send: Callable[[str, int], Awaitable[None]]
    commit: Callable[[str, int], Awaitable[None]]
    drop: Callable[[str, int], Awaitable[None]]


def _in_memory() -> Inputs:
    broker = Broker()

    def name(agency: str) -> str:
        return f"hub.in.{agency}/0"

    async def make(agency: str) -> None:
        broker.topic(name(agency))

    async def send(agency: str, count: int) -> None:
        for _ in range(count):
            broker.topic(name(agency)).append(MESSAGE)

    async def commit(agency: str, offset: int) -> None:
        broker.commit(name(agency), offset)

    async def drop(agency: str, offset: int) -> None:
        broker.topic(name(agency)).start = offset

    return Inputs(MemoryPositions(broker), make, send, commit, drop)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.servers)])
async def inputs(request: pytest.FixtureRequest) -> AsyncIterator[Inputs]:
    if request.param == "memory":
        yield _in_memory()
        return
    bootstrap: str = request.getfixturevalue("kafka_bootstrap")
    broker, group = KafkaBroker(bootstrap), f"group-{uuid4().hex[:12]}"
    positions, producer = KafkaPositions(broker, group), Producer(broker)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()

    async def make(agency: str) -> None:
        await admin.create_topics([NewTopic(f"hub.in.{agency}", 1, 1)])

    async def send(agency: str, count: int) -> None:
        await producer.append(f"hub.in.{agency}", [MESSAGE] * count)

    async def commit(agency: str, offset: int) -> None:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
        partition = TopicPartition(f"hub.in.{agency}", 0)
        consumer.assign([partition])
        await consumer.start()
        await consumer.commit({partition: offset})
        await consumer.stop()

    async def drop(agency: str, offset: int) -> None:
        await admin.delete_records({TopicPartition(f"hub.in.{agency}", 0): RecordsToDelete(offset)})

    yield Inputs(positions, make, send, commit, drop)
    await admin.close()
    await producer.close()
    await positions.close()


@pytest.fixture
def agency() -> str:
    return f"agency-{uuid4().hex[:12]}"


async def test_an_agency_without_a_topic_has_no_position(inputs: Inputs, agency: str) -> None:
    assert await inputs.positions.positions([agency]) == []
    assert await inputs.positions.positions([]) == []


async def test_what_was_never_committed_is_all_still_to_be_taken(inputs: Inputs, agency: str) -> None:
    await inputs.make(agency)
    await inputs.send(agency, 3)

    (position,) = await inputs.positions.positions([agency])

    assert (position, position.lag) == (InputPosition(agency, 0, 0, 3, None), 3)


async def test_the_lag_is_what_has_come_since_the_last_commit(inputs: Inputs, agency: str) -> None:
    await inputs.make(agency)
    await inputs.send(agency, 3)
    await inputs.commit(agency, 2)

    (position,) = await inputs.positions.positions([agency])
    assert (position, position.lag) == (InputPosition(agency, 0, 0, 3, 2), 1)

    await inputs.commit(agency, 3)
    (position,) = await inputs.positions.positions([agency])
    assert (position, position.lag) == (InputPosition(agency, 0, 0, 3, 3), 0)


async def test_what_the_topic_no_longer_has_is_not_to_be_taken(inputs: Inputs, agency: str) -> None:
    await inputs.make(agency)
    await inputs.send(agency, 5)
    await inputs.commit(agency, 1)
    await inputs.drop(agency, 3)

    (position,) = await inputs.positions.positions([agency])

    assert (position, position.lag) == (InputPosition(agency, 0, 3, 5, 1), 2)


async def test_only_the_agencies_asked_for_are_told_of_by_name(inputs: Inputs, agency: str) -> None:
    for name in (f"{agency}-b", f"{agency}-a", f"{agency}-c"):
        await inputs.make(name)

    told = await inputs.positions.positions([f"{agency}-b", f"{agency}-a"])

    assert [each.agency for each in told] == [f"{agency}-a", f"{agency}-b"]


async def test_a_broker_that_does_not_answer_is_said_to_be_unavailable() -> None:
    with pytest.raises(Unavailable):
        await KafkaPositions(KafkaBroker("127.0.0.1:1")).positions(["prison"])
