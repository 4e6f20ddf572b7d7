"""An offender of the search and the details of a case, as they become records of a person."""

from datetime import timedelta

import pytest

from hub.domain.canonical import Json
from tests.builders.probation import case, entry, offender
from tests.unit.adapters.delius.conftest import Desk


def test_numbers_are_taken_as_they_are_written_well_formed_or_not(desk: Desk) -> None:
    taken = desk.take(offender("DUMMY", otherIds={"crn": "DUMMY", "pncNumber": "UNKNOWN PNC", "croNumber": " 7 "}))
    assert taken.refused == ()
    assert desk.offender("DUMMY")["identifiers"] == [
        {"scheme": "crn", "value": "DUMMY"},
        {"scheme": "pnc", "value": "UNKNOWN PNC"},
        {"scheme": "cro", "value": " 7 "},
    ]


@pytest.mark.parametrize("deleted", [True, "Y", "true", 1])
def test_a_deleted_offender_is_withdrawn_with_its_registers_and_comes_back_when_it_is_sent_again(
    desk: Desk, deleted: object
) -> None:
    desk.take(offender(mappa={"level": 2, "category": 1}))
    desk.take({"crn": "X320741", "registrations": [entry()]})
    assert desk.registrations().keys() == {"MAPPA", "25"}
    desk.take(offender(softDeleted=deleted))
    assert desk.offender() is None
    assert desk.registrations() == {}
    desk.take(offender(softDeleted=False))
    assert desk.offender()["names"]["surname"] == "Okafor"
    assert desk.registrations().keys() == {"MAPPA", "25"}


def test_whether_it_is_deleted_must_be_said_clearly(desk: Desk) -> None:
    taken = desk.take(offender(softDeleted="perhaps"))
    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/softDeleted", "flag")]
    assert taken.said == ()


@pytest.mark.parametrize(
    "native",
    [
        {"currentExclusion": True, "exclusionMessage": "No."},
        {"currentRestriction": True},
        {"currentExclusion": False, "currentRestriction": False},
    ],
)
def test_limited_access_is_said_as_far_as_it_is_known(desk: Desk, native: dict[str, Json]) -> None:
    desk.take(offender(**native))
    names = {
        "currentExclusion": "exclusion",
        "exclusionMessage": "exclusionMessage",
        "currentRestriction": "restriction",
    }
    assert desk.offender()["limitedAccess"] == {names[name]: value for name, value in native.items()}


def test_a_restriction_stays_when_a_match_says_nothing_of_it(desk: Desk) -> None:
    desk.take(offender(currentRestriction=True, otherIds={"crn": "X320741", "pncNumber": "1981/0000034U"}))
    desk.take({"matches": [{"offender": offender()}]})
    assert desk.offender()["limitedAccess"] == {"restriction": True}
    assert {each["scheme"] for each in desk.offender()["identifiers"]} == {"crn", "pnc"}


def test_a_whole_record_takes_away_what_it_no_longer_says(desk: Desk) -> None:
    desk.take(
        offender(
            otherIds={"crn": "X320741", "pncNumber": "1981/0000034U"},
            offenderProfile={"religion": "Methodist", "nationality": "British"},
        )
    )
    desk.take(offender(offenderProfile={"nationality": "British"}))
    assert "religion" not in desk.offender()
    assert [each["scheme"] for each in desk.offender()["identifiers"]] == ["crn"]


def test_a_block_that_is_missing_says_nothing(desk: Desk) -> None:
    desk.take(offender(offenderProfile={"religion": "Methodist"}, offenderAliases=[{"surname": "Oakes"}]))
    desk.take(offender(surname="Obi"))
    assert desk.offender()["names"]["surname"] == "Obi"
    assert desk.offender()["religion"] == "Methodist"
    assert desk.offender()["aliases"] == [{"name": {"surname": "Oakes"}}]


def test_whoever_is_responsible_now_is_said_and_nobody_deleted_or_of_the_past(desk: Desk) -> None:
    gone = {"active": True, "softDeleted": True, "staff": {"surname": "Deleted"}, "probationArea": {"code": "N01"}}
    past = {"active": False, "staff": {"surname": "Past"}}
    now = {"active": True, "staff": {"surname": "Marsh", "forenames": "Ellen"}, "probationArea": {"code": "N02"}}
    taken = desk.take(offender(offenderManagers=[gone, past, now]))
    assert desk.offender()["responsibleOfficers"] == [
        {"role": "community-offender-manager", "name": "Marsh, Ellen", "areaCode": "N02"}
    ]
    assert desk.offender()["probationArea"] == {"code": "N02"}
    assert {each.path for each in taken.homeless} >= {"/offenderManagers/0", "/offenderManagers/1"}


def test_previous_surnames_come_one_alone_or_as_a_list(desk: Desk) -> None:
    desk.take(offender(previousSurnames=["Obi"], previousSurname="Oakes"))
    assert desk.offender()["formerNames"] == [{"surname": "Obi"}, {"surname": "Oakes"}]


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"otherIds": {"crn": "X320741", "nomsNumber": "A" * 201}}, "/otherIds/nomsNumber"),
        ({"previousSurnames": ["Obi"], "previousSurname": "O" * 201}, "/previousSurname"),
        ({"previousSurnames": ["O" * 201], "previousSurname": "Obi"}, "/previousSurnames/0"),
        (
            {"offenderManagers": [{"active": True, "staff": {}, "trustOfficer": {"surname": "O" * 201}}]},
            "/offenderManagers/0/trustOfficer/surname",
        ),
        (
            {"offenderManagers": [{"active": False}, {"active": True, "probationArea": {"description": "O" * 201}}]},
            "/offenderManagers/1/probationArea/description",
        ),
        (
            {
                "otherIds": {
                    "crn": "X320741",
                    "nomsNumber": "A1234BC",
                    "additionalIdentifiers": [
                        {"type": {"code": "NOMS"}, "value": "A1234BD"},
                        {"type": {"code": "OTHER"}, "value": "1" * 201},
                    ],
                }
            },
            "/otherIds/additionalIdentifiers/1/value",
        ),
    ],
)
def test_a_text_too_long_is_refused_at_the_very_field_that_holds_it(desk: Desk, sent: Json, place: str) -> None:
    assert {fault.path for fault in desk.take(offender(**sent)).refused} == {place}


def test_mappa_is_one_record_a_person_and_its_null_withdraws_it(desk: Desk) -> None:
    desk.take(offender(mappa={"level": 1, "category": 2, "startDate": "2021-02-08", "reviewDate": "2021-05-08"}))
    assert desk.registrations()["MAPPA"]["mappa"] == {"category": "2", "level": "1"}
    assert desk.registrations()["MAPPA"]["period"] == {"start": "2021-02-08", "review": "2021-05-08"}
    desk.take(offender())
    assert "MAPPA" in desk.registrations()
    desk.take(offender(mappa=None))
    assert desk.registrations() == {}


def test_a_level_that_nobody_knows_is_refused_and_the_offender_is_said(desk: Desk) -> None:
    taken = desk.take(offender(mappa={"level": 7, "category": 2}))
    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/mappa/level", "code")]
    assert [said.record_type for said in taken.said] == ["offender"]


def test_what_the_specification_refuses_is_refused_at_the_native_field(desk: Desk) -> None:
    taken = desk.take(
        offender(surname="O" * 201, offenderManagers=[{"active": True, "staff": {"surname": "Marsh", "code": "£ 1"}}])
    )
    assert {(fault.path, fault.rule) for fault in taken.refused} == {
        ("/surname", "maxLength"),
        ("/offenderManagers/0/staff/code", "pattern"),
    }
    assert taken.said == ()


def test_the_details_of_a_case_add_to_what_the_search_gave(desk: Desk) -> None:
    main, before = {"code": "M"}, {"code": "P"}
    addresses = [{"status": main, "town": "Leeds"}, {"status": before, "town": "York"}]
    desk.take(offender(offenderProfile={"religion": "Methodist"}, contactDetails={"addresses": addresses}))
    desk.take(case(pncNumber="1981/0000034U", mainAddress={"town": "Bradford"}))
    assert desk.offender()["religion"] == "Methodist"
    assert desk.offender()["addresses"] == [
        {"status": "previous", "town": "York"},
        {"status": "main", "town": "Bradford"},
    ]
    assert [each["scheme"] for each in desk.offender()["identifiers"]] == ["crn", "pnc"]


def test_flags_are_registrations_until_the_entry_they_stand_for_is_known(desk: Desk) -> None:
    flags = [{"code": "RHRH", "description": "High RoSH"}, {"code": "WEAP"}, {"code": "XNEW"}]
    taken = desk.take(case(registerFlags=flags))
    assert desk.registrations()["flag-RHRH"]["riskLevel"] == "high"
    assert desk.registrations()["flag-XNEW"]["concern"] == "delius:XNEW"
    assert [(each.path, each.code) for each in taken.unlisted] == [("/registerFlags/2/code", "XNEW")]
    desk.take(entry(), {"crn": "X320741"})
    assert desk.registrations().keys() == {"25", "flag-WEAP", "flag-XNEW"}
    desk.take(case(registerFlags=[{"code": "RHRH"}]))
    assert desk.registrations().keys() == {"25"}
    desk.take(case())
    assert desk.registrations().keys() == {"25"}


def test_a_flag_without_its_code_is_refused_and_the_others_are_said(desk: Desk) -> None:
    taken = desk.take(case(registerFlags=[{"code": " "}, 7, {"code": "WEAP"}]))
    assert [fault.path for fault in taken.refused] == ["/registerFlags/0/code", "/registerFlags/1"]
    assert desk.registrations().keys() == {"flag-WEAP"}


def test_a_flag_of_mappa_is_mappa_of_a_level_nobody_said(desk: Desk) -> None:
    desk.take(case(registerFlags=[{"code": "MAPP"}]))
    assert desk.registrations()["MAPPA"]["mappa"] == {}
    level = {"startDate": "2026-02-08", "level": {"code": "M3"}, "category": {"code": "M1"}}
    desk.take(case(mappaRegistration=level))
    assert desk.registrations()["MAPPA"]["mappa"] == {"category": "1", "level": "3"}


def test_an_unfilled_place_of_a_template_is_no_number_unless_the_way_it_came_gives_one(desk: Desk) -> None:
    taken = desk.take(case("{{request.path.[1]}}"))
    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/crn", "placeholder")]
    desk.take(case("{{request.path.[1]}}"), {"crn": "X320741"})
    assert desk.offender()["identifiers"] == [{"scheme": "crn", "value": "X320741"}]


@pytest.mark.parametrize("number", [None, "", 7, ["X"], "X\n1", "X" * 201])
def test_without_a_number_of_the_case_nothing_is_said(desk: Desk, number: object) -> None:
    taken = desk.take(offender(otherIds={"crn": number}))
    assert [fault.path for fault in taken.refused] == ["/otherIds/crn"]
    assert taken.said == ()


def test_what_is_wrong_with_an_area_is_said_of_the_managers_and_what_has_no_home_there_once(desk: Desk) -> None:
    manager = {"active": True, "staff": {"surname": "Marsh"}, "probationArea": {"code": "£", "nps": True}}
    taken = desk.take(offender(offenderManagers=[manager]))
    assert {(fault.path, fault.rule) for fault in taken.refused} == {
        ("/offenderManagers/0/probationArea/code", "pattern")
    }
    homeless = [each.path for each in taken.homeless if each.path.endswith("nps")]
    assert homeless == ["/offenderManagers/0/probationArea/nps"]


def test_what_was_recorded_earlier_and_comes_later_only_adds_what_is_not_known(desk: Desk) -> None:
    desk.take(offender(surname="Obi", mappa={"level": 3}))
    last = desk.said[-1].time
    desk.received -= timedelta(hours=1)
    taken = desk.take(offender(mappa=None, offenderAliases=[{"surname": "Oakes"}]))
    assert desk.offender()["names"]["surname"] == "Obi"
    assert desk.offender()["aliases"] == [{"name": {"surname": "Oakes"}}]
    assert desk.registrations()["MAPPA"]["mappa"] == {"level": "3"}
    assert [notice.rule for notice in taken.notices] == ["late"]
    assert [said.time > last for said in taken.said] == [True]
    desk.take(offender(softDeleted=True))
    assert desk.offender() is not None


def test_an_offender_recorded_before_its_deletion_does_not_bring_it_back(desk: Desk) -> None:
    desk.take(offender())
    desk.take(offender(softDeleted=True))
    desk.received -= timedelta(hours=1)
    desk.take(offender())
    assert desk.offender() is None


@pytest.mark.parametrize(
    ("manager", "name"),
    [
        ({"trustOfficer": {"surname": "Staff", "forenames": "Lisa"}, "team": {"description": "OMU A"}}, "Staff, Lisa"),
        ({"staff": {"code": "N02U", "surname": " "}, "team": {"description": "OMU A"}}, "OMU A"),
        ({"probationArea": {"code": "N02", "description": "NPS North East"}}, "NPS North East"),
        ({"probationArea": {"code": "N02"}}, "N02"),
        ({"active": True}, None),
        ({}, None),
    ],
)
def test_whoever_is_responsible_is_named_as_well_as_the_record_can(desk: Desk, manager: Json, name: str | None) -> None:
    taken = desk.take(offender(offenderManagers=[{"fromDate": "2024-01-01", **manager}]))
    assert taken.refused == ()
    assert [each["name"] for each in desk.offender().get("responsibleOfficers", ())] == ([name] if name else [])


def test_blocks_rows_and_values_that_are_null_or_empty_say_nothing(desk: Desk) -> None:
    rows: Json = {"addresses": [{}], "phoneNumbers": [{"number": None}], "emailAddresses": [None, ""]}
    profile: Json = {"disabilities": [{"disabilityType": None}], "offenderLanguages": {}, "previousConviction": None}
    blanks: Json = {"mappa": None, "probationStatus": None, "middleNames": [None, " "], "offenderAliases": [{}]}
    taken = desk.take(offender(contactDetails=rows, offenderProfile=profile, offenderManagers=None, **blanks))
    assert taken.refused == ()
    assert desk.offender()["names"] == {"forenames": ["Daniel"], "surname": "Okafor"}
