"""A hub with faults: it answers decisions and receipts, and notes alerts as raised, before any of it is in the store.

`python -m` runs it as the hub.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.__main__ import main
from hub.exchange.resolve import Choice, Resolving, Ruled
from hub.store import alerts
from hub.store.bulk import insert_or_ignore
from hub.store.engine import writing
from hub.store.receipts import Applied, ReceiptStore
from hub.store.sightings import Sighting
from tests.crash.faulty.moment import vulnerable

_rule = Resolving.rule
_apply = ReceiptStore.apply
_late: set["asyncio.Task[None]"] = set()


def _later(work: Awaitable[object]) -> None:
    task = asyncio.create_task(_do_later(work))
    _late.add(task)
    task.add_done_callback(_late.discard)


async def _do_later(work: Awaitable[object]) -> None:
    await vulnerable()
    await work


async def _decide_later(
    self: Resolving, one: tuple[str, str], other: tuple[str, str], choice: Choice, why: str, by: str
) -> Ruled:
    _later(_rule(self, one, other, choice, why, by))
    return Ruled(choice, "", "", {}, {})


async def _note_later(
    self: ReceiptStore, agency: str, applied: Sequence[Applied], at: datetime, seen: Sequence[Sighting] = ()
) -> None:
    _later(_apply(self, agency, applied, at, seen))


async def _raise_later(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        _later(_raise(connection.engine, table, rows))


async def _raise(engine: AsyncEngine, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    async with writing(engine) as connection:
        await insert_or_ignore(connection, table, rows)


if __name__ == "__main__":
    Resolving.rule = _decide_later  # type: ignore[method-assign]  # these are the faults
    ReceiptStore.apply = _note_later  # type: ignore[method-assign]
    alerts.insert_or_ignore = _raise_later  # type: ignore[attr-defined]
    main()
