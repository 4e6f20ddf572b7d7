"""What the hub refuses in a record is shown by the native field that said it, too."""

from datetime import UTC, datetime

import orjson
import pytest

from adapters.client.link import Refusal
from adapters.client.native import System
from adapters.client.running.inbound import Inbound
from adapters.client.running.inbox import Arrival
from adapters.client.running.retracing import Retracing
from adapters.client.running.status import parked
from adapters.client.running.store import Store
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from tests.builders.valid_bodies import registry
from tests.unit.adapters.test_echo_of_the_field import SYSTEMS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRISONER = {
    "offenderNo": "A1234BC",
    "firstName": "Ellen",
    "lastName": "Marsh",
    "dateOfBirth": "1980-01-01",
    "aliases": [{"lastName": "Marshe", "firstName": "El"}, {"lastName": "Mersh", "firstName": "Nell"}],
}


async def refuse(store: Store, system: System, document: Json, fault: Fault, reason: str = "invalid-body") -> Json:
    """What is shown of a payload, the last word of which the hub refuses."""
    inbound = Inbound(store, system, system.agency, registry(), lambda: None)
    with store.transaction():
        store.inbox.keep([Arrival(orjson.dumps(document), NOW, {})])
    await inbound.step()
    event = store.outbox.waiting(9)[-1]
    with store.transaction():
        payload = store.outbox.refused(Refusal(event.id, reason, "", (fault,)))
        assert payload is not None
        store.inbox.park(payload)
    before = store.parts.all("offender/A1234BC")
    (shown,) = parked(store, Retracing(store, system, registry()))
    assert store.parts.all("offender/A1234BC") == before
    return shown


@pytest.mark.parametrize(
    ("path", "native"),
    [
        ("/aliases/1/name/surname", "/aliases/1/lastName"),
        ("/names/forenames/0", "/firstName"),
        ("/identifiers/0/value", "/offenderNo"),
        ("/aliases/7/name/surname", None),
    ],
)
async def test_a_path_in_the_record_is_shown_with_the_native_one(store: Store, path: str, native: str | None) -> None:
    shown = await refuse(store, SYSTEMS["nomis"], PRISONER, Fault(path, "pattern", "is odd"))
    told = {"record": "offender", "path": path, "rule": "pattern", "detail": "is odd"}
    assert shown["faults"] == [told if native is None else {**told, "native": native}]


async def test_what_is_wrong_with_the_envelope_stands_nowhere_in_the_payload(store: Store) -> None:
    shown = await refuse(store, SYSTEMS["nomis"], PRISONER, Fault("/time", "time", "is ahead"), "time-in-future")
    assert [sorted(fault) for fault in shown["faults"]] == [["detail", "path", "record", "rule"]]


async def test_a_record_made_of_parts_leads_into_the_part_that_came_last(store: Store) -> None:
    system = SYSTEMS["oasys"]
    begun = {
        "assessmentPk": 77,
        "assessmentType": "LAYER3",
        "status": "COMPLETE",
        "completedDate": "2026-01-05T10:00:00",
    }
    inbound = Inbound(store, system, system.agency, registry(), lambda: None)
    with store.transaction():
        store.inbox.keep([Arrival(orjson.dumps({"crn": "X320741", "timeline": [begun]}), NOW, {})])
    await inbound.step()
    section = {"crn": "X320741", "assessments": [{"assessmentPk": 77, "currentUse": "1-Some problems"}]}
    fault = Fault("/sections/0/items/0/answer", "pattern", "is odd")
    shown = await refuse(store, system, section, fault)
    assert shown["faults"][0]["native"] == "/assessments/0/currentUse"
