"""Who plays in a history: processes of the hub and of the agencies, each started again whenever it dies."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from hub.domain.errors import Unavailable
from tests.simulation.agencies import Agency
from tests.simulation.hub import Died, Ground, Hub
from tests.simulation.loop import Process
from tests.simulation.wire import Stormy, Weather

_AWAY_S = (0.2, 1.0, 4.0)
"""For how long an agency stays away when its reader has died."""


class Cast:
    """All processes of one history. struck: (where, what) -> how often a fault struck there."""

    def __init__(self, ground: Ground, weather: Weather, random: Random, note: Callable[[str], None]) -> None:
        self.hubs: dict[str, Hub] = {}
        self.processes: list[Process] = []
        self.struck: Counter[tuple[str, str]] = Counter()
        self._ground = ground
        self._weather = weather
        self._random = random
        self._note = note

    def door(self) -> Hub:
        """Any process of the hub; it may be dead."""
        return self._random.choice(list(self.hubs.values()))

    async def keep_hub(self, name: str) -> None:
        """Run a process of the hub for ever.

        Raises:
            Died: it ended by itself.
        """
        while True:
            process = Process(name)
            hub = Hub(self._ground, process, self._wire(process), partial(self._assigned, process))
            self.hubs[name] = hub
            self._note(f"{name} starts")
            await self._ended(process, process.start(hub.run()))
            await asyncio.sleep(self._random.expovariate(2))

    async def keep_agency(self, agency: Agency) -> None:
        """Run the reader of an agency for ever; it may give up when nothing answers.

        Raises:
            Died: it ended by itself otherwise.
        """
        while True:
            process = Process(agency.name)
            reading = process.start(agency.read(self._wire(process)))
            try:
                await self._ended(process, reading)
            except Unavailable:
                self._note(f"{agency.name} gives up")
            await asyncio.sleep(self._random.choice(_AWAY_S))

    async def _ended(self, process: Process, task: "asyncio.Task[None]") -> None:
        self.processes.append(process)
        await asyncio.wait((task,))
        self.processes.remove(process)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Unavailable):
            raise error
        raise Died(f"{process.name} ended by itself: {error!r}") from error

    def _wire(self, process: Process) -> Stormy:
        return Stormy(process, self._weather, self._random, self._strikes)

    def _strikes(self, process: Process, point: str, what: str) -> None:
        """A process that stands still loses the lead: the database gives up on its connection."""
        self.struck[point, what] += 1
        self._note(f"{process.name} {what} at {point}")
        hub = self.hubs.get(process.name)
        if what == "paused" and hub is not None and hub.leads:
            self._ground.tables.leader = None

    def _assigned(self, process: Process) -> list[str]:
        """The inputs of one process: dealt out among those that are alive."""
        alive = [each.process for each in self.hubs.values() if each.process.alive]
        if process not in alive:
            return []
        return list(self._ground.inputs[alive.index(process) :: len(alive)])
