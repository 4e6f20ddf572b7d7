"""Reads what the agencies send: every `hub.in.*`, in one group, committing after the handler has done its work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaConsumer

from adapters.kafka.broker import Broker
from adapters.kafka.member import Member, MessageHandler, NotTaken, Paused
from adapters.kafka.parting import part_with_consumer
from adapters.kafka.reaching import reaching, started
from adapters.kafka.topics import INPUT_PREFIX
from hub.domain.errors import Unavailable

GROUP = "hub"
"""All processes of the hub that consume are members of this group."""
_PATTERN = rf"^{INPUT_PREFIX.replace('.', '[.]')}"
_SESSION_MS = 10_000
_WAITS_S = (0.1, 0.2, 0.5, 1.0, 2.0)

_log = structlog.get_logger(__name__)


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

    async def _consume(self, member: Member, stop: asyncio.Event, wait: "_Waiting") -> None:
        while not stop.is_set():
            try:
                if poll := await member.poll():
                    await member.take(poll)
                    wait.is_over()
            except NotTaken as error:
                await wait.after(error)

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator[Member]:
        consumer = AIOKafkaConsumer(
            **self._broker.arguments(),
            group_id=GROUP,
            group_instance_id=self._instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=_SESSION_MS,
            metadata_max_age_ms=self._look_for_topics_ms,
        )
        member = Member(consumer, self._handle, self._paused)
        consumer.subscribe(pattern=_PATTERN, listener=member)
        try:
            async with reaching(self._broker):
                await started(consumer.start())
                # A member that comes back under its name is handed its old partitions without a look at the topics,
                # and a leader is not told that it leads: topics made meanwhile would stay unread. A second joining,
                # for which aiokafka has no public call, makes the leader share them out anew.
                consumer._coordinator.request_rejoin()  # noqa: SLF001 - see above
            yield member
            # Told to stop, it leaves its partitions to others at once, and not when its session has run out: aiokafka
            # lets no member leave that has a name.
            consumer._coordinator._group_instance_id = None  # noqa: SLF001 - see above
        finally:
            await part_with_consumer(consumer)


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
