"""Hands releases over to the native system: in order within a person, several persons at once, once each."""

import asyncio
import sqlite3
from collections import deque
from dataclasses import dataclass

import structlog

from adapters.client.running.handover import HandOver
from adapters.client.running.inbound import ADAPTER_FAILED
from adapters.client.running.store import Store
from adapters.client.running.waiting import any_of
from hub.domain.errors import HubError, Unavailable

_PERSONS_AT_ONCE = 32
_LOOKED_AT = 2_000
_LOOK_S = 1.0
_WAITS_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Pause:
    """A person whose releases wait because the native system did not answer. until: by the loop's clock."""

    tried: int
    until: float


class Handing:
    """Works off what is to be handed over; a person whose release gets no answer waits, the others go on."""

    def __init__(self, store: Store, hand_over: HandOver) -> None:
        self._store = store
        self._hand_over = hand_over
        self._busy: set[str] = set()
        self._next: deque[str] = deque()
        self._freed = asyncio.Event()
        self._pauses: dict[str, _Pause] = {}

    async def run(self, stop: asyncio.Event, kept: asyncio.Event, applied: asyncio.Event) -> None:
        """Hand over until told to stop, then finish what is under way.

        kept: rings when there is something to hand over. applied: is rung when receipts are due.
        """
        async with asyncio.TaskGroup() as tasks:
            while not stop.is_set():
                kept.clear()
                self._freed.clear()
                for person in self._ready():
                    self._busy.add(person)
                    tasks.create_task(self._serve(person, stop, applied))
                await any_of([stop, kept, self._freed], [], self._seconds_to_look())

    def _ready(self) -> list[str]:
        """Persons to begin with now: as many as there is room for."""
        moment = asyncio.get_running_loop().time()
        paused = {person for person, pause in self._pauses.items() if pause.until > moment}
        room, found = _PERSONS_AT_ONCE - len(self._busy), list[str]()
        if len(self._next) < room:
            self._next = deque(self._store.releases.persons_waiting(_LOOKED_AT))
        while self._next and len(found) < room:
            person = self._next.popleft()
            if person not in self._busy and person not in paused:
                found.append(person)
        return found

    def _seconds_to_look(self) -> float:
        moment = asyncio.get_running_loop().time()
        return min((pause.until - moment for pause in self._pauses.values() if pause.until > moment), default=_LOOK_S)

    async def _serve(self, person: str, stop: asyncio.Event, applied: asyncio.Event) -> None:
        """A person's releases by number, until there are no more or the native system does not answer."""
        try:
            await self._in_order(person, stop, applied)
        finally:
            self._busy.discard(person)
            self._freed.set()

    async def _in_order(self, person: str, stop: asyncio.Event, applied: asyncio.Event) -> None:
        while not stop.is_set() and (delivery := self._store.releases.next_of(person)) is not None:
            try:
                await self._hand_over.hand_over(delivery)
            except Unavailable as error:
                self._pause(person, str(error))
                return
            except (HubError, sqlite3.Error):
                raise
            except Exception:
                # The adapter's own fault ends the process; started again, it must not end at the same release.
                self._hand_over.park(delivery, (ADAPTER_FAILED,))
                raise
            self._pauses.pop(person, None)
            applied.set()

    def _pause(self, person: str, why: str) -> None:
        tried = self._pauses[person].tried + 1 if person in self._pauses else 1
        seconds = _WAITS_S[min(tried, len(_WAITS_S)) - 1]
        self._pauses[person] = _Pause(tried, asyncio.get_running_loop().time() + seconds)
        _log.warning("native_system_not_answering", why=why, attempt=tried, seconds=seconds)
