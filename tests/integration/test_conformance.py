"""The adapters of the three systems pass the kit that any integrator's adapter is to pass."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from adapters.client.feed import FeedLink
from adapters.client.native import System
from adapters.client.running.http_out import HttpTarget
from adapters.client.running.process import Adapter, Bells, run
from adapters.client.running.store import Store
from adapters.conformance.app import app_of
from adapters.conformance.driver import Driver
from adapters.conformance.playing import Outcome, Result, play
from adapters.conformance.pretend import PretendHub
from adapters.conformance.situations import SITUATIONS, Situation
from adapters.delius.system import delius
from adapters.nomis.system import nomis
from adapters.oasys.system import oasys
from hub.clock import utc_now
from hub.domain.canonical import Json
from hub.spec.registry import Registry, schemas_folder
from tests.builders.native_desk import NativeDesk, Trade, keeping

SCHEMAS = schemas_folder()
REGISTRY = Registry.load(SCHEMAS)
HUB = "http://hub.test"


def _soft_deleted(offender: Json) -> Json:
    return {**offender, "softDeleted": True}


def _crns_merged(survivor: str, removed: str) -> Json:
    return {
        "eventType": "probation-case.merge.completed",
        "version": 1,
        "additionalInformation": {"sourceCRN": removed, "targetCRN": survivor},
        "personReference": {"identifiers": [{"type": "CRN", "value": survivor}]},
    }


def _prisoners_merged(survivor: str, removed: str) -> Json:
    return {
        "eventType": "prison-offender-events.prisoner.merged",
        "version": 1,
        "additionalInformation": {"nomsNumber": survivor, "removedNomsNumber": removed, "reason": "MERGE"},
        "personReference": {"identifiers": [{"type": "NOMS", "value": removed}]},
    }


TRADES: dict[str, tuple[Callable[[Path], System], Trade]] = {
    "delius": (
        delius,
        Trade("probation", ("withdraw", "merge", "limited-access", "unlisted-codes"), _soft_deleted, _crns_merged),
    ),
    "nomis": (nomis, Trade("prison", ("merge", "unlisted-codes"), None, _prisoners_merged)),
    "oasys": (lambda schemas: oasys(schemas, "probation"), Trade("probation", ())),
}
NOT_TRIED = {
    "delius": {"risk that nobody said is released"},
    "nomis": {"risk that nobody said is released", "the system deletes", "the system limits access"},
    "oasys": {
        "a release with a code of another system",
        "a long text is released",
        "the system deletes",
        "the system merges two persons",
        "the system uses a code no list names",
        "the system limits access",
    },
}
"""Of each system, what it does not do: NOMIS tells of no deletion and no limits, OASys knows no offender record."""


@asynccontextmanager
async def tried(system: System, trade: Trade, store: Store) -> AsyncIterator[tuple[PretendHub, Driver]]:
    """The adapter runs between the pretended hub and its system's desk."""
    bells = Bells()
    desk = NativeDesk(system, trade, REGISTRY, keeping(store, bells.came.set))
    hub = PretendHub(REGISTRY, system.agency, "kit", "secret")
    link = FeedLink(HUB, system.agency, "kit", "secret", httpx.ASGITransport(app_of(hub)))
    target = HttpTarget("http://native.test", transport=httpx.ASGITransport(desk.native()))
    running = asyncio.create_task(
        run(Adapter(system, system.agency, REGISTRY, store, link, (), target, utc_now), bells)
    )
    async with Driver("http://desk.test", httpx.ASGITransport(desk.driver())) as driver:
        yield hub, driver
    bells.stop.set()
    await running


async def outcome(system: System, trade: Trade, situation: Situation, folder: Path) -> Outcome:
    with closing(Store(folder / f"{SITUATIONS.index(situation)}.db")) as store:
        async with tried(system, trade, store) as (hub, driver):
            (ended,) = await play(hub, driver, utc_now, situations=[situation], patience=20, quiet=1)
            return ended


@pytest.mark.parametrize("name", TRADES)
async def test_an_adapter_passes_every_situation_that_is_its_systems(name: str, tmp_path: Path) -> None:
    build, trade = TRADES[name]
    system = build(SCHEMAS)
    ended = await asyncio.gather(*(outcome(system, trade, situation, tmp_path) for situation in SITUATIONS))
    assert [(each.situation, each.why) for each in ended if each.result is Result.FAILED] == []
    assert {each.situation for each in ended if each.result is Result.NOT_TRIED} == NOT_TRIED[name]
