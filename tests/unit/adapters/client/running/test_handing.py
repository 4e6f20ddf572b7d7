import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from adapters.client.link import Delivery
from adapters.client.native import Handing as Native
from adapters.client.native import System
from adapters.client.running.handing import Handing
from adapters.client.running.handover import HandOver, document
from adapters.client.running.store import Store
from adapters.client.running.target import Absent, Answer, Applied, NotApplied, Present, Read
from adapters.client.running.told import Telling
from hub.domain.canonical import Json, digest
from hub.domain.errors import Unavailable
from tests.builders.native_releases import PERSON, released, withdrawn
from tests.builders.toy_system import ToySystem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OTHER = "0190a5c6-0000-7000-8000-000000000002"


class Pretended:
    """A native system. answers: address -> what it answers there, once each, before it takes what comes."""

    def __init__(self) -> None:
        self.held: dict[str, Json] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.answers: dict[str, list[Answer | Exception]] = {}

    async def put(self, address: str, native: Json, idempotency: str) -> Answer:
        self.asked.append(("PUT", address, idempotency))
        await asyncio.sleep(0)
        answer = self._answer(address)
        if isinstance(answer, Applied):
            self.held[address] = native if answer.native is None else answer.native
        return answer

    async def remove(self, address: str, idempotency: str) -> Answer:
        self.asked.append(("DELETE", address, idempotency))
        answer = self._answer(address)
        if isinstance(answer, Applied):
            self.held.pop(address, None)
        return answer

    async def read(self, address: str) -> Read:
        return Present(self.held[address]) if address in self.held else Absent()

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self, address: str) -> Answer:
        waiting = self.answers.get(address)
        answer = waiting.pop(0) if waiting else Applied()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def native() -> Pretended:
    return Pretended()


@asynccontextmanager
async def handing(store: Store, native: Pretended, system: System | None = None) -> AsyncIterator[None]:
    stop, kept, applied = asyncio.Event(), asyncio.Event(), asyncio.Event()
    hand_over = HandOver(store, system or ToySystem(), native, "prison", lambda: NOW)
    running = asyncio.create_task(Handing(store, hand_over).run(stop, kept, applied))
    try:
        yield
    finally:
        stop.set()
        await running


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not met():  # noqa: ASYNC110 - the store rings no bells
            await asyncio.sleep(0.005)


async def handed(store: Store, native: Pretended, *deliveries: Delivery, system: System | None = None) -> None:
    """Hand over what is kept until nothing waits."""
    with store.transaction():
        store.releases.keep(deliveries)
    async with handing(store, native, system):
        await until(lambda: store.releases.count()["waiting"] == 0)


def archer(**said: Json) -> Json:
    return {"names": {"surname": "Archer"}, **said}


async def test_a_release_is_held_at_its_address_under_an_id_made_of_its_number(store: Store, native: Pretended) -> None:
    await handed(store, native, released(4, archer(sex="female")))
    assert native.held == {"people/A1": {"kind": "person", "id": "A1", "surname": "Archer", "sex": "F"}}
    assert native.asked == [("PUT", "people/A1", "prison-4")]


async def test_what_has_no_native_home_is_carried_so_that_the_digest_is_the_releases(
    store: Store, native: Pretended
) -> None:
    delivery = released(4, archer(religion="none", aliases=[{"surname": "Bow"}]))
    await handed(store, native, delivery)
    (holding,) = store.releases.due_receipts(10)
    assert digest(document(ToySystem(), holding)) == delivery.digest


async def test_what_the_system_says_it_holds_is_what_is_held(store: Store, native: Pretended) -> None:
    native.answers["people/A1"] = [Applied({"kind": "person", "id": "A1", "surname": "ARCHER"})]
    delivery = released(4, archer(religion="none"))
    await handed(store, native, delivery)
    (holding,) = store.releases.due_receipts(10)
    said = document(ToySystem(), holding)
    assert said["body"] == {"names": {"surname": "ARCHER"}, "religion": "none"}
    assert digest(said) != delivery.digest


async def test_what_a_person_is_told_goes_by_number(store: Store, native: Pretended) -> None:
    key = "probation-register/RHRH/probation/7"
    alert = {"scheme": "probation-register", "code": "RHRH", "reference": "7", "period": {"start": "2026-01-05"}}
    await handed(store, native, released(6, alert, "registration", key), released(5, archer()))
    assert [idempotency for _, _, idempotency in native.asked] == ["prison-5", "prison-6"]


async def test_a_newer_release_takes_the_place_of_one_that_waits(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer()), released(2, archer(sex="female")))
    assert native.asked == [("PUT", "people/A1", "prison-2")]


async def test_an_older_release_takes_no_place(store: Store, native: Pretended) -> None:
    await handed(store, native, released(2, archer()))
    await handed(store, native, released(1, archer(sex="male")))
    assert [idempotency for _, _, idempotency in native.asked] == ["prison-2"]


async def test_while_the_system_does_not_answer_for_one_the_others_go_on(store: Store, native: Pretended) -> None:
    native.answers["people/A1"] = [Unavailable("down"), Unavailable("down")]
    key = "probation-register/RHRH/probation/7"
    alert = {"scheme": "probation-register", "code": "RHRH", "reference": "7", "period": {"start": "2026-01-05"}}
    await handed(
        store,
        native,
        released(1, archer()),
        released(2, alert, "registration", key),
        released(3, archer(), person=OTHER, local_ids=("B2",)),
    )
    numbers = [idempotency for _, _, idempotency in native.asked]
    assert numbers[-3:] == ["prison-1", "prison-1", "prison-2"]
    assert numbers.index("prison-3") < 3


async def test_what_the_system_refuses_is_parked_and_the_hub_told(store: Store, native: Pretended) -> None:
    native.answers["people/A1"] = [NotApplied("the native system answers 422")]
    await handed(store, native, released(1, archer()))
    (parked,) = store.releases.parked()
    assert (parked.number, parked.faults[0].rule) == (1, "native-system")
    assert store.releases.due_receipts(10) == []
    assert [each.number for each in store.releases.untold(10)] == [1]


async def test_what_cannot_be_said_natively_is_parked_with_its_paths(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer(notes="unsayable")))
    (parked,) = store.releases.parked()
    assert [(each.path, each.rule) for each in parked.faults] == [("/notes", "too-long")]
    assert native.asked == []


async def test_a_parked_release_is_retried_on_command_or_superseded(store: Store, native: Pretended) -> None:
    native.answers["people/A1"] = [NotApplied("no"), NotApplied("no")]
    await handed(store, native, released(1, archer()))
    with store.transaction():
        assert store.releases.retry(1)
        assert not store.releases.retry(2)
    await handed(store, native)
    await handed(store, native, released(3, archer(sex="female")))
    assert native.held["people/A1"]["sex"] == "F"
    assert [*store.releases.parked()] == []
    assert [each.number for each in store.releases.due_receipts(10)] == [3]


def forms(store: Store, recorded: datetime) -> list[Json]:
    """In which the system may repeat Archer."""
    return [form for telling in store.told.of_record("offender", "A1", "-", recorded) for form in telling.forms]


async def test_a_refused_release_is_not_what_the_system_may_repeat(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer()))
    native.answers["people/A1"] = [NotApplied("no")]
    await handed(store, native, released(2, archer(sex="female")))
    assert [each.get("sex") for each in forms(store, NOW)] == [None] * 3


async def test_what_was_recorded_before_a_release_may_repeat_the_one_before(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer()))
    await handed(store, native, released(2, archer(sex="female")))
    earlier, later = datetime(2026, 3, 1, 11, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert archer() in forms(store, earlier)
    assert archer() not in forms(store, later)


async def test_a_withdrawal_removes_what_is_held(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer()))
    await handed(store, native, withdrawn(2))
    assert native.held == {}
    (holding,) = store.releases.due_receipts(10)
    assert document(ToySystem(), holding) == {"type": "offender", "key": "-", "withdrawn": True}


async def test_a_withdrawal_of_what_was_cut_short_removes_it_too(store: Store, native: Pretended) -> None:
    native.answers["people/unknown"] = []
    with store.transaction():
        store.told.tell(released(1, archer()).record, 1, Telling((archer(),), {}))
    await handed(store, native, withdrawn(2))
    assert [method for method, _, _ in native.asked] == ["DELETE"]


async def test_a_withdrawal_of_what_never_came_asks_nothing(store: Store, native: Pretended) -> None:
    await handed(store, native, withdrawn(2))
    assert native.asked == []
    assert [each.number for each in store.releases.due_receipts(10)] == [2]


@pytest.mark.parametrize("withdrawn_first", [True, False])
async def test_a_person_joined_with_another_stays_held(
    store: Store, native: Pretended, *, withdrawn_first: bool
) -> None:
    """Both had the record at one address; its number says nothing of which is handed over first."""
    await handed(store, native, released(1, archer()))
    gone, stays = withdrawn(2, moved_to=OTHER), released(3, archer(sex="female"), person=OTHER)
    for each in (gone, stays) if withdrawn_first else (stays, gone):
        await handed(store, native, each)
    assert native.held["people/A1"]["sex"] == "F"


async def test_what_another_person_is_just_given_at_an_address_is_not_removed_there(store: Store) -> None:
    """They are joined: the record is put for the one while it is withdrawn from the other."""

    class Slow(Pretended):
        def __init__(self) -> None:
            super().__init__()
            self.putting = asyncio.Event()

        async def put(self, address: str, native: Json, idempotency: str) -> Answer:
            self.putting.set()
            await asyncio.sleep(0.01)
            return await super().put(address, native, idempotency)

    native = Slow()
    await handed(store, native, released(1, archer()))
    native.putting.clear()
    hand_over = HandOver(store, ToySystem(), native, "prison", lambda: NOW)

    async def withdraw() -> None:
        await native.putting.wait()
        await hand_over.hand_over(withdrawn(3, moved_to=OTHER))

    await asyncio.gather(hand_over.hand_over(released(2, archer(sex="female"), person=OTHER)), withdraw())
    assert native.held["people/A1"]["sex"] == "F"


async def test_a_record_whose_address_changes_is_held_once(store: Store, native: Pretended) -> None:
    await handed(store, native, released(1, archer()))
    await handed(store, native, released(2, archer(), local_ids=("A2",)))
    assert [*native.held] == ["people/A2"]


async def test_what_the_system_keeps_for_itself_stays(store: Store, native: Pretended) -> None:
    own = {"kind": "person", "id": "A1", "surname": "Archer", "screen": "blue"}
    native.answers["people/A1"] = [Applied(own)]
    await handed(store, native, released(1, archer()))
    await handed(store, native, released(2, archer(sex="female")))
    assert native.held["people/A1"] == {**own, "sex": "F"}


async def test_a_release_at_which_the_adapter_fails_is_parked_before_it_ends(store: Store, native: Pretended) -> None:
    class Broken(ToySystem):
        def hand_over(self, delivery: Delivery, native: Json | None) -> Native:  # noqa: ARG002 - as the system's
            raise ZeroDivisionError

    with store.transaction():
        store.releases.keep([released(1, archer())])
    with pytest.raises(ExceptionGroup):
        async with handing(store, native, Broken()):
            await until(lambda: store.releases.count()["parked"] == 1)
    assert next(store.releases.parked()).faults[0].rule == "adapter"


def test_numbers_kept_are_not_asked_for_again(store: Store) -> None:
    with store.transaction():
        store.releases.keep([released(4, archer()), released(5, archer(), person=OTHER)])
    assert {name.person: number for name, number in store.releases.numbers().items()} == {PERSON: 4, OTHER: 5}
