"""An operator who decides who is one person, rightly or not, while a trial goes on."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Self

import httpx

from hub.exchange.resolve import Choice
from tests.crash.installed import Installed
from tests.crash.operators import LocalId, Operator
from tests.crash.submissions import PRISON, PROBATION, Person, Said, people_of

_PAUSE_S = 0.2
_ON_WHAT_STANDS = 0.4
"""How often something is decided of two of whom something was decided before."""
_NEAR = (0, 1, 2, 3)
"""How far apart by number two people are, bit by bit: nobody becomes one with more than their next neighbours."""


class Deciding:
    """Used as a context, which ends it when the last decision was answered.

    standing: what was decided of two, and answered, and not taken back: who -> link or keep apart. refused: what may
    not be. answered: how many were.
    """

    def __init__(self, installed: Installed, hub: str, said: Sequence[Said], seed: int) -> None:
        self.standing: dict[tuple[LocalId, LocalId], Choice] = {}
        self.refused: list[str] = []
        self.answered = 0
        self._operator = Operator(installed, hub)
        self._names = installed.names
        self._people = people_of(len(said))
        self._random = Random(f"{seed} decisions")  # noqa: S311 - what is decided is played again by its seed
        self._ending = asyncio.Event()
        self._task = asyncio.create_task(self._decide())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the connections, whether all was answered or not."""
        self._task.cancel()
        await asyncio.wait((self._task,))
        await self._operator.__aexit__()

    async def done(self) -> None:
        """Decide no more; return when the last decision was answered. Raises what it ended by."""
        self._ending.set()
        await self._task

    async def _decide(self) -> None:
        random = self._random
        while not self._ending.is_set():
            await asyncio.sleep(random.uniform(0, 2 * _PAUSE_S))
            if self.standing and random.random() < _ON_WHAT_STANDS:
                await self._on(random.choice(list(self.standing)), random.choice([*Choice]))
            else:
                await self._on(self._two(), random.choice([Choice.LINK, Choice.KEEP_APART]))

    def _two(self) -> tuple[LocalId, LocalId]:
        """Local ids of neighbours, or of one person."""
        random, first = self._random, self._random.choice(self._people)
        other = Person(first.number ^ random.choice(_NEAR))
        one_is, other_is = random.choice([(PROBATION, PRISON), (PROBATION, PROBATION), (PRISON, PRISON)])
        one, two = self._local_id(one_is, first), self._local_id(other_is, other)
        return self._two() if one == two else (min(one, two), max(one, two))

    def _local_id(self, service: str, person: Person) -> LocalId:
        return self._names[service], person.crn if service == PROBATION else person.prison_number

    async def _on(self, two: tuple[LocalId, LocalId], choice: Choice) -> None:
        answer = await self._operator.asked(*two, choice)
        if answer.status_code == httpx.codes.NOT_FOUND and two not in self.standing:
            return  # one of them is yet to be heard of
        if answer.status_code == httpx.codes.CONFLICT and choice is Choice.TAKE_BACK:
            del self.standing[two]  # done when it was asked before, and the answer lost
        elif answer.is_error:
            self.refused.append(f"{choice} was answered {answer.status_code}")
        elif choice is Choice.TAKE_BACK:
            del self.standing[two]
        else:
            self.standing[two] = choice
        self.answered += 1
