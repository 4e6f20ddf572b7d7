"""A hub with a fault: it commits what it polled before that is safe in the store. `python -m` runs it as the hub."""

import asyncio
from collections.abc import Sequence

from hub.__main__ import main
from hub.exchange.consume import Consumption
from hub.ports import Message
from tests.crash.faulty.moment import vulnerable

_take = Consumption.take
_late: set["asyncio.Task[None]"] = set()


async def _take_later(self: Consumption, messages: Sequence[Message]) -> None:
    await vulnerable()
    await _take(self, messages)


async def _promise(self: Consumption, messages: Sequence[Message]) -> None:
    task = asyncio.create_task(_take_later(self, messages))
    _late.add(task)
    task.add_done_callback(_late.discard)


if __name__ == "__main__":
    Consumption.take = _promise  # type: ignore[method-assign]  # this is the fault
    main()
