"""A hub with a fault: it notes releases as published before the broker has them. `python -m` runs it as the hub."""

from collections.abc import Sequence
from dataclasses import replace

from hub.__main__ import main
from hub.exchange.streams import Streams
from hub.ports import Publication
from tests.crash.faulty.moment import vulnerable


async def _publish(self: Streams, agency: str, publications: Sequence[Publication], number: int) -> None:
    outlet = self._outlets[agency]
    self._outlets[agency] = replace(outlet, published=max(outlet.published, number))
    await self._store.published(self._outlets[agency])
    await vulnerable()
    if publications:
        await self._publisher.release(agency, publications)


if __name__ == "__main__":
    Streams._publish = _publish  # type: ignore[method-assign]  # noqa: SLF001 - this is the fault
    main()
