"""What is promised of parked deliveries, of the databases and of the simulation's memory alike."""

from datetime import timedelta

from hub.ports import AuditRow, HeldId, HeldRow, RecordId
from hub.store.parked import ParkedRow
from hub.store.receipts import Applied
from tests.contract.conftest import Stores
from tests.contract.test_store_ports import MAPPA, NOW, OFFENDER, delivery, held_by_prison, held_of

LATER = NOW + timedelta(minutes=5)
SEALED = b"faults"
ENTRY = AuditRow(LATER, "parked-retried", "operator", "prison", "", "", "", "2")


def parked(number: int, record: RecordId = OFFENDER) -> ParkedRow:
    return ParkedRow("prison", number, record, NOW, SEALED)


async def delivered(stores: Stores, *rows: HeldRow) -> None:
    for row in rows:
        await stores.relay.deliver([], [row], {}, [])


async def standing(stores: Stores) -> list[ParkedRow]:
    return await stores.parked.listed("prison", 0, 10)


async def test_what_is_parked_stands_by_number(stores: Stores) -> None:
    await delivered(stores, delivery(1), delivery(2, MAPPA))

    assert await stores.parked.keep("prison", [parked(2, MAPPA), parked(1)]) == set()

    assert await standing(stores) == [parked(1), parked(2, MAPPA)]
    assert await stores.parked.listed("prison", 1, 10) == [parked(2, MAPPA)]
    assert await stores.parked.listed("prison", 0, 1) == [parked(1)]
    assert await stores.parked.listed("probation", 0, 10) == []


async def test_of_a_record_the_last_delivery_parked_stands_whatever_order_they_come_in(stores: Stores) -> None:
    await delivered(stores, delivery(1), delivery(2), delivery(3))

    await stores.parked.keep("prison", [parked(2), parked(1)])
    assert await standing(stores) == [parked(2)]
    await stores.parked.keep("prison", [parked(1)])
    await stores.parked.keep("prison", [ParkedRow("prison", 2, OFFENDER, LATER, b"others")])
    assert await standing(stores) == [parked(2)]
    await stores.parked.keep("prison", [parked(3)])
    assert await standing(stores) == [parked(3)]


async def test_a_receipt_settles_what_was_parked_of_its_record_up_to_its_number(stores: Stores) -> None:
    await delivered(stores, delivery(1), delivery(2, MAPPA), delivery(3))
    await stores.parked.keep("prison", [parked(2, MAPPA), parked(3)])

    await stores.receipts.apply("prison", [Applied(1, OFFENDER, "d")], NOW)
    assert await standing(stores) == [parked(2, MAPPA), parked(3)]
    await stores.receipts.apply("prison", [Applied(3, OFFENDER, "d")], NOW)
    assert await standing(stores) == [parked(2, MAPPA)]


async def test_what_a_receipt_has_settled_is_not_parked_again(stores: Stores) -> None:
    await delivered(stores, delivery(1), delivery(2))
    await stores.receipts.apply("prison", [Applied(2, OFFENDER, "d")], NOW)

    assert await stores.parked.keep("prison", [parked(1), parked(2)]) == {1, 2}

    assert await standing(stores) == []


async def test_a_retry_owes_the_record_anew_and_forgets_what_was_held(stores: Stores) -> None:
    await delivered(stores, delivery(1, MAPPA), delivery(2))
    await stores.parked.keep("prison", [parked(2)])

    assert await stores.parked.retry("prison", 2, ENTRY) == OFFENDER

    assert [debt.held for debt in (await stores.relay.look(10, 10)).owed] == [HeldId("prison", OFFENDER)]
    held = await held_of(stores, held_by_prison(), held_by_prison(MAPPA))
    assert (held[held_by_prison()].digest, held[held_by_prison(MAPPA)].digest) == ("", "digest-1")
    assert await standing(stores) == [ParkedRow("prison", 2, OFFENDER, NOW, SEALED, LATER)]


async def test_what_is_parked_again_after_a_retry_counts_anew(stores: Stores) -> None:
    await delivered(stores, delivery(1))
    await stores.parked.keep("prison", [parked(1)])
    await stores.parked.retry("prison", 1, ENTRY)
    await delivered(stores, delivery(2))

    await stores.parked.keep("prison", [parked(2)])

    assert await standing(stores) == [parked(2)]


async def test_what_is_not_parked_cannot_be_retried(stores: Stores) -> None:
    await delivered(stores, delivery(1))
    await stores.parked.keep("prison", [parked(1)])

    assert await stores.parked.retry("prison", 2, ENTRY) is None
    assert await stores.parked.retry("probation", 1, ENTRY) is None
    assert (await stores.relay.look(10, 10)).owed == []
