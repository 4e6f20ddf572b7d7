"""A thousand malformed messages of every kind among good ones, on a real broker and both databases."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaProducer

from adapters.kafka.broker import Broker
from adapters.kafka.consumer import InputConsumer
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import TopicReader
from adapters.kafka.topics import TopicPlan, Topics, input_topic, rejected_topic
from hub.exchange.consume import Consumption
from hub.exchange.dead_letters import REMEMBERED, DeadLetters
from hub.exchange.intake import Intake
from hub.exchange.parked import Parkings
from hub.exchange.receipts import settle
from hub.store.agencies import AgencyStore
from hub.store.dead_letters import DeadLetterStore
from hub.store.parked import ParkedStore
from hub.store.receipts import ReceiptStore
from hub.store.tables import assertion, dead_letter
from hub.trust.agencies import Agencies, Scope
from tests.builders.hub import KEYS, NOW, SEAL, Hub
from tests.builders.poison import KINDS, Raw, good

POISON = 1_000
PLAN = TopicPlan(input_partitions=2)


class Consuming:
    """A hub that consumes from a real broker. The agency's name is its own, for topics are shared."""

    def __init__(self, hub: Hub, bootstrap: str, limit: int) -> None:
        self.agency, self.neighbour = (f"prison-{uuid4().hex[:10]}" for _ in range(2))
        stated = hub.contracts["prison"]
        hub.contracts = {name: replace(stated, agency=name) for name in (self.agency, self.neighbour)}
        hub.__post_init__()
        self.hub = hub
        self.broker = Broker(bootstrap)
        self.topics = Topics(self.broker, PLAN)
        self.publisher = KafkaPublisher(self.broker, PLAN)
        self.letters = DeadLetters(DeadLetterStore(hub.engine), self.publisher, SEAL, lambda: hub.now, limit)

    async def prepare(self) -> None:
        await self.topics.make([self.agency, self.neighbour])
        await self.register().add(self.agency, [Scope.SUBMIT])
        await self.register().add(self.neighbour, [Scope.SUBMIT])

    def register(self) -> Agencies:
        return Agencies(AgencyStore(self.hub.engine), self.hub.contracts, KEYS, lambda: NOW)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        receipts = ReceiptStore(self.hub.engine)
        consumption = Consumption(
            Intake(
                self.hub.sharing.share,
                lambda agency, given: settle(receipts, agency, given, self.hub.now),
                Parkings(ParkedStore(self.hub.engine), receipts, SEAL, lambda: self.hub.now).park,
                PLAN.message_limit,
            ),
            self.letters,
        )
        stop = asyncio.Event()
        consumer = InputConsumer(self.broker, "tests", consumption.take, self.letters.paused, look_for_topics_s=0.5)
        task = asyncio.create_task(consumer.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait((task,))
            await self.publisher.close()
            await self.topics.close()
        task.result()

    async def send(self, agency: str, messages: list[Raw]) -> None:
        """As an agency's own software might, which knows nothing of CloudEvents."""
        producer = AIOKafkaProducer(bootstrap_servers=self.broker.bootstrap, max_request_size=4_000_000)
        await producer.start()
        try:
            for raw in messages:
                await producer.send(input_topic(agency), raw.value, b"A1", headers=list(raw.headers.items()))
        finally:
            await producer.stop()

    async def taken(self, agency: str) -> list[str]:
        return [str(row["id"]) for row in await self.hub.rows(assertion) if row["agency"] == agency]

    async def until_taken(self, agency: str, count: int) -> None:
        async with asyncio.timeout(40):
            while len(await self.taken(agency)) < count:  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)


async def test_a_thousand_malformed_messages_harm_nobody(hub: Hub, kafka_bootstrap: str) -> None:
    consuming = Consuming(hub, kafka_bootstrap, limit=100)
    agency, at = consuming.agency, NOW - timedelta(hours=1)
    await consuming.prepare()
    kinds = list(islice(cycle(KINDS), POISON))
    messages = [good(agency, 0, at)]
    for number, kind in enumerate(kinds, 1):
        poison, _ = KINDS[kind]
        messages += [poison(agency, number, at), good(agency, POISON + number, at)]
    async with consuming.running():
        await consuming.send(agency, messages)
        await consuming.until_taken(agency, POISON + 1)
    letters = Counter(row["reason"] for row in await hub.rows(dead_letter) if row["agency"] == agency)
    assert letters == Counter(KINDS[kind][1].value for kind in kinds)
    assert sorted(await consuming.taken(agency)) == sorted(
        ["m-0", *(f"m-{POISON + number}" for number in range(1, POISON + 1))]
    )
    assert await consuming.letters.paused() == set()
    told = await notices(consuming.broker, agency, POISON)
    assert Counter(each["type"].rpartition(":")[2] for each in told) == letters
    assert len({each["position"] for each in told}) == POISON


async def test_a_sender_of_nothing_but_rubbish_is_paused_and_its_neighbour_notices_nothing(
    hub: Hub, kafka_bootstrap: str
) -> None:
    consuming = Consuming(hub, kafka_bootstrap, limit=20)
    agency, neighbour, at = consuming.agency, consuming.neighbour, NOW - timedelta(hours=1)
    await consuming.prepare()
    rubbish, _ = KINDS["no JSON"]
    async with consuming.running():
        await consuming.send(agency, [rubbish(agency, number, at) for number in range(20)])
        async with asyncio.timeout(20):
            while agency not in await consuming.letters.paused():  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.05)
        await consuming.send(agency, [good(agency, 1, at)])
        await consuming.send(neighbour, [good(neighbour, number, at) for number in range(50)])
        await consuming.until_taken(neighbour, 50)
        assert await consuming.taken(agency) == []
        await consuming.register().resume_input(agency, "anna")
        hub.now += REMEMBERED
        await consuming.until_taken(agency, 1)


async def notices(broker: Broker, agency: str, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    stop = asyncio.Event()
    async for records in TopicReader(broker, rejected_topic(agency), agency).read(stop, from_start=True):
        found += [orjson.loads(record.value or b"") for record in records]
        if len(found) >= count:
            stop.set()
    return found
