"""Releases in the prison system's form: what it holds stays, what it is told reads back, the rest is carried."""

import copy
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis
from hub.domain.canonical import Json, canonical
from hub.spec.lens.rest import complete
from hub.spec.registry import schemas_folder
from tests.builders.native_releases import released, withdrawn
from tests.builders.nomis import EXAMPLES, of_file
from tests.builders.valid_bodies import valid_bodies

OFFENDER = orjson.loads(next(path for path in EXAMPLES if path.stem == "offender-as-it-should-be").read_bytes())
OF_SERVICE = {
    "alertUuid": "8cdadcf3-b003-4116-9956-c99bd8df6a00",
    "alertCode": {"alertTypeCode": "H", "code": "HA", "description": "ACCT Open (HMPS)"},
    "description": "Hourly checks.",
    "activeFrom": "2026-01-13",
    "createdBy": "USER1",
}
ALERT = {**OFFENDER["alerts"][0], "bookingId": 1200417}
MOVEMENT = orjson.loads(next(path for path in EXAMPLES if path.stem == "movements").read_bytes())[0]
NOTE = {
    "caseNoteId": 5,
    "type": "NOTICE-REL",
    "typeDescription": "Notice of release from custody",
    "subType": "ARD",
    "subTypeDescription": "Automatic release date",
    "text": "Due on 08/05/2026",
    "authorName": "HUB",
}
_VALID = [
    path
    for record_type in ("offender", "registration", "movement", "notice")
    for path in sorted(schemas_folder().glob(f"{record_type}/1.0.0/valid/*.json"))
]


def handed(system: Nomis, body: Json, record_type: str = "offender", key: str = "-", held: Json = None) -> Json:
    """The native record of a release that the system can hold."""
    handing = system.hand_over(released(1, body, record_type, key), held)
    assert handing.faults == ()
    return handing.native


def _same(one: Json, other: Json) -> bool:
    return canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("record_type", "held"),
    [
        ("offender", OFFENDER),
        ("registration", ALERT),
        ("registration", OF_SERVICE),
        ("movement", MOVEMENT),
        ("notice", NOTE),
    ],
)
def test_what_was_read_and_is_handed_over_again_changes_nothing(system: Nomis, record_type: str, held: Json) -> None:
    body = system.read_back(record_type, held)
    before = orjson.dumps(held)

    handing = system.hand_over(released(1, body, record_type), held)

    assert handing.faults == ()
    assert orjson.dumps(handing.native) == before == orjson.dumps(held)
    assert handing.rest == []


@pytest.mark.parametrize("path", _VALID, ids=lambda path: f"{path.parts[-4]}/{path.stem}")
@pytest.mark.parametrize("held", [None, OFFENDER])
def test_every_valid_record_reads_back_whole_with_its_rest(system: Nomis, path: Path, held: Json) -> None:
    record_type, body = path.parts[-4], orjson.loads(path.read_bytes())
    handing = system.hand_over(released(1, body, record_type), held if record_type == "offender" else None)

    assert handing.faults == ()
    assert _same(complete(copy.deepcopy(system.read_back(record_type, handing.native)), handing.rest), body)


@pytest.mark.parametrize("record_type", ["offender", "registration", "movement", "notice"])
@given(st.data())
def test_any_release_reads_back_whole_or_is_refused_by_path(
    system: Nomis, record_type: str, data: st.DataObject
) -> None:
    body = data.draw(valid_bodies(record_type))
    before = {"offender": OFFENDER, "registration": ALERT, "movement": MOVEMENT, "notice": NOTE}[record_type]
    held = data.draw(st.sampled_from([None, before]))
    handing = system.hand_over(released(1, body, record_type), held)

    if handing.faults:
        assert all(fault.rule for fault in handing.faults)
    else:
        back = copy.deepcopy(system.read_back(record_type, handing.native))
        assert _same(complete(back, handing.rest), body)


def test_what_has_no_home_in_the_shared_record_stays_as_it_is_held(system: Nomis) -> None:
    body = {**system.read_back("offender", OFFENDER), "names": {"surname": "ROOK"}}

    native = handed(system, body, held=OFFENDER)

    assert native["lastName"] == "ROOK"
    assert native["alerts"] == OFFENDER["alerts"]
    assert native["offenderId"] == OFFENDER["offenderId"]
    assert native["sentenceTerms"] == OFFENDER["sentenceTerms"]


def test_an_overridden_date_is_written_as_an_override(system: Nomis) -> None:
    body = {
        "names": {"surname": "ROOK"},
        "keyDates": [
            {"type": "CRD", "date": "2027-01-01", "overridden": True},
            {"type": "SED", "date": "2028-01-01"},
        ],
    }

    native = handed(system, body)

    assert native["sentenceDetail"] == {
        "conditionalReleaseOverrideDate": "2027-01-01",
        "sentenceExpiryDate": "2028-01-01",
    }


def test_a_notice_of_release_is_a_case_note_that_staff_can_read(system: Nomis) -> None:
    body = {"event": "release", "date": "2026-05-01", "dateType": "CRD", "establishment": "HMP Northmoor"}
    handing = system.hand_over(released(1, body, "notice", "release"), None)

    assert handing.address == "offenders/A1/case-notes/release"
    assert handing.native == {
        "offenderNo": "A1",
        "type": "NOTICE-REL",
        "typeDescription": "Notice of release from custody",
        "subType": "CRD",
        "subTypeDescription": "Conditional release date",
        "text": "Due on 01/05/2026",
        "agencyDescription": "HMP Northmoor",
    }
    assert handing.rest == []


def test_another_day_replaces_the_text_of_a_note_and_keeps_the_note(system: Nomis) -> None:
    body = {"event": "release", "date": "2026-05-01", "dateType": "CRD"}

    native = handed(system, body, "notice", "release", NOTE)

    assert native == {
        **NOTE,
        "subType": "CRD",
        "subTypeDescription": "Conditional release date",
        "text": "Due on 01/05/2026",
    }


def test_a_note_whose_text_staff_replaced_no_longer_reads_as_the_notice(system: Nomis) -> None:
    assert system.read_back("notice", {**NOTE, "text": "Release cancelled"}) == {"event": "release", "dateType": "ARD"}


def test_a_register_of_probation_stands_in_a_list_of_its_own(system: Nomis) -> None:
    body = {
        "scheme": "probation-register",
        "code": "RVHR",
        "reference": "REG-1",
        "riskLevel": "very-high",
        "period": {"start": "2026-01-01", "end": None},
    }

    handing = system.hand_over(released(1, body, "registration", "probation-register/RVHR/probation/REG-1"), None)

    assert handing.address == "offenders/A1/registrations/probation-register%2FRVHR%2Fprobation%2FREG-1"
    native = handed(system, body, "registration")
    assert (native["registerCode"], native["riskLevel"]) == ("RVHR", "very-high")
    assert system.read_back("registration", native) == body
    assert handing.rest == []


def test_who_escaped_is_not_written_as_released(system: Nomis) -> None:
    body = {
        "booking": "1200417",
        "sequence": 2,
        "direction": "out",
        "type": "escaped",
        "at": "2026-02-03T09:30:00+00:00",
    }

    handing = system.hand_over(released(1, body, "movement", "prison/1200417/2"), None)

    assert system.read_back("movement", handing.native)["type"] == "escaped"


def test_what_is_withdrawn_is_taken_away(system: Nomis) -> None:
    assert system.hand_over(withdrawn(2), OFFENDER).native is None


def test_assessments_are_not_this_systems(system: Nomis) -> None:
    handing = system.hand_over(released(1, {"reference": "A1"}, "assessment", "A1"), None)

    assert [(fault.path, fault.rule) for fault in handing.faults] == [("", "record")]
    assert "assessment" not in system.hands_over


def test_what_is_taken_of_a_person_is_what_reading_the_held_record_gives(system: Nomis) -> None:
    path = next(path for path in EXAMPLES if path.stem == "offender-as-it-should-be")
    (said,) = [each for each in system.take(of_file(path), PartsInMemory()).said if each.record_type == "offender"]

    assert _same(said.body, system.read_back("offender", OFFENDER))
