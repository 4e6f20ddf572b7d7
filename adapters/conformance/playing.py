"""Plays the situations one after the other against a tried adapter, and says what passed."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from adapters.conformance.app import app_of
from adapters.conformance.driver import Driver, DriverFailed
from adapters.conformance.people import People
from adapters.conformance.pretend import PretendHub
from adapters.conformance.situations import SITUATIONS, Situation
from adapters.conformance.stage import Failed, Stage
from hub.clock import Clock
from hub.listening import serve


class Result(StrEnum):
    """How a situation ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a situation. why: what went wrong, or why it was not tried."""

    situation: str
    result: Result
    why: str = ""


async def play(
    hub: PretendHub,
    driver: Driver,
    now: Clock,
    *,
    situations: Sequence[Situation] = SITUATIONS,
    patience: float = 15.0,
    quiet: float = 1.5,
    ended: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Play the situations; `ended` is told of each as it ends. patience, quiet: seconds, see `Stage`.

    Raises:
        DriverFailed: the driver does not say what it can.
    """
    tried = await driver.abilities()
    stage = Stage(hub, driver, tried, People(tried.kind), now(), patience, quiet)
    outcomes = []
    for situation in situations:
        outcome = await _played(situation, stage)
        ended(outcome)
        outcomes.append(outcome)
    return outcomes


async def _played(situation: Situation, stage: Stage) -> Outcome:
    if not situation.applies(stage.tried):
        return Outcome(situation.name, Result.NOT_TRIED, "the driver says that this is not the system's")
    try:
        await situation.play(stage)
    except (Failed, DriverFailed) as error:
        return Outcome(situation.name, Result.FAILED, str(error))
    return Outcome(situation.name, Result.PASSED)


@asynccontextmanager
async def served(hub: PretendHub, listening: socket.socket) -> AsyncIterator[None]:
    """The pretended hub answers on the socket within the context."""
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(app_of(hub), listening, stop, grace_s=1))
    try:
        yield
    finally:
        stop.set()
        await serving
