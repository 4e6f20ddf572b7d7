"""A broker that lets nobody in is not a broker that is away."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiokafka import AIOKafkaClient
from aiokafka.admin import NewTopic

from adapters.kafka.broker import Broker
from adapters.kafka.consumer import InputConsumer
from adapters.kafka.making import make_topics
from adapters.kafka.positions import KafkaPositions
from adapters.kafka.producer import Producer
from adapters.kafka.reaching import reaching
from adapters.kafka.topic_ids import TopicIds
from adapters.kafka.topics import input_topic
from hub.domain.errors import Halt, Unavailable
from hub.ports import Message, Publication
from tests.builders.brokers import refusing_broker, slow_broker


async def bootstrap(broker: Broker) -> None:
    client = AIOKafkaClient(**broker.arguments())
    try:
        async with reaching(broker):
            await client.bootstrap()
    finally:
        await client.close()


def nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


async def test_a_wrong_password_is_for_the_operator_and_is_not_told() -> None:
    async with refusing_broker() as address:
        with pytest.raises(Halt) as halted:
            await bootstrap(Broker(f"{nobody_there()},{address}", "hub", "hidden"))

    assert "KAFKA_PASSWORD" in str(halted.value)
    assert "hidden" not in str(halted.value)


async def test_a_way_of_letting_in_that_the_broker_does_not_have_is_for_the_operator() -> None:
    async with refusing_broker(mechanisms=["GSSAPI"]) as address:
        with pytest.raises(Halt, match="UnsupportedSaslMechanismError"):
            await bootstrap(Broker(address, "hub", "hidden"))


async def test_a_broker_that_is_away_is_waited_for() -> None:
    with pytest.raises(Unavailable):
        await bootstrap(Broker(nobody_there(), "hub", "hidden"))


async def _nothing(_messages: Sequence[Message]) -> None:
    return


async def _nobody() -> tuple[str, ...]:
    return ()


CLIENTS: dict[str, Callable[[Broker], Awaitable[object]]] = {
    "producer": lambda broker: Producer(broker).spread("hub.rejected.prison", [Publication("key", {}, b"")]),
    "consumer": lambda broker: InputConsumer(broker, "one", _nothing, _nobody).run(asyncio.Event()),
    "topics": lambda broker: make_topics(broker, [NewTopic(input_topic("prison"), 1, 1)]),
    "topic ids": lambda broker: TopicIds(broker).identify(input_topic("prison")),
    "positions": lambda broker: KafkaPositions(broker).positions(["prison"]),
}


@pytest.mark.parametrize("client", CLIENTS)
async def test_no_client_of_the_hub_waits_for_ever_for_a_broker_that_lets_nobody_in(client: str) -> None:
    async with refusing_broker() as address:
        with pytest.raises(Halt, match="KAFKA_PASSWORD"):
            await CLIENTS[client](Broker(address, "hub", "hidden"))


@pytest.mark.parametrize("client", CLIENTS)
async def test_who_is_stopped_while_a_client_starts_leaves_no_connection_open(client: str) -> None:
    async with slow_broker() as broker:
        starting = asyncio.ensure_future(CLIENTS[client](Broker(broker.address)))
        await broker.asked.wait()

        starting.cancel()
        await asyncio.sleep(0)
        broker.answers.set()
        await asyncio.wait((starting,))

        async with asyncio.timeout(5):
            await broker.left.wait()
        assert starting.cancelled()
