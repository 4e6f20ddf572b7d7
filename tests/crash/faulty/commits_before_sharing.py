"""A hub with a fault: it commits what it polled before it is safe in the store. `python -m` runs it as the hub."""

import asyncio

from adapters.kafka.consumer import _Member, _message, _Poll
from hub.__main__ import main

_REACHED_S = 0.3
"""Between the commit and what should have come first: time enough to be killed."""


async def _take(self: _Member, poll: _Poll) -> None:  # the fault stands where the code does
    await self._commit(poll)
    await asyncio.sleep(_REACHED_S)
    await self._handle([_message(record) for records in poll.values() for record in records])


if __name__ == "__main__":
    _Member.take = _take  # type: ignore[method-assign]  # this is the fault
    main()
