"""Reads what the agencies send: every `hub.in.*`, in one group, committing after the handler has done its work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from adapters.kafka.broker import REQUEST_TIMEOUT_MS, Broker, broker_errors
from adapters.kafka.parting import part_with_consumer
from adapters.kafka.topics import INPUT_PREFIX
from adapters.kafka.unreadable import UNREADABLE, pick_out
from hub.domain.errors import Unavailable
from hub.ports import Message

MessageHandler: TypeAlias = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes the messages of one poll, in poll order. Returns when they are safe; raises `Unavailable` or `Halt`."""

Paused: TypeAlias = Callable[[], Awaitable[Collection[str]]]
"""Names the agencies whose input stands still now. Raises `Unavailable` or `Halt`."""

_GROUP = "hub"
_PATTERN = rf"^{INPUT_PREFIX.replace('.', '[.]')}"
_MOST_AT_ONCE = 500
_POLL_MS = 250
_SESSION_MS = 10_000
_SECONDS_TO_COMMIT = REQUEST_TIMEOUT_MS / 1000
_WAITS_S = (0.1, 0.2, 0.5, 1.0, 2.0)

_Poll: TypeAlias = Mapping[TopicPartition, list[ConsumerRecord]]

_Answer = TypeVar("_Answer")

_log = structlog.get_logger()


class InputConsumer:
    """One member of the group that reads all agencies' input.

    instance: this process's own name in the group, the same after a restart, so that it takes up its partitions at
    once; no two processes share one. Topics of agencies that come later are found within `look_for_topics_s` seconds.
    """

    def __init__(
        self, broker: Broker, instance: str, handle: MessageHandler, paused: Paused, look_for_topics_s: float = 15.0
    ) -> None:
        self._broker = broker
        self._instance = instance
        self._handle = handle
        self._paused = paused
        self._look_for_topics_ms = int(look_for_topics_s * 1000)

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until told to stop; the poll under way is finished and committed first.

        A broker that is lost and a handler that is `Unavailable` are waited out: the same messages come again.

        Raises:
            Halt: an operator must act; nothing of the poll under way has been committed.
        """
        wait = _Waiting(stop)
        while not stop.is_set():
            try:
                async with self._joined() as member:
                    await self._consume(member, stop, wait)
            except Unavailable as error:
                await wait.after(error)

    async def _consume(self, member: "_Member", stop: asyncio.Event, wait: "_Waiting") -> None:
        while not stop.is_set():
            try:
                if poll := await member.poll():
                    await member.take(poll)
                    wait.is_over()
            except _NotTaken as error:
                await wait.after(error)

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator["_Member"]:
        consumer = AIOKafkaConsumer(
            **self._broker.arguments(),
            group_id=_GROUP,
            group_instance_id=self._instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=_SESSION_MS,
            metadata_max_age_ms=self._look_for_topics_ms,
        )
        member = _Member(consumer, self._handle, self._paused)
        consumer.subscribe(pattern=_PATTERN, listener=member)
        try:
            with broker_errors():
                await consumer.start()
                # A member that comes back under its name is handed its old partitions without a look at the topics,
                # and a leader is not told that it leads: topics made meanwhile would stay unread. A second joining,
                # for which aiokafka has no public call, makes the leader share them out anew.
                consumer._coordinator.request_rejoin()  # noqa: SLF001 - see above
            yield member
        finally:
            await part_with_consumer(consumer)


class _NotTaken(Exception):
    """The hub cannot take messages now; the consumer stands where it stood, and stays in the group."""


async def _asked(answer: Awaitable[_Answer]) -> _Answer:
    """What the hub answers; that it is unavailable is told from a broker that is."""
    try:
        return await answer
    except Unavailable as error:
        raise _NotTaken(str(error)) from error


class _Waiting:
    """Waits longer after every failure in a row, and no longer than until stopped."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._failures = 0

    async def after(self, error: Exception) -> None:
        seconds = _WAITS_S[min(self._failures, len(_WAITS_S) - 1)]
        self._failures += 1
        _log.warning("input_interrupted", why=str(error), seconds=seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def is_over(self) -> None:
        self._failures = 0


class _Member(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
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
        if assigned and assigned == held:
            await asyncio.sleep(_POLL_MS / 1000)
            return {}
        with broker_errors():
            polled = await self._fetched(assigned - held)
        return {partition: records for partition, records in polled.items() if _agency(partition.topic) not in paused}

    async def _fetched(self, partitions: set[TopicPartition]) -> _Poll:
        """What has come on these partitions; named, for what was fetched before a pause would come all the same."""
        try:
            return await self._consumer.getmany(*partitions, timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE)  # type: ignore[no-any-return]
        except UNREADABLE as error:
            _log.warning("message_unreadable", why=type(error).__name__)
            return await pick_out(self._consumer, partitions)

    async def take(self, poll: _Poll) -> None:
        """Hand over a poll, then commit it.

        Raises:
            _NotTaken: it will be polled again.
        """
        async with self._taking:
            try:
                await _asked(self._handle([_message(record) for records in poll.values() for record in records]))
            except _NotTaken:
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


def _agency(topic: str) -> str:
    return topic.removeprefix(INPUT_PREFIX)


def _message(record: ConsumerRecord) -> Message:
    # The time tells messages apart when a topic has been deleted and made again.
    position = f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp}"
    return Message(
        _agency(record.topic), position, {name: value or b"" for name, value in record.headers}, record.value
    )
