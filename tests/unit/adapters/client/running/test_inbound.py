from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from adapters.client.link import Delivery, Event, Refusal
from adapters.client.running.inbound import Inbound
from adapters.client.running.inbox import Arrival, Stage
from adapters.client.running.store import Store
from adapters.client.running.told import Telling
from hub.domain.canonical import Json
from tests.builders.native_releases import released
from tests.builders.toy_system import ToySystem
from tests.builders.valid_bodies import registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARCHER = {"kind": "person", "id": "A1", "surname": "Archer"}
ALERT = {"kind": "alert", "person": "A1", "ref": "7", "code": "RHRH", "level": "H", "from": "2026-01-05"}


class Desk:
    """An adapter's way in, and what it makes of payloads that come a minute apart."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.inbound = Inbound(store, ToySystem(), "prison", registry(), lambda: None)
        self.now = NOW

    async def take(self, *documents: Json) -> list[Event]:
        """What is said because of them."""
        for document in documents:
            self.now += timedelta(minutes=1)
            with self.store.transaction():
                self.store.inbox.keep([Arrival(orjson.dumps(document), self.now, {})])
            await self.inbound.step()
        return self.sent()

    def sent(self) -> list[Event]:
        events = self.store.outbox.waiting(100)
        with self.store.transaction():
            self.store.outbox.sent(each.id for each in events)
        return events

    def told(self, *deliveries: Delivery) -> None:
        """What the native system was told, and holds."""
        system = ToySystem()
        for each in deliveries:
            with self.store.transaction():
                self.store.releases.keep([each])
                native = system.hand_over(each, None).native
                forms = (each.body, system.read_back(each.record.type, native))
                self.store.told.tell(each.record, each.number, Telling(forms, native))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def bodies(events: list[Event]) -> list[Json]:
    return [each.body for each in events]


def alert_body(**said: Json) -> Json:
    body = {"scheme": "probation-register", "code": "RHRH", "reference": "7", "period": {"start": "2026-01-05"}}
    return {**body, **said}


async def test_a_payload_becomes_a_submission_with_an_id_made_once(desk: Desk) -> None:
    (event,) = await desk.take(ARCHER)
    assert (event.record_type, event.local_id, event.version) == ("offender", "A1", "1.0.0")
    assert event.body == {"names": {"surname": "Archer"}}
    assert event.time == desk.now
    assert event.id.endswith("-000000000001")


async def test_ids_say_nothing_of_the_body_and_sort_as_they_were_said(desk: Desk) -> None:
    events = await desk.take(ARCHER, {**ARCHER, "sex": "F"}, {**ARCHER, "sex": "M"})
    ids = [each.id for each in events]
    assert ids == sorted(set(ids))


async def test_what_was_said_last_is_not_said_again(desk: Desk) -> None:
    assert len(await desk.take(ARCHER, ARCHER, {**ARCHER, "screen": "blue"})) == 1


async def test_what_an_earlier_payload_says_is_said_and_does_not_stand(desk: Desk) -> None:
    late = {**ARCHER, "surname": "Arrow", "at": "2026-02-01T00:00:00+00:00"}
    assert len(await desk.take(ARCHER, late, ARCHER, late)) == 2


async def test_what_was_recorded_long_ago_is_said_to_be(desk: Desk, store: Store) -> None:
    recorded = "2025-11-01T10:00:00+00:00"
    with store.transaction():
        store.inbox.keep([Arrival(orjson.dumps(ARCHER), NOW, {"recorded": recorded})])
    await desk.inbound.step()
    (event,) = desk.sent()
    assert event.time == datetime.fromisoformat(recorded)


async def test_parts_are_said_when_they_make_a_whole(desk: Desk) -> None:
    assert await desk.take({"kind": "half", "id": "A1", "born": "1980-02-29"}) == []
    (event,) = await desk.take(ARCHER)
    assert event.body["dateOfBirth"] == "1980-02-29"


async def test_what_is_refused_is_parked_with_path_and_rule(desk: Desk, store: Store) -> None:
    assert await desk.take({"kind": "person", "id": "A1"}) == []
    (parked,) = store.inbox.parked()
    assert [(fault.path, fault.rule) for fault in parked.faults] == [("/surname", "required")]


async def test_what_is_no_json_is_parked_as_it_came(desk: Desk, store: Store) -> None:
    with store.transaction():
        store.inbox.keep([Arrival(b"{", NOW, {})])
    await desk.inbound.step()
    (parked,) = store.inbox.parked()
    assert (parked.document, parked.faults[0].rule) == (b"{", "bad-json")


async def test_a_record_that_the_specification_refuses_is_parked(desk: Desk, store: Store) -> None:
    assert await desk.take({**ARCHER, "born": "yesterday"}) == []
    (parked,) = store.inbox.parked()
    assert parked.faults[0].path == "/dateOfBirth"


async def test_a_parked_payload_is_taken_again(desk: Desk, store: Store) -> None:
    (event,) = await desk.take(ARCHER)
    with store.transaction():
        payload = store.outbox.refused(Refusal(event.id, "not-covered-by-contract", "", ()))
        assert payload is not None
        store.inbox.park(payload)
    with store.transaction():
        assert store.inbox.retry(payload)
    await desk.inbound.step()
    (again,) = desk.sent()
    assert (again.body, again.time) == (event.body, event.time)
    assert again.id != event.id
    assert [*store.outbox.all_refused()] == []
    assert store.inbox.count()[Stage.PARKED] == 0


async def test_what_was_refused_was_not_said(desk: Desk, store: Store) -> None:
    await desk.take(ARCHER)
    (second,) = await desk.take({**ARCHER, "sex": "F"})
    with store.transaction():
        store.outbox.refused(Refusal(second.id, "invalid-body", "", ()))
    assert await desk.take(ARCHER) == []
    assert len(await desk.take({**ARCHER, "sex": "F"})) == 1


async def test_a_payload_at_which_the_adapter_fails_is_parked_before_it_ends(desk: Desk, store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await desk.take({"kind": "broken"})
    (parked,) = store.inbox.parked()
    assert parked.faults[0].rule == "adapter"
    assert len(await desk.take(ARCHER)) == 1


async def test_a_native_system_that_repeats_what_it_was_told_says_nothing(desk: Desk) -> None:
    desk.told(released(1, {"names": {"surname": "Archer"}, "sex": "female"}))
    assert await desk.take({**ARCHER, "sex": "F"}) == []


async def test_what_it_adds_is_said_alone(desk: Desk) -> None:
    desk.told(released(1, {"names": {"surname": "Archer"}, "sex": "female"}))
    (event,) = await desk.take({**ARCHER, "sex": "F", "nation": "british"})
    assert event.body == {"names": {"surname": "Archer"}, "nationality": "british"}


async def test_another_agencys_registration_is_not_said_though_its_key_names_that_agency(desk: Desk) -> None:
    key = "probation-register/RHRH/probation/7"
    desk.told(released(1, alert_body(riskLevel="high"), "registration", key))
    assert await desk.take(ALERT) == []


async def test_an_own_registration_that_only_resembles_anothers_is_said_whole(desk: Desk) -> None:
    key = "probation-register/RHRH/probation/7"
    desk.told(released(1, alert_body(riskLevel="high"), "registration", key))
    (event,) = await desk.take({**ALERT, "note": "seen"})
    assert event.body == alert_body(riskLevel="high", notes="seen")


async def test_risk_is_not_softened_by_what_was_told(desk: Desk) -> None:
    (said,) = await desk.take(ALERT)
    desk.told(released(1, alert_body(riskLevel="very-high"), "registration", "probation-register/RHRH/prison/7"))
    assert await desk.take({**ALERT, "level": "V"}) == []
    (event,) = await desk.take({**ALERT, "level": "V", "note": "seen"})
    assert event.body == {**said.body, "notes": "seen"}


async def test_a_release_on_its_way_may_be_repeated_already(desk: Desk, store: Store) -> None:
    delivery = released(1, {"names": {"surname": "Archer"}})
    with store.transaction():
        store.releases.keep([delivery])
    assert len(await desk.take(ARCHER)) == 1
    with store.transaction():
        store.told.tell(delivery.record, 2, Telling(({"names": {"surname": "Arrow"}},), {}))
    assert await desk.take({**ARCHER, "surname": "Arrow"}) == []


async def test_a_deletion_withdraws_what_was_said(desk: Desk) -> None:
    await desk.take(ALERT)
    (event,) = await desk.take({"kind": "gone", "person": "A1", "ref": "7"})
    assert (event.withdrawn, event.body, event.record_type) == (True, {"reference": "7"}, "registration")
    assert await desk.take({"kind": "gone", "person": "A1", "ref": "7"}) == []
    assert len(await desk.take(ALERT)) == 1


async def test_deleting_what_was_only_told_withdraws_nothing(desk: Desk) -> None:
    desk.told(released(1, alert_body(), "registration", "probation-register/RHRH/probation/7"))
    assert await desk.take({"kind": "gone", "person": "A1", "ref": "7"}) == []


async def test_a_deletion_of_what_the_store_does_not_know_is_said(desk: Desk) -> None:
    (event,) = await desk.take({"kind": "gone", "person": "A1", "ref": "8"})
    assert event.withdrawn


async def test_the_last_word_stays_known_when_the_rest_is_forgotten(desk: Desk, store: Store) -> None:
    await desk.take(ARCHER, {**ARCHER, "sex": "F"})
    with store.transaction():
        store.outbox.forget()
    assert store.outbox.count() == {"sent": 2}, "the hub may still refuse what is in the inbox"
    with store.transaction():
        store.inbox.forget(desk.now + timedelta(days=7))
        store.outbox.forget()
    assert store.outbox.count() == {"sent": 1}
    assert await desk.take({**ARCHER, "sex": "F"}) == []
    (event,) = await desk.take(ARCHER)
    assert event.id.endswith("-000000000003")


def test_a_payload_of_one_source_comes_in_once(store: Store) -> None:
    about: Mapping[str, Any] = {"crn": "X1"}
    with store.transaction():
        for _ in range(2):
            store.inbox.keep([Arrival(b"{}", NOW, about, "topic/a/0/1/2"), Arrival(b"{}", NOW, {})])
    assert [row.about for row in store.inbox.waiting(10)] == [about, {}, {}]
