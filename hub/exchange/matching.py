"""Matching by likelihood: compares whoever is described anew with the others, beside `share`, which never waits for it.

What is found of two local ids is recorded in one transaction with all that follows from it, as an operator's decision
is. It is a function of the two descriptions, the weights, and which of their blocking keys very many have by now,
in whatever order they came: a key counts only as long as its block is not large. A crash at any point forgets nothing:
a local id waits until what was found of it is recorded, and finding it again changes nothing.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import orjson

from hub.clock import Clock
from hub.domain.joining import Pair, pair_of
from hub.domain.likelihood.blocking import ladders
from hub.domain.likelihood.traits import Traits
from hub.exchange.describing import Describing, read_traits, written
from hub.exchange.finding import Found, Recorded, Recording
from hub.exchange.judging import Judging
from hub.exchange.rounds import rounds
from hub.ports import Candidates, Description, Keys, MatchingStore, Seal, Unmatched
from hub.trust.naming import ladder_digests

TURN = 20
"""Local ids compared in one turn: few, for nothing else is done meanwhile."""
LOOK_S = 1.0
"""How often it is looked whether anybody waits of whom another process took something; for this one a bell is rung."""


class Matching:
    """The use case."""

    def __init__(
        self,
        waiting: MatchingStore,
        recording: Recording,
        describing: Describing,
        judging: Judging,
        keys: Keys,
        seal: Seal,
        now: Clock,
        told: Callable[[Recorded], None] = lambda _recorded: None,
    ) -> None:
        """told: called with what each turn recorded."""
        self._waiting = waiting
        self._recording = recording
        self._describing = describing
        self._judging = judging
        self._keys = keys
        self._seal = seal
        self._now = now
        self._told = told

    async def run(self, stop: asyncio.Event, said: asyncio.Event) -> None:
        """Match until told to stop. said: set by `share` when something was said. Raises `Halt`."""
        await rounds("matching", self.step, stop, LOOK_S, said)

    async def step(self) -> bool:
        """Match those who wait longest; whether there may be more. Raises `Unavailable`, `Halt`."""
        turn = await self._waiting.take(TURN, self._now())
        if not turn.rows:
            return False
        people = {row.local: self._traits(row) for row in turn.rows}
        descriptions = {key: self._description(key, each) for key, each in people.items()}
        numbers = await self._waiting.describe(turn, descriptions)
        described = {key: (each, number) for key, each in people.items() if each and (number := numbers.get(key))}
        candidates = await self._waiting.candidates(
            {key: each.ladders for key, each in descriptions.items() if each and key in described}
        )
        passed = {form for each in candidates.values() for form in each.passed}
        recorded = await self._recording.record(numbers, await self._compared(described, candidates), passed)
        large, cut = sum(each.large for each in candidates.values()), sum(each.cut for each in candidates.values())
        self._told(replace(recorded, large=large, cut=cut))
        await self._waiting.settle(turn)
        return len(turn.rows) == TURN

    def _traits(self, row: Unmatched) -> Traits | None:
        if row.said is None:
            return None
        local_id, body = (self._seal.open(f"local:{row.local}", sealed) for sealed in (row.sealed, row.said))
        return self._describing.traits(row.agency, local_id.decode(), orjson.loads(body))

    def _description(self, local: str, traits: Traits | None) -> Description | None:
        if traits is None:
            return None
        digests = frozenset(ladder_digests(self._keys, ladder) for ladder in ladders(traits))
        return Description(self._seal.seal(f"local:{local}", written(traits)), digests)

    async def _compared(
        self, described: Mapping[str, tuple[Traits, int]], candidates: Mapping[str, Candidates]
    ) -> list[Found]:
        """What is found of each two. described: local key -> description and its number. candidates: whom with."""
        found: dict[Pair, Found] = {}
        for local, of_local in candidates.items():
            traits, number = described[local]
            for other in of_local.found:
                pair = pair_of(local, other.local)
                theirs = read_traits(self._seal.open(f"local:{other.local}", other.sealed))
                numbers = {local: number, other.local: other.number}
                found[pair] = Found(pair, *self._judging.judge(pair, traits, theirs), numbers)
            await asyncio.sleep(0)  # others of this process have their turn
        return list(found.values())
