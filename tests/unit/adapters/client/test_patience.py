"""Trying again until answered, or until told to stop."""

import asyncio

import pytest

from adapters.client.patience import until_answered
from hub.domain.errors import Halt, Unavailable


class Answers:
    """Fails so often, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)

    async def __call__(self) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return "done"


async def test_it_is_tried_until_answered() -> None:
    assert await until_answered(asyncio.Event(), Answers(Unavailable("no"), Unavailable("no"))) == "done"


async def test_what_cannot_help_is_not_tried_again() -> None:
    with pytest.raises(Halt):
        await until_answered(asyncio.Event(), Answers(Halt("wrong version")))


async def test_stopping_ends_the_waiting_and_says_what_is_missing() -> None:
    stop = asyncio.Event()
    trying = asyncio.create_task(until_answered(stop, Answers(*[Unavailable("no broker")] * 1_000)))
    await asyncio.sleep(0.15)
    stop.set()
    with pytest.raises(Unavailable, match="no broker"):
        await asyncio.wait_for(trying, 1)
