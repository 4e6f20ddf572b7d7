"""What lies between a process and its ports: delay, errors, and the points at which it may be killed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from hub.domain.errors import Unavailable
from tests.simulation.loop import Process

_YIELDS = 0.7
"""How often another task may come between, at a point that does not take time."""


class Wire(Protocol):
    """Crossed on the way to a port and on the way back."""

    async def cross(self, point: str) -> None:
        """Pass a named point. Raises `Unavailable`; never returns once the process is killed."""
        ...


class Calm:
    """A wire on which nothing happens, and which never waits."""

    async def cross(self, point: str) -> None:
        """Pass."""


@dataclass(slots=True)
class Weather:
    """How rough a history is: probabilities at each point crossed. Ends with `calm`."""

    killed: float = 0.0
    unavailable: float = 0.0
    slow: float = 0.1
    slowness: float = 0.05
    """Mean delay where there is one, in seconds."""
    held: bool = False
    """No faults for the time being."""

    def calm(self) -> None:
        """No more faults from now on."""
        self.killed = self.unavailable = 0.0


class Stormy:
    """A wire of one process in the weather of a history."""

    def __init__(
        self,
        process: Process,
        weather: Weather,
        random: Random,
        struck: Counter[tuple[str, str]],
        note: Callable[[str], None],
    ) -> None:
        """struck: counts what happened where. note: told of it."""
        self._process = process
        self._weather = weather
        self._random = random
        self._struck = struck
        self._note = note

    async def cross(self, point: str) -> None:
        """Pass, perhaps later, perhaps not at all."""
        self._unless_dead()
        weather, chance = self._weather, self._random.random
        waits = chance()
        if waits < weather.slow:
            await asyncio.sleep(self._random.expovariate(1 / weather.slowness))
        elif waits < _YIELDS:
            await asyncio.sleep(0)
        self._unless_dead()
        if weather.held:
            return
        if chance() < weather.killed:
            self._strikes(point, "killed")
            self._process.kill()
            await asyncio.sleep(0)
        if chance() < weather.unavailable:
            self._strikes(point, "unavailable")
            raise Unavailable(f"cut at {point}")

    def _unless_dead(self) -> None:
        if not self._process.alive:
            raise asyncio.CancelledError

    def _strikes(self, point: str, what: str) -> None:
        self._struck[point, what] += 1
        self._note(f"{self._process.name} {what} at {point}")
