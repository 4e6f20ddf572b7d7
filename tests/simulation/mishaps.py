"""What happens that nobody asked for: processes die, topics lose something, the lead is lost, contracts change."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from hub.domain.contract import Contract, People
from hub.exchange import streams
from tests.simulation.cast import Cast
from tests.simulation.hub import Ground
from tests.simulation.wire import Weather

_LOOKED_S = 2 * streams.WATCH_S
"""Within so long, a relay that is not disturbed has looked at its topics."""


class Mishaps:
    """Those of one history."""

    def __init__(
        self,
        ground: Ground,
        cast: Cast,
        weather: Weather,
        random: Random,
        note: Callable[[str], None],
        mostly: str | None,
    ) -> None:
        """mostly: the kind that happens as often as all others together."""
        self._ground = ground
        self._cast = cast
        self._weather = weather
        self._random = random
        self._note = note
        self._kinds: Sequence[tuple[str, Callable[[str], bool]]] = (
            ("delete", self._delete),
            ("empty", self._empty),
            ("cut", self._cut),
            ("compact", self._compact),
            ("kill", self._kill),
            ("kill", self._kill),
            ("lead", self._lose_lead),
            ("refill", self._ask_refill),
            ("contract", self._change_contract),
        )
        self._mostly = [each for each in self._kinds if each[0] == mostly]

    async def go_on(self, stream_agencies: Sequence[str]) -> None:
        """Now and then one, until cancelled."""
        rate = self._random.choice((0.05, 0.3, 1.0))
        while True:
            await asyncio.sleep(self._random.expovariate(rate))
            kinds = self._mostly if self._mostly and self._random.random() < 0.5 else self._kinds
            kind, happen = self._random.choice(kinds)
            agency = self._random.choice(stream_agencies)
            if not happen(agency):
                continue
            self._cast.struck["mishap", kind] += 1
            self._note(f"mishap: {kind}, {agency} if it matters to whom")
            if kind == "cut":
                await self._leave_alone()

    async def _leave_alone(self) -> None:
        """Nothing else breaks until the relay has looked: two faults at once may hide each other from everybody."""
        self._weather.held = True
        await asyncio.sleep(_LOOKED_S)
        self._weather.held = False

    def _delete(self, agency: str) -> bool:
        self._ground.broker.delete(f"hub.out.{agency}")
        return True

    def _empty(self, agency: str) -> bool:
        self._ground.broker.topic(f"hub.out.{agency}").empty()
        return True

    def _cut(self, agency: str) -> bool:
        """A power cut takes the end of a topic, with some of what the relay has noted as published, and the reader."""
        topic = self._ground.broker.topic(f"hub.out.{agency}")
        outlet = self._ground.tables.outlets.get(agency)
        now = asyncio.get_running_loop().time()
        disturbed = any(process.asleep_until > now for process in self._cast.processes)
        if outlet is None or outlet.topic_end <= topic.start or disturbed:
            return False
        topic.cut(topic.end - self._random.randint(topic.start, min(topic.end, outlet.topic_end) - 1))
        for process in [each for each in self._cast.processes if each.name == agency]:
            process.kill()
        return True

    def _compact(self, agency: str) -> bool:
        self._ground.broker.topic(f"hub.out.{agency}").compact(self._random)
        return True

    def _kill(self, _agency: str) -> bool:
        if self._cast.processes:
            self._random.choice(self._cast.processes).kill()
        return bool(self._cast.processes)

    def _lose_lead(self, _agency: str) -> bool:
        self._ground.tables.leader = None
        return True

    def _ask_refill(self, agency: str) -> bool:
        outlet = self._ground.tables.outlets.get(agency)
        if outlet is not None:
            self._ground.tables.outlets[agency] = replace(outlet, refill=True)
        return outlet is not None

    def _change_contract(self, _agency: str) -> bool:
        """The hub is stopped and started under a contract that says something else of what an agency receives."""
        contracts = self._ground.contracts
        changed = self._random.choice(list(contracts.values()))
        contracts[changed.agency] = self._changed(changed)
        for hub in self._cast.hubs.values():
            hub.process.kill()
        return True

    def _changed(self, contract: Contract) -> Contract:
        match self._random.randrange(3):
            case 0:
                return replace(contract, limited_access=not contract.limited_access)
            case 1:
                return replace(contract, people=People.ALL if contract.people is People.KNOWN else People.KNOWN)
            case _:
                offender = replace(contract.receives["offender"], fields=frozenset({"names", "sex", "identifiers"}))
                return replace(contract, receives={**contract.receives, "offender": offender})
