"""What lies between a process and its ports: delay, errors, and the points at which it may be killed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from hub.domain.errors import Unavailable
from tests.simulation.loop import Process

_PAUSES_S = (0.3, 1.0, 3.0)
"""For how long a machine stands still: the last is long enough for another to have taken over and looked around."""
_WHERE_IT_HURTS = 10
"""So much more often it stands still while it publishes: what it sends then may come behind what is newer."""
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
    paused: float = 0.0
    unavailable: float = 0.0
    slow: float = 0.1
    slowness: float = 0.05
    """Mean delay where there is one, in seconds."""
    held: bool = False
    """No faults for the time being."""

    def calm(self) -> None:
        """No more faults from now on, and answers come as soon as on any day."""
        self.killed = self.paused = self.unavailable = 0.0
        self.slow, self.slowness = min(self.slow, 0.2), min(self.slowness, 0.05)


class Stormy:
    """A wire of one process in the weather of a history. strikes: told which process was struck where by what."""

    def __init__(
        self, process: Process, weather: Weather, random: Random, strikes: Callable[[Process, str, str], None]
    ) -> None:
        self._process = process
        self._weather = weather
        self._random = random
        self._strikes = strikes

    async def cross(self, point: str) -> None:
        """Pass, perhaps later, perhaps not at all."""
        await self._linger()
        weather, chance = self._weather, self._random.random
        if weather.held:
            return
        if chance() < weather.paused * (_WHERE_IT_HURTS if point == "broker.publish" else 1):
            self._strikes(self._process, point, "paused")
            self._process.asleep_until = asyncio.get_running_loop().time() + self._random.choice(_PAUSES_S)
            await self._linger()
        if chance() < weather.killed:
            self._strikes(self._process, point, "killed")
            self._process.kill()
            await asyncio.sleep(0)
        if chance() < weather.unavailable:
            self._strikes(self._process, point, "unavailable")
            raise Unavailable(f"cut at {point}")

    async def _linger(self) -> None:
        self._unless_dead()
        waits = self._random.random()
        if waits < self._weather.slow:
            await asyncio.sleep(self._random.expovariate(1 / self._weather.slowness))
        elif waits < _YIELDS:
            await asyncio.sleep(0)
        while (pause := self._process.asleep_until - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(pause)
        self._unless_dead()

    def _unless_dead(self) -> None:
        if not self._process.alive:
            raise asyncio.CancelledError
