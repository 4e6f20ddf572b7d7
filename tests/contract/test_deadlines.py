"""By when a record must be applied: what deliveries and receipts make of it, in the databases and in memory alike."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.ports import HeldRow
from hub.store.receipts import Applied
from tests.contract.conftest import Stores
from tests.contract.test_store_ports import NOW, OFFENDER, deliver, delivery, held_by_prison, held_of


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def due(number: int, seconds: int | None, *, withdrawn: bool = False) -> HeldRow:
    return replace(delivery(number), due=None if seconds is None else after(seconds), withdrawn=withdrawn)


async def applied(stores: Stores, number: int) -> None:
    await stores.receipts.apply("prison", [Applied(number, OFFENDER, f"digest-{number}")], NOW)


async def deadline(stores: Stores) -> tuple[datetime | None, int]:
    held = (await held_of(stores, held_by_prison()))[held_by_prison()]
    return held.due, held.awaited


async def test_a_delivery_has_its_deadline_until_its_receipt(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    assert await deadline(stores) == (after(60), 1)

    await applied(stores, 1)
    assert await deadline(stores) == (None, 1)


async def test_a_receipt_for_something_else_than_was_delivered_is_noted_and_ends_no_waiting(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await stores.receipts.apply("prison", [Applied(1, OFFENDER, "something else", agrees=False)], NOW)
    row = (await held_of(stores, held_by_prison()))[held_by_prison()]

    assert (row.applied_number, row.applied_digest) == (1, "something else")
    assert (row.due, row.awaited) == (after(60), 1)
    await applied(stores, 1)
    assert await deadline(stores) == (None, 1)


async def test_a_record_that_keeps_changing_does_not_put_its_deadline_off(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await deliver(stores, due(2, 90))

    assert await deadline(stores) == (after(60), 1)


async def test_a_change_that_is_more_urgent_brings_the_deadline_forward(stores: Stores) -> None:
    await deliver(stores, due(1, 3_600))
    await deliver(stores, due(2, 90))

    assert await deadline(stores) == (after(90), 2)


async def test_a_receipt_for_less_than_all_leaves_the_rest_with_its_own_deadline(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await deliver(stores, due(2, 90))
    await applied(stores, 1)

    assert await deadline(stores) == (after(90), 2)
    await applied(stores, 2)
    assert await deadline(stores) == (None, 2)


async def test_an_older_receipt_does_not_touch_a_deadline_that_is_not_its_own(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await applied(stores, 1)
    await deliver(stores, due(2, 90))
    await applied(stores, 1)

    assert await deadline(stores) == (after(90), 2)


async def test_of_what_was_never_acknowledged_and_is_gone_nothing_is_due(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await deliver(stores, due(2, 90, withdrawn=True))

    assert (await deadline(stores))[0] is None


async def test_that_something_acknowledged_is_gone_is_due(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await applied(stores, 1)
    await deliver(stores, due(2, 90, withdrawn=True))

    assert await deadline(stores) == (after(90), 2)


async def test_without_a_deadline_nothing_is_due(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await deliver(stores, due(2, None))

    assert (await deadline(stores))[0] is None
