"""A notice before release lies in both services' own systems, is replaced and taken back there, and never said back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from adapters.client.feed import FeedLink
from adapters.client.native import System
from adapters.client.running.http_out import HttpTarget
from adapters.client.running.inbox import Arrival
from adapters.client.running.process import Adapter, Bells, run
from adapters.client.running.status import status
from adapters.client.running.store import Store
from adapters.delius import delius
from adapters.nomis import nomis
from adapters.sandbox.desk import desk
from adapters.sandbox.native import NativeStore
from hub.domain.canonical import Json
from hub.spec.registry import schemas_folder
from hub.store.alerts import AlertState
from tests.builders.at_risk import OFFENDER, PNC, AtRisk
from tests.rest import RestHub, rest_hub

WITHIN_S = 60.0
SYSTEMS: Mapping[str, System] = {"probation": delius(schemas_folder()), "prison": nomis(schemas_folder())}
LIES_AT = {"probation": "offenders/X1/contacts/release", "prison": "offenders/A1234BC/case-notes/release"}


class OverTheFeed(httpx.AsyncBaseTransport):
    """Requests to the hub, which takes an agency's name for a token."""

    def __init__(self, hub: RestHub, agency: str) -> None:
        self._hub = httpx.ASGITransport(hub.app)
        self._agency = agency

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": self._agency, "expires_in": 3600})
        return await self._hub.handle_async_request(request)


@dataclass
class Beside:
    """An agency's own system, and the adapter that runs beside it."""

    agency: str
    system: System
    native: NativeStore
    store: Store
    bells: Bells

    def notice(self) -> Json:
        """The notice as it lies in the system; None where there is none."""
        return self.native.told(self.system.name, LIES_AT[self.agency])


@dataclass
class Scene(AtRisk):
    """Quill is at risk and in custody; both services have a system of their own."""

    services: tuple[Beside, ...] = ()

    async def dated(self, day: str) -> None:
        inside = {"location": {"place": "custody", "since": "2025-01-01", "establishment": "HMP Northmoor"}}
        dates = {"keyDates": [{"type": "CRD", "date": day}]}
        await self.prison("", {**OFFENDER, "identifiers": PNC, **inside, **dates})

    async def index(self, agency: str) -> Any:  # noqa: ANN401 - any JSON
        await self.hub.desk.outlook.measuring.step()
        answer = await self.hub.operator.get("/v1/admin/convergence", params={"agency": agency})
        return answer.json()["agencies"][0]["days"][-1]

    async def agreed(self) -> None:
        """Return when each service holds all that it was released, and has said so."""
        async with asyncio.timeout(WITHIN_S):
            while any([(await self.index(agency))["agreement"] != 1.0 for agency in SYSTEMS]):  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.02)

    async def alerts(self) -> list[Any]:
        listed = [
            await self.hub.desk.outlook.alerts.listed("anna", agency, AlertState.OPEN, None, 50) for agency in SYSTEMS
        ]
        return [alert for each in listed for alert in each.alerts if alert.record.type == "notice"]


@asynccontextmanager
async def running(hub: RestHub, agency: str, folder: Path) -> AsyncIterator[Beside]:
    system, bells = SYSTEMS[agency], Bells()
    with closing(NativeStore(folder / f"{agency}.db")) as native, closing(Store(folder / f"{system.name}.db")) as store:
        link = FeedLink("http://hub", agency, agency, "secret", OverTheFeed(hub, agency))
        target = HttpTarget(f"http://native/{system.name}", transport=httpx.ASGITransport(desk(native, lambda: 1.0)))
        adapter = Adapter(system, agency, hub.registry, store, link, (), target, hub.clock)
        task = asyncio.create_task(run(adapter, bells))
        yield Beside(agency, system, native, store, bells)
        bells.stop.set()
        await task


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with rest_hub(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}") as hub, AsyncExitStack() as stack:
        case = Scene(hub)
        await case.supervised()
        await case.registered("2027-01-01")
        await case.dated("2026-05-01")
        case.services = tuple([await stack.enter_async_context(running(hub, agency, tmp_path)) for agency in SYSTEMS])
        yield case


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not met():  # noqa: ASYNC110 - the adapters ring no bell for a test
            await asyncio.sleep(0.02)


async def test_it_lies_in_both_systems_until_another_day_replaces_it_or_the_release_takes_it_back(scene: Scene) -> None:
    probation, prison = scene.services
    await scene.at("2026-04-10")
    await until(lambda: None not in (probation.notice(), prison.notice()))
    first = probation.notice(), prison.notice()
    await scene.agreed()
    written = [each.native.handed_over for each in scene.services]
    await scene.passes(days=2)
    await scene.agreed()
    written_since = [each.native.handed_over for each in scene.services]
    alerts = await scene.alerts()

    await scene.dated("2026-04-30")
    await scene.passes()
    await until(lambda: probation.notice() != first[0] and prison.notice() != first[1])
    replaced = probation.notice(), prison.notice()
    await scene.agreed()
    await scene.held("community")
    await scene.passes()
    await until(lambda: (probation.notice(), prison.notice()) == (None, None))
    await scene.agreed()

    assert (first[0]["contactType"]["code"], first[0]["contactDate"]) == ("NOTICE-REL", "2026-05-01")
    assert (first[1]["typeDescription"], first[1]["text"]) == ("Notice of release from custody", "Due on 01/05/2026")
    assert (replaced[0]["contactDate"], replaced[1]["text"]) == ("2026-04-30", "Due on 30/04/2026")
    assert written_since == written, "it is handed over once"
    assert alerts == []
    assert await scene.alerts() == []


async def test_what_the_systems_repeat_or_change_of_it_is_not_said_and_is_no_refusal(scene: Scene) -> None:
    await scene.at("2026-04-10")
    await until(lambda: all(each.notice() is not None for each in scene.services))
    for each in scene.services:
        changed = {**each.notice(), "notes": "Seen by the team", "text": "Due on 02/05/2026"}
        with each.store.transaction():
            each.store.inbox.keep(
                Arrival(orjson.dumps(document), scene.hub.now, {}, f"again-{number}")
                for number, document in enumerate((each.notice(), changed))
            )
        each.bells.came.set()
    await until(lambda: all(status(each.store)["inbox"] == 0 for each in scene.services))

    assert [status(each.store)["parkedIn"] for each in scene.services] == [0, 0]
    assert [[*each.store.outbox.waiting(10), *each.store.outbox.standing()] for each in scene.services] == [[], []]
