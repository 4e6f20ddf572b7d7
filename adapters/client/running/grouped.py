"""Changes of several tasks, committed together: a commit waits for the disk, and one wait may do for many."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from adapters.client.running.store import Store


class _Change(NamedTuple):
    """done: told when it is on disk, or why it is not."""

    make: Callable[[], None]
    done: asyncio.Future[None]


class Grouped:
    """Makes changes to a store. What comes while the disk is waited for is made together next."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Change] = []
        self._committing: asyncio.Task[None] | None = None

    async def write(self, make: Callable[[], None]) -> None:
        """Make a change, which awaits nothing; it is on disk when this returns. Raises what it raises, alone."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(_Change(make, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await done

    async def _commit(self) -> None:
        """All that wait; those made ready by the same turn of the loop wait by now."""
        changes, self._waiting, self._committing = self._waiting, [], None
        try:
            self._make(changes)
        except sqlite3.Error as error:
            _tell(changes, error)
        except Exception:  # noqa: BLE001 - one of them is wrong: each alone says which
            for each in changes:
                self._alone(each)

    def _make(self, changes: list[_Change]) -> None:
        with self._store.transaction():
            for each in changes:
                each.make()
        _tell(changes, None)

    def _alone(self, change: _Change) -> None:
        try:
            self._make([change])
        except Exception as error:  # noqa: BLE001 - whoever wrote it is told, and decides
            _tell([change], error)


def _tell(changes: list[_Change], error: Exception | None) -> None:
    for each in changes:
        if each.done.done():  # whoever waited has been stopped
            continue
        if error is None:
            each.done.set_result(None)
        else:
            each.done.set_exception(error)
