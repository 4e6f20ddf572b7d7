"""A service at work: its people enter the caseload into their systems, with the mishaps of the way."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from adapters.sandbox.caseload.changes import Change, Mishap
from adapters.sandbox.native import NativeStore

PLAYED = "played"
"""The note that the whole caseload has been entered."""

_AT_ONCE = 25
_AHEAD = 100
_SECONDS_TO_CATCH_UP = 1.0
_LOOK_S = 0.02
_BATCHES_LATE = 4
_CLOCK_AHEAD = timedelta(hours=1)

_Item = TypeVar("_Item")


async def play(store: NativeStore, changes: Iterable[Change], clock: Callable[[], float]) -> None:
    """Enter the caseload, not far ahead of what comes back: people at their desks do not run away from the hub.

    clock: seconds since 1970. What is announced late, or with a wrong clock, is announced rightly some batches on.
    """
    late: list[list[Change]] = [[] for _ in range(_BATCHES_LATE)]
    for batch in _batches(changes, _AT_ONCE):
        await _caught_up(store)
        store.enter((change for change in batch if change.mishap not in _LATER), clock())
        late.append([_mishandled(store, change, clock) for change in batch if change.mishap in _LATER])
        for change in batch:
            if change.mishap is Mishap.SENT_TWICE:
                store.announce_again(change, change.recorded, clock())
        _announce(store, late.pop(0), clock)
    _announce(store, [change for each in late for change in each], clock)
    store.note(PLAYED, datetime.fromtimestamp(clock(), UTC).isoformat())


_LATER = frozenset({Mishap.SENT_LATE, Mishap.CLOCK_AHEAD})


def _mishandled(store: NativeStore, change: Change, clock: Callable[[], float]) -> Change:
    """Entered, and for now not announced, or announced with a time that has not come."""
    store.keep_quietly(change)
    if change.mishap is Mishap.CLOCK_AHEAD:
        now = datetime.fromtimestamp(clock(), UTC)
        store.announce_again(change, now + _CLOCK_AHEAD, clock())
    return change


def _announce(store: NativeStore, changes: Iterable[Change], clock: Callable[[], float]) -> None:
    for change in changes:
        store.announce_again(change, change.recorded, clock())


async def _caught_up(store: NativeStore) -> None:
    """Until what was entered has come back but for the last few hundred, or for a while: some is withheld."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SECONDS_TO_CATCH_UP
    while store.entered - store.handed_over > _AHEAD and loop.time() < until:  # noqa: ASYNC110 - the desk tells nobody
        await asyncio.sleep(_LOOK_S)


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
