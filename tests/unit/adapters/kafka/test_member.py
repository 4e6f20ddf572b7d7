"""What a member does with a poll, whatever comes between."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from adapters.kafka.member import Member, NotTaken
from hub.domain.errors import Unavailable
from hub.ports import Message

PRISON, COURT = TopicPartition("hub.in.prison", 0), TopicPartition("hub.in.court", 0)


@dataclass
class PretendConsumer:
    """Gives what it is told to give, and notes what is done to it."""

    coming: dict[TopicPartition, list[ConsumerRecord]]
    assigned: set[TopicPartition] = field(default_factory=lambda: {PRISON, COURT})
    held: set[TopicPartition] = field(default_factory=set)
    sought: dict[TopicPartition, int] = field(default_factory=dict)
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    fails: Exception | None = None

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def paused(self) -> set[TopicPartition]:
        return self.held

    def pause(self, *partitions: TopicPartition) -> None:
        self.held = self.held | set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.held = self.held - set(partitions)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought[partition] = offset

    async def getmany(self, *named: TopicPartition, **_: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        self.assigned = self.assigned or set(self.coming)
        return {partition: records for partition, records in self.coming.items() if partition in (named or self.coming)}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.fails:
            raise self.fails
        self.committed |= offsets


def record(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(partition.topic, 0, offset, 7, 0, None, b"{}", None, 0, 2, (("ce_id", b"1"), ("empty", None)))


def poll() -> dict[TopicPartition, list[ConsumerRecord]]:
    return {PRISON: [record(PRISON, 4), record(PRISON, 5)], COURT: [record(COURT, 9)]}


class Hub:
    """The hub's side: keeps what it is given unless it has no database."""

    def __init__(self, *paused: str) -> None:
        self.paused = paused
        self.given: list[Message] = []
        self.gone = False

    async def take(self, messages: Sequence[Message]) -> None:
        if self.gone:
            raise Unavailable("no database")
        self.given += messages

    async def are_paused(self) -> Sequence[str]:
        if self.gone:
            raise Unavailable("no database")
        return self.paused


def member(consumer: PretendConsumer, hub: Hub) -> Member:
    return Member(consumer, hub.take, hub.are_paused)


async def test_a_poll_is_handed_over_then_committed() -> None:
    consumer, hub = PretendConsumer(poll()), Hub()
    joined = member(consumer, hub)
    await joined.take(await joined.poll())
    assert [message.position for message in hub.given] == [
        "hub.in.prison/0/4/7",
        "hub.in.prison/0/5/7",
        "hub.in.court/0/9/7",
    ]
    assert hub.given[0].headers == {"ce_id": b"1", "empty": b""}
    assert consumer.committed == {PRISON: 6, COURT: 10}


async def test_what_the_hub_cannot_take_is_polled_again_and_not_committed() -> None:
    consumer, hub = PretendConsumer(poll()), Hub()
    joined = member(consumer, hub)
    polled = await joined.poll()
    hub.gone = True
    with pytest.raises(NotTaken):
        await joined.take(polled)
    assert (consumer.sought, consumer.committed) == ({PRISON: 4, COURT: 9}, {})
    with pytest.raises(NotTaken):
        await joined.poll()


async def test_a_partition_that_has_moved_is_not_sought() -> None:
    consumer, hub = PretendConsumer(poll()), Hub()
    joined = member(consumer, hub)
    polled = await joined.poll()
    hub.gone, consumer.assigned = True, {COURT}
    with pytest.raises(NotTaken):
        await joined.take(polled)
    assert consumer.sought == {COURT: 9}


async def test_a_paused_agency_is_neither_fetched_nor_given_and_its_neighbour_is() -> None:
    consumer, hub = PretendConsumer(poll()), Hub("prison")
    assert set(await member(consumer, hub).poll()) == {COURT}
    assert consumer.held == {PRISON}
    hub.paused = ()
    assert set(await member(consumer, hub).poll()) == {PRISON, COURT}
    assert consumer.held == set()


async def test_messages_of_a_paused_agency_that_come_with_a_new_assignment_stay_for_later() -> None:
    consumer, hub = PretendConsumer(poll(), assigned=set()), Hub("prison")
    assert set(await member(consumer, hub).poll()) == {COURT}
    assert consumer.sought == {PRISON: 4}


async def test_a_commit_after_the_partitions_moved_is_left_to_whoever_has_them() -> None:
    consumer, hub = PretendConsumer(poll(), fails=CommitFailedError()), Hub()
    joined = member(consumer, hub)
    await joined.take(await joined.poll())
    assert len(hub.given) == 3


async def test_a_commit_that_the_broker_does_not_answer_is_its_being_unavailable() -> None:
    consumer, hub = PretendConsumer(poll(), fails=KafkaConnectionError("gone")), Hub()
    joined = member(consumer, hub)
    with pytest.raises(Unavailable, match="Kafka does not answer"):
        await joined.take(await joined.poll())
