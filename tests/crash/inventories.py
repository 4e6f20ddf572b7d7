"""A service that brings what it holds again and again while a trial goes on: nothing of it may be found to differ."""

import asyncio
from typing import Self

import httpx

from adapters.client.link import RecordName
from hub.domain.errors import Unavailable
from hub.domain.inventory import Difference, Named
from tests.builders.copy import Copy, Held, Round
from tests.crash.holding import Holding
from tests.crash.installed import Installed

_TYPES = ("offender", "assessment", "registration", "movement", "notice")
_PAUSE_S = 1.5
"""Between two inventories: each is reckoned from all that is held."""
_AGAIN_S = 0.1
_TIMEOUT = httpx.Timeout(15.0)


class Inventories:
    """Used as a context, which ends it. hub: base address.

    false: what was found to differ, and did not. rounds: inventories that were answered to their end.
    """

    def __init__(self, installed: Installed, hub: str, holding: Holding) -> None:
        self.false: list[str] = []
        self.rounds = 0
        self._holding = holding
        self._http = httpx.AsyncClient(
            base_url=hub,
            auth=installed.auth(hub, holding.service),
            timeout=_TIMEOUT,
            trust_env=False,
            event_hooks={"response": [_served]},
        )
        self._ending = asyncio.Event()
        self._task = asyncio.create_task(self._go_on())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Bring nothing more."""
        self._task.cancel()
        await asyncio.wait((self._task,))
        await self._http.aclose()

    async def done(self) -> None:
        """Bring nothing more by itself; return when the last was answered, the first at least. Raises its error."""
        self._ending.set()
        await self._task

    async def assert_damage_is_found_and_nothing_else(self) -> None:
        """At rest nothing differs; what is lost and altered on purpose does, is delivered again, and then nothing."""
        assert (await self._brought(None, None)).differing == []
        lost, altered = sorted(name for name, each in self._holding.last.items() if not each.withdrawn)[:2]
        before = self._holding.last[lost].number
        found = (await self._brought(lost, altered)).found
        assert found == {Named(*lost): Difference.MISSING, Named(*altered): Difference.DIVERGING}
        await self._holding.until(lambda: min(self._holding.last[each].number for each in (lost, altered)) > before)
        assert (await self._brought(None, None)).differing == []

    async def _brought(self, lost: RecordName | None, altered: RecordName | None) -> Round:
        """One inventory of what is held now, but for a record that is lost, and one that is altered."""
        copy = Copy(self._http, _TYPES)
        copy.read = self._holding.highest
        copy.records = {
            Named(*name): Held(each.number, {**each.release, "version": "altered"} if name == altered else each.release)
            for name, each in self._holding.last.items()
            if not each.withdrawn and name != lost
        }
        return await copy.reconcile()

    async def _go_on(self) -> None:
        while not (self._ending.is_set() and self.rounds):
            try:
                done = await self._brought(None, None)
            except (httpx.TransportError, Unavailable):
                await asyncio.sleep(_AGAIN_S)
                continue
            self.rounds += 1
            self.false += [f"{self._holding.service} holds {name}, found {each}" for name, each in done.found.items()]
            await asyncio.sleep(_PAUSE_S)


async def _served(answer: httpx.Response) -> None:
    if answer.is_server_error:
        raise Unavailable(f"the hub answers {answer.status_code}")
