"""A member of the group: polls, hands over, commits; a poll is taken whole before its partitions move elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeAlias, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from adapters.kafka.broker import REQUEST_TIMEOUT_MS, broker_errors
from adapters.kafka.topics import INPUT_PREFIX
from adapters.kafka.unreadable import UNREADABLE, pick_out
from hub.domain.errors import Unavailable
from hub.ports import Message

MessageHandler: TypeAlias = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes the messages of one poll, in poll order. Returns when they are safe; raises `Unavailable` or `Halt`."""

Paused: TypeAlias = Callable[[], Awaitable[Collection[str]]]
"""Names the agencies whose input stands still now. Raises `Unavailable` or `Halt`."""

_MOST_AT_ONCE = 500
_POLL_MS = 250
_SECONDS_TO_COMMIT = REQUEST_TIMEOUT_MS / 1000

_Poll: TypeAlias = Mapping[TopicPartition, list[ConsumerRecord]]
_Answer = TypeVar("_Answer")

_log = structlog.get_logger(__name__)


class NotTaken(Exception):
    """The hub cannot take messages now; the consumer stands where it stood, and stays in the group."""


class Member(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """A joined consumer. What it polled is taken and committed whole before partitions move to another member."""

    def __init__(self, consumer: AIOKafkaConsumer, handle: MessageHandler, paused: Paused) -> None:
        self._consumer = consumer
        self._handle = handle
        self._paused = paused
        self._taking = asyncio.Lock()

    async def poll(self) -> _Poll:
        """The next messages of agencies that are not paused; none if there are none for a while."""
        paused = await _asked(self._paused())
        assigned = self._consumer.assignment()
        held = {each for each in assigned if _agency(each.topic) in paused}
        self._consumer.pause(*held - self._consumer.paused())
        self._consumer.resume(*self._consumer.paused() - held)
        with broker_errors():
            polled = await self._fetched(assigned - held)
        # Partitions that came meanwhile may be a paused agency's: their messages stay for later.
        self._go_back({each: records for each, records in polled.items() if _agency(each.topic) in paused})
        return {each: records for each, records in polled.items() if _agency(each.topic) not in paused}

    async def _fetched(self, partitions: set[TopicPartition]) -> _Poll:
        """What has come on these partitions, or where there are none, on any that are assigned meanwhile.

        They are named, for what was fetched before a pause would come all the same.
        """
        try:
            return await self._consumer.getmany(*partitions, timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE)  # type: ignore[no-any-return]
        except UNREADABLE as error:
            _log.warning("message_unreadable", why=type(error).__name__)
            return await pick_out(self._consumer, partitions)

    async def take(self, poll: _Poll) -> None:
        """Hand over a poll, then commit it.

        Raises:
            NotTaken: it will be polled again.
        """
        async with self._taking:
            try:
                await _asked(self._handle([_message(record) for records in poll.values() for record in records]))
            except NotTaken:
                self._go_back(poll)
                raise
            await self._commit(poll)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002 - aiokafka's name
        """Let the poll under way be finished before its partitions go."""
        async with self._taking:
            return

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """What is assigned starts at what was committed; nothing is kept here."""

    def _go_back(self, poll: _Poll) -> None:
        for partition, records in poll.items():
            if partition in self._consumer.assignment():
                self._consumer.seek(partition, records[0].offset)

    async def _commit(self, poll: _Poll) -> None:
        with broker_errors():
            try:
                async with asyncio.timeout(_SECONDS_TO_COMMIT):
                    await self._consumer.commit({each: records[-1].offset + 1 for each, records in poll.items()})
            except (CommitFailedError, IllegalStateError) as error:
                # The partitions have moved; whoever has them now gets these messages again, and their ids stop doubles.
                _log.info("input_redelivered", why=type(error).__name__)


async def _asked(answer: Awaitable[_Answer]) -> _Answer:
    """What the hub answers; that it is unavailable is told from a broker that is."""
    try:
        return await answer
    except Unavailable as error:
        raise NotTaken(str(error)) from error


def _agency(topic: str) -> str:
    return topic.removeprefix(INPUT_PREFIX)


def _message(record: ConsumerRecord) -> Message:
    # The time tells messages apart when a topic has been deleted and made again.
    position = f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp}"
    return Message(
        _agency(record.topic), position, {name: value or b"" for name, value in record.headers}, record.value
    )
