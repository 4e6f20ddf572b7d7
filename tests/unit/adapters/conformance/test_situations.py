"""The kit passes a system that is right, and finds each fault by the situation that is about it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from adapters.conformance.app import app_of
from adapters.conformance.driver import Driver, DriverFailed
from adapters.conformance.playing import Outcome, Result, play
from adapters.conformance.pretend import PretendHub
from adapters.conformance.situations import SITUATIONS
from tests.unit.adapters.conformance.toy import REGISTRY, Fault, Toy

FOUND_BY: Mapping[Fault, str] = {
    Fault.APPLIES_TWICE: "a release comes twice",
    Fault.TAKES_THE_OLDER: "releases come in the wrong order",
    Fault.FORGETS_DURING_AN_OUTAGE: "releases during an outage of the system",
    Fault.KEEPS_WHAT_IS_WITHDRAWN: "a release withdraws",
    Fault.LOSES_WHAT_MOVES: "persons are merged, and the merge undone",
    Fault.TURNS_UNKNOWN_CODES_INTO_NOT_KNOWN: "a release with a code of another system",
    Fault.FILLS_RISK_WITH_LOW: "risk that nobody said is released",
    Fault.CUTS_TEXT: "a long text is released",
    Fault.GIVES_CHANGES_NO_ORDER: "two quick changes in the system",
    Fault.NUMBERS_EACH_TRY_ANEW: "an answer of the hub is lost",
    Fault.GIVES_UP_ON_A_HUB_THAT_IS_AWAY: "the hub is away",
    Fault.SAYS_WHEN_IT_SENT: "a late correction",
    Fault.IGNORES_DELETIONS: "the system deletes",
    Fault.IGNORES_MERGES: "the system merges two persons",
    Fault.DROPS_UNKNOWN_CODES: "the system uses a code no list names",
    Fault.IGNORES_LIMITS: "the system limits access",
    Fault.ECHOES: "the system repeats what it was told",
}


@asynccontextmanager
async def tried(toy: Toy) -> AsyncIterator[tuple[PretendHub, Driver]]:
    hub = PretendHub(REGISTRY, "toy", "toy-1", "secret")
    served = httpx.ASGITransport(app_of(hub))
    async with toy.running(served), Driver("http://toy.test", httpx.ASGITransport(toy.driver())) as driver:
        yield hub, driver


async def outcome(toy: Toy, name: str, patience: float) -> Outcome:
    async with tried(toy) as (hub, driver):
        situations = [situation for situation in SITUATIONS if situation.name == name]
        (ended,) = await play(hub, driver, now, situations=situations, patience=patience, quiet=1)
        return ended


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_system_that_is_right_passes_every_situation() -> None:
    ended = await asyncio.gather(*(outcome(Toy(), situation.name, patience=20) for situation in SITUATIONS))
    assert [(each.situation, each.why) for each in ended if each.result is not Result.PASSED] == []


async def test_each_fault_is_found_by_the_situation_that_is_about_it() -> None:
    ended = await asyncio.gather(*(outcome(Toy(fault), name, patience=4) for fault, name in FOUND_BY.items()))
    assert [fault for fault, each in zip(FOUND_BY, ended, strict=True) if each.result is not Result.FAILED] == []
    assert all(each.why for each in ended)
    assert set(FOUND_BY) == set(Fault)


def test_every_situation_has_a_fault_that_it_finds() -> None:
    assert {situation.name for situation in SITUATIONS} == set(FOUND_BY.values())


async def test_what_the_driver_cannot_do_is_not_tried_and_says_so() -> None:
    toy = Toy()
    async with tried(toy) as (hub, _):
        app = toy.driver()
        app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != "/"]
        app.add_api_route("/", _only_takes, methods=["GET"])
        async with Driver("http://toy.test", httpx.ASGITransport(app)) as driver:
            situations = [each for each in SITUATIONS if each.name in ("a late correction", "a release comes twice")]
            ended = await play(hub, driver, now, situations=situations, quiet=0.1)
    assert [each.result for each in ended] == [Result.PASSED, Result.NOT_TRIED]


async def _only_takes() -> dict[str, object]:
    return {"name": "Toy", "kind": "prison", "codes": "toy", "says": [], "takes": ["offender"], "can": []}


async def test_a_driver_that_does_not_say_what_it_can_ends_the_run() -> None:
    async with tried(Toy()) as (hub, _):
        nothing = httpx.MockTransport(lambda _request: httpx.Response(200, json={"name": "Toy"}))
        async with Driver("http://toy.test", nothing) as driver:
            with pytest.raises(DriverFailed, match="lacks 'kind'"):
                await play(hub, driver, now)
