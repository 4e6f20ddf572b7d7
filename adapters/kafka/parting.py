"""Parts with an aiokafka client for good, whatever state the broker has left it in."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

_SECONDS = 5.0

_log = structlog.get_logger(__name__)


async def part_with_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer within seconds."""
    if not await _stopped(consumer.stop()):
        await consumer._client.close()  # noqa: SLF001 - what stop() would have come to


async def part_with_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer within seconds; what it could not send until then, it never sends.

    By itself it would wait for the broker for ever, and send old releases after newer ones when that comes back.
    """
    if not await _stopped(producer.stop()):
        await _stopped(producer._sender.close())  # noqa: SLF001 - aiokafka has no way to stop without flushing
        await producer.client.close()


async def _stopped(stopping: Coroutine[Any, Any, None]) -> bool:
    """Whether it stopped in time and without an error.

    In a task of its own: aiokafka cancels tasks and lets their CancelledError out of `stop`, which would pass for
    the cancellation of whoever calls it, and end that in silence.
    """
    task = asyncio.create_task(stopping)
    await asyncio.wait((task,), timeout=_SECONDS)
    task.cancel()
    await asyncio.wait((task,))
    if task.cancelled():
        return False
    if error := task.exception():
        _log.info("kafka_client_broken", error=type(error).__name__)
    return error is None
