"""Releases in the probation system's form, onto what it holds; and read back."""

import copy
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.client.link import Delivery, RecordName
from adapters.client.native import Handing
from adapters.delius import Delius
from hub.domain.canonical import Json, digest
from hub.spec.lens.rest import complete
from tests.builders.lens import native_of
from tests.builders.probation import CRN, entry, offender
from tests.builders.valid_bodies import examples, valid_bodies
from tests.unit.adapters.delius.conftest import Desk
from tests.unit.adapters.delius.test_tables import TABLES

SYSTEM = Delius(TABLES)
MAPPA = {"scheme": "mappa", "code": "MAPP", "reference": "MAPPA", "mappa": {"level": "2"}, "period": {}}

ALERT = {
    "scheme": "prison-alert",
    "type": "H",
    "code": "HA",
    "reference": "1200417-1",
    "concern": "self-harm",
    "period": {"start": "2026-01-13"},
}
NOTICE = {"event": "release", "date": "2026-05-01", "dateType": "CRD", "establishment": "HMP Northmoor"}


def hand(record_type: str, body: Json, held: Json = None, crns: tuple[str, ...] = (CRN,)) -> Handing:
    registered = "mappa" if body and body.get("scheme") == "mappa" else "told/25"
    record = RecordName("person", record_type, registered if record_type == "registration" else "-")
    delivery = Delivery(1, "d", record, crns, {}, None, body is None, "1.0.0", body, (), {})
    return SYSTEM.hand_over(delivery, held)


def _held(handing: Handing) -> Json:
    assert handing.native is not None
    return handing.native


def whole(record_type: str, handing: Handing) -> Json:
    """What the system holds, with what of it has no home there."""
    return complete(SYSTEM.read_back(record_type, copy.deepcopy(handing.native)), copy.deepcopy(handing.rest))


@pytest.mark.parametrize("record_type", ["offender", "registration", "movement", "notice"])
def test_every_valid_record_is_held_whole_natively_and_beside(record_type: str) -> None:
    for body in examples(record_type):
        handing = hand(record_type, body)
        assert handing.faults == ()
        assert digest(whole(record_type, handing)) == digest(body)


@pytest.mark.parametrize("record_type", ["offender", "registration", "notice"])
@settings(max_examples=100)
@given(data=st.data())
def test_so_is_any_record_onto_any_other(record_type: str, data: st.DataObject) -> None:
    held = hand(record_type, data.draw(valid_bodies(record_type)))
    body = data.draw(valid_bodies(record_type))
    before = orjson.dumps(held.native)
    handing = hand(record_type, body, held.native)
    assert orjson.dumps(held.native) == before
    if not handing.faults:
        assert digest(whole(record_type, handing)) == digest(body)
        assert orjson.dumps(hand(record_type, body, handing.native).native) == orjson.dumps(handing.native)


def test_records_are_seldom_refused_when_they_are_handed_over() -> None:
    refused = [
        body
        for record_type in ("offender", "registration")
        for body in examples(record_type)
        if hand(record_type, body).faults
    ]
    assert refused == []


@settings(max_examples=60)
@given(random=st.randoms(use_true_random=True))
def test_what_the_system_holds_stays_byte_for_byte_when_it_is_told_what_it_says(random: Random) -> None:
    held = {**native_of(TABLES.lenses["offender"], random, 0), "previousSurname": random.choice([None, "Obi"])}
    held["otherIds"] = {"crn": CRN}
    managers = [
        {"softDeleted": True, "active": True, "staff": {"surname": "Gone"}},
        {"trustOfficer": {"surname": "Old"}},
    ]
    held["offenderManagers"] = [*managers, *(held.get("offenderManagers") or ())]
    reading = SYSTEM.read_back("offender", held)
    if TABLES.lenses["offender"].read(held).faults:
        return
    handing = hand("offender", reading, held)
    assert handing.faults == ()
    assert orjson.dumps(handing.native) == orjson.dumps(held)


def test_an_entry_of_the_system_itself_keeps_its_spelling_and_its_own_columns() -> None:
    held = entry(25, riskColour="Red", registeringOfficer={"surname": "Marsh", "forenames": "Ellen"}, crn=CRN)
    body = SYSTEM.read_back("registration", held)
    assert orjson.dumps(hand("registration", body, held).native) == orjson.dumps(held)
    changed = hand("registration", body | {"period": {"start": "2026-01-05", "end": "2026-02-05"}}, held)
    assert changed.native == held | {"endDate": "2026-02-05"}


def test_an_alert_of_the_prison_service_is_held_in_the_words_of_the_specification() -> None:
    handing = hand("registration", ALERT)
    assert handing.address == f"offenders/{CRN}/registrations/told/25"
    assert handing.native == {
        "crn": CRN,
        "registrationId": "1200417-1",
        "scheme": "prison-alert",
        "subType": "H",
        "type": {"code": "HA"},
        "concern": "self-harm",
        "startDate": "2026-01-13",
    }
    assert handing.rest == []


def test_a_potentially_dangerous_person_is_not_handed_over_as_mappa() -> None:
    body = {"scheme": "potentially-dangerous-person", "code": "PDP", "reference": "7", "concern": "public-protection"}
    handing = hand("registration", body | {"riskLevel": "very-high", "period": {}})
    assert (_held(handing)["scheme"], _held(handing)["riskLevel"]) == ("potentially-dangerous-person", "very-high")
    assert "MAPP" not in orjson.dumps(handing.native).decode()


def test_mappa_is_handed_over_as_an_entry_of_its_register_and_onto_the_form_it_is_held_in() -> None:
    handing = hand("registration", MAPPA)
    assert handing.address == f"offenders/{CRN}/registrations/mappa"
    assert _held(handing)["type"] == {"code": "MAPP", "description": "MAPPA"}
    assert _held(handing)["registerLevel"] == {"code": "M2"}
    block = {"level": 1, "category": 2, "levelDescription": "MAPPA Level 1", "notes": "Kept."}
    onto = hand("registration", SYSTEM.read_back("registration", block), block)
    assert onto.native == block


def test_a_higher_level_of_risk_than_the_code_says_is_held() -> None:
    body = SYSTEM.read_back("registration", entry()) | {"riskLevel": "very-high"}
    handing = hand("registration", body)
    assert _held(handing)["riskLevel"] == "very-high"
    assert SYSTEM.read_back("registration", handing.native)["riskLevel"] == "very-high"


def test_the_number_of_the_case_stands_in_its_column_whatever_else_the_person_is_known_by() -> None:
    numbers = [{"scheme": "crn", "value": "A000001"}, {"scheme": "crn", "value": CRN}]
    handing = hand("offender", {"names": {"surname": "Okafor"}, "identifiers": numbers})
    assert _held(handing)["otherIds"]["crn"] == CRN
    assert whole("offender", handing)["identifiers"] == numbers
    assert _held(hand("offender", {"names": {"surname": "Okafor"}}))["otherIds"] == {"crn": CRN}


def test_what_is_withdrawn_is_removed_where_it_was_put() -> None:
    assert hand("offender", None) == Handing(f"offenders/{CRN}", None, [])


def test_what_has_no_place_here_is_parked() -> None:
    (fault,) = hand("assessment", {"reference": "1"}).faults
    assert fault.rule == "record-type"


def test_a_release_from_prison_is_seen_at_its_case_in_the_words_of_the_specification() -> None:
    (released,) = [body for body in examples("movement") if body["type"] == "released"][:1]
    native = _held(hand("movement", released))
    assert (native["crn"], native["custodyEvent"]["code"], native["custodyEvent"]["direction"]) == (
        CRN,
        "released",
        "OUT",
    )
    assert native["occurredAt"] == released["at"]


def test_a_movement_that_the_system_repeats_is_the_prisons_to_say(desk: Desk) -> None:
    for body in examples("movement"):
        taken = desk.take(hand("movement", body).native)
        assert (taken.said, taken.refused) == ((), ())
        assert [(each.path, each.because) for each in taken.homeless] == [
            ("", "who comes into custody and leaves it is the prison's to say")
        ]


def test_a_notice_of_release_is_a_contact_on_that_day_which_says_that_it_is_due_and_not_that_it_happened() -> None:
    handing = hand("notice", NOTICE)
    assert handing.address == f"offenders/{CRN}/contacts/-"
    assert handing.native == {
        "crn": CRN,
        "contactType": {"code": "NOTICE-REL", "description": "Notice of release from custody"},
        "contactDate": "2026-05-01",
        "description": "CRD",
        "notes": "HMP Northmoor",
    }
    assert handing.rest == []


def test_another_day_moves_the_contact_and_leaves_what_staff_did_about_it() -> None:
    held = {**_held(hand("notice", NOTICE)), "contactId": 7, "contactOutcomeType": {"code": "ATTC"}}
    moved = hand("notice", {**NOTICE, "date": "2026-04-30"}, held)
    assert moved.native == {**held, "contactDate": "2026-04-30"}


def test_a_contact_that_staff_put_on_another_day_no_longer_reads_as_the_notice() -> None:
    held = {**_held(hand("notice", NOTICE)), "contactDate": "2026-05-08"}
    assert SYSTEM.read_back("notice", held) == {**NOTICE, "date": "2026-05-08"}


def test_without_a_case_of_the_person_nothing_is_handed_over() -> None:
    (fault,) = hand("offender", {"names": {"surname": "Okafor"}}, crns=()).faults
    assert fault.rule == "local-id"


def test_what_was_handed_over_is_taken_as_the_same_record_when_the_system_announces_it(desk: Desk) -> None:
    for record_type, body in [
        ("offender", examples("offender")[1]),
        ("registration", MAPPA),
        ("registration", ALERT),
    ]:
        native = hand(record_type, body).native
        taken = desk.take(native)
        assert taken.refused == ()
        assert [said.record_type for said in taken.said] == [record_type]
        assert taken.said[0].body == SYSTEM.read_back(record_type, native)


def test_an_offender_is_handed_over_onto_what_is_held() -> None:
    held = offender(offenderProfile={"riskColour": "Red", "religion": "Methodist"}, gender="M", middleNames=[])
    body = SYSTEM.read_back("offender", held) | {"religion": "Quaker", "dateOfBirth": "1981-06-14"}
    handing = hand("offender", body, held)
    assert handing.native == held | {
        "offenderProfile": {"riskColour": "Red", "religion": "Quaker"},
        "dateOfBirth": "1981-06-14",
    }
    assert handing.rest == []
