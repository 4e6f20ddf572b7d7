"""The convergence index: per agency and day, how far what it holds is the one truth, and how much of it is shared.

Agreement, conflicts and reviews are counted whole, in one pass every few minutes, not at each question: a pass over a
million records takes a second or two. Which properties an agency fills is sampled: every time some standing assertions
from a random place on are opened, and what they say is remembered for thirty days. So it costs the same however much
there is, and a property that is said seldom counts once it has been met.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import orjson

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.exchange.rounds import rounds
from hub.ports import Seal
from hub.spec.registry import Registry
from hub.store.measuring import Agreement, Announcements, Measured, MeasuringStore, Property, Risks, Sample

SAMPLED = 500
"""Standing assertions opened each time."""
REMEMBERED = timedelta(days=30)
"""For how long an agency counts as filling a property that it was seen to say, and what it was told is counted."""


class Measuring:
    """The use case. place: a random one among the slots."""

    def __init__(
        self,
        store: MeasuringStore,
        registry: Registry,
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: Clock,
        place: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._place = place
        self._properties = {type_: frozenset(registry.newest(type_).schema["properties"]) for type_ in registry.types()}

    async def run(self, stop: asyncio.Event, every_s: float) -> None:
        """Measure now, and again every so many seconds, until told to stop. Raises `Halt`."""
        await rounds("measuring", self.step, stop, every_s)

    async def step(self) -> None:
        """Measure once, for the day's row of every agency that has a contract. Raises `Unavailable`, `Halt`."""
        now = self._now()
        await self._store.seen(self._said(await self._sampled()), now)
        agreements, risks = await self._store.agreements(), await self._store.risks()
        announcements = await self._store.announcements(now - REMEMBERED)
        known = [each for each in await self._store.properties(now - REMEMBERED) if self._is_known(each)]
        await self._store.keep(
            [
                Measured(
                    agency,
                    now.date(),
                    now,
                    agreements.get(agency, Agreement()),
                    risks.get(agency, Risks()),
                    announcements.get(agency, Announcements()),
                    sum(map(len, self._properties.values())),
                    sum(each.agency == agency for each in known),
                    self._taken(contract),
                )
                for agency, contract in sorted(self._contracts.items())
            ]
        )

    async def history(self, days: int, agency: str | None) -> list[Measured]:
        """The last so many days, today among them, by agency and day; of one agency or all. Raises as `step`."""
        first: date = self._now().date() - timedelta(days=days - 1)
        return await self._store.history(first, agency)

    async def _sampled(self) -> list[Sample]:
        found = await self._store.sample(self._place(), SAMPLED)
        return found + await self._store.sample("", SAMPLED - len(found)) if len(found) < SAMPLED else found

    def _said(self, samples: Iterable[Sample]) -> set[Property]:
        """What says something: null says that there is none."""
        return {
            Property(each.agency, each.type, name)
            for each in samples
            for name, value in orjson.loads(self._seal.open(f"local:{each.local}", each.body)).items()
            if value is not None
        }

    def _is_known(self, said: Property) -> bool:
        """Whether the newest version of the specification still has it."""
        return said.property in self._properties.get(said.type, frozenset())

    def _taken(self, contract: Contract) -> int:
        """How many properties the contract lets an agency have."""
        return sum(
            len(known if receives.fields is None else known & receives.fields)
            for type_, receives in contract.receives.items()
            for known in [self._properties[type_]]
        )
