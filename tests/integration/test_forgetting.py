"""What leaves the database by itself, on both databases: nothing that an inventory may still ask for."""

import asyncio
from datetime import timedelta

from sqlalchemy import insert

from hub.domain.submission import micros
from hub.exchange.forgetting import ANNOUNCED_KEPT, REPORTS_KEPT, Forgetting
from hub.exchange.inventories import Digests
from hub.exchange.reconcile import KEPT, Reconciling
from hub.store.alerts import Why
from hub.store.engine import writing
from hub.store.forgetting import FIRST, ForgettingStore
from hub.store.reconciling import ReconcileStore
from hub.store.tables import alert, announced, delivery, inventory
from tests.builders.hub import NOW, Hub
from tests.builders.records import PRISON, offender, said

ALERTS_KEPT = timedelta(days=100)


async def delivered_three_times(hub: Hub) -> None:
    """On three days one after the other."""
    for day, surname in enumerate(("One", "Two", "Three")):
        hub.now = NOW + timedelta(days=day)
        await hub.take(said(*PRISON, offender(surname), day + 1))
        await hub.deliver()


async def numbers(hub: Hub) -> list[int]:
    return sorted(row["number"] for row in await hub.rows(delivery) if row["agency"] == "prison")


async def test_a_number_is_forgotten_a_week_after_it_was_overtaken_and_the_last_one_never(hub: Hub) -> None:
    await delivered_three_times(hub)
    forgetting = Forgetting(ForgettingStore(hub.engine), lambda: hub.now, ALERTS_KEPT)
    left = []
    for day in (1, 2, 300):
        hub.now = NOW + timedelta(days=day, seconds=1) + KEPT
        await forgetting.round(asyncio.Event())
        left.append(await numbers(hub))

    assert left == [[2, 3], [3], [3]]


async def test_everything_is_looked_through_slice_by_slice(hub: Hub) -> None:
    await delivered_three_times(hub)
    store, since = ForgettingStore(hub.engine), hub.now + timedelta(days=1)
    places, after = [], FIRST
    while (last := await store.forget_overtaken(after, since, 2)) is not None:
        places.append(last)
        after = last

    assert len(places) >= 2
    assert await numbers(hub) == [3]


async def test_reports_are_kept_for_their_time(hub: Hub) -> None:
    store = ReconcileStore(hub.engine)
    reconciling = Reconciling(store, hub.contracts, lambda: hub.now, lambda _agency, _found: None)
    for day in (0, 1):
        hub.now = NOW + timedelta(days=day)
        await reconciling.open("prison", Digests(0, ("offender",), {"0a3": "0" * 64}))
    hub.now = NOW + REPORTS_KEPT + timedelta(hours=1)

    await Forgetting(ForgettingStore(hub.engine), lambda: hub.now, ALERTS_KEPT).round(asyncio.Event())

    assert len(await hub.rows(inventory)) == 1


async def test_what_was_announced_long_ago_of_a_day_long_past_is_forgotten(hub: Hub) -> None:
    long_ago, since = NOW.date().isoformat(), (NOW + timedelta(days=2)).date().isoformat()
    async with writing(hub.engine) as connection:
        for day, at in ((long_ago, NOW), (since, NOW), (long_ago, NOW + timedelta(days=2))):
            told = {"agency": "prison", "local": f"{day}{at}", "event": "release", "day": day}
            await connection.execute(insert(announced).values(**told, at=micros(at), late=False, missed=False))
    hub.now = NOW + ANNOUNCED_KEPT + timedelta(days=1)

    await Forgetting(ForgettingStore(hub.engine), lambda: hub.now, ALERTS_KEPT).round(asyncio.Event())

    assert len(await hub.rows(announced)) == 2


async def test_an_alert_is_kept_for_its_time_after_it_closed_and_while_it_is_open_for_ever(hub: Hub) -> None:
    closed_at = {1: NOW, 2: NOW + timedelta(days=1), 3: None}
    async with writing(hub.engine) as connection:
        for number, closed in closed_at.items():
            named = {"agency": "prison", "person": "p", "type": "offender", "key": "-", "number": number, "review": ""}
            raised = {"why": Why.NOT_APPLIED, "id": f"a{number}", "due": micros(NOW), "raised": micros(NOW)}
            values = {**named, **raised, "closed": None if closed is None else micros(closed)}
            await connection.execute(insert(alert).values(values))
    left = []
    for day in (0, 1, 300):
        hub.now = NOW + ALERTS_KEPT + timedelta(days=day, seconds=1)
        await Forgetting(ForgettingStore(hub.engine), lambda: hub.now, ALERTS_KEPT).round(asyncio.Event())
        left.append(sorted(row["id"] for row in await hub.rows(alert)))

    assert left == [["a2", "a3"], ["a3"], ["a3"]]
