"""How the broker is reached, and what its errors mean."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from aiokafka import errors

from adapters.kafka.broker import Broker, broker_errors
from adapters.kafka.parting import _stopped
from hub.domain.errors import Halt, Unavailable


@pytest.mark.parametrize(
    ("broker", "protocol"),
    [
        (Broker("a:1"), "PLAINTEXT"),
        (Broker("a:1", "hub", "secret"), "SASL_PLAINTEXT"),
    ],
)
def test_what_is_given_decides_the_protocol(broker: Broker, protocol: str) -> None:
    arguments = broker.arguments()
    assert arguments["security_protocol"] == protocol
    assert arguments["sasl_plain_password"] == broker.password


def test_a_password_is_in_no_text() -> None:
    assert "secret" not in repr(Broker("a:1", "hub", "secret"))


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (errors.TopicAuthorizationFailedError("hub.in.prison"), Halt),
        (errors.SaslAuthenticationFailed(), Halt),
        (errors.MessageSizeTooLargeError(), Halt),
        (errors.KafkaConnectionError("gone"), Unavailable),
        (errors.NotEnoughReplicasError(), Unavailable),
        (errors.OutOfOrderSequenceNumber(), Unavailable),
        (errors.InvalidReplicationFactorError(), Unavailable),
        (TimeoutError(), Unavailable),
        (ConnectionRefusedError(), Unavailable),
    ],
)
def test_every_error_says_who_must_act(raised: Exception, told: type[Exception]) -> None:
    with pytest.raises(told), broker_errors():
        raise raised


def test_a_defect_stays_a_defect() -> None:
    with pytest.raises(KeyError), broker_errors():
        raise KeyError("partition")


async def _cancelled_within() -> None:
    """As aiokafka's stop does: cancels a task of its own and waits for it."""
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
    await task


async def _refusing() -> None:
    raise errors.KafkaConnectionError("gone")


async def _at_once() -> None:
    return


@pytest.mark.parametrize(
    ("stopping", "clean"), [(_cancelled_within(), False), (_refusing(), False), (_at_once(), True)]
)
async def test_whoever_parts_with_a_client_lives_on(stopping: Coroutine[Any, Any, None], clean: bool) -> None:
    assert await _stopped(stopping) is clean
