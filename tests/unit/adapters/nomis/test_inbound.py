"""What the prison system says, as whole records."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from adapters.client.native import Taken
from hub.domain.canonical import Json
from tests.builders.nomis import RECEIVED

Take = Callable[..., Taken]
NUMBER, OTHER = "A4021BT", "A4099BT"
OFFENDER = {
    "offenderNo": NUMBER,
    "bookingId": 1200417,
    "bookingNo": "38339A",
    "firstName": "ROWAN",
    "middleName": "ASH LEE",
    "lastName": "QUILL",
    "dateOfBirth": "1984-11-05",
    "agencyId": "LEI",
    "status": "ACTIVE IN",
    "assignedLivingUnit": {"description": "B-2-014", "agencyName": "Leeds"},
}
ALERT = {"offenderNo": NUMBER, "bookingId": 1200417, "alertId": 1, "alertType": "H", "alertCode": "HA"}
MOVEMENT = {
    "offenderNo": NUMBER,
    "bookingId": 1200417,
    "fromAgencyId": "OUT",
    "toAgencyId": "LEI",
    "movementType": "ADM",
    "movementReasonCode": "N",
    "movementDateTime": "2026-01-12T17:30:00",
}


def event(kind: str, information: Mapping[str, Json], at: str = "2026-03-04T08:09:36.649098+00:00") -> Json:
    """A domain event of the prison system."""
    return {
        "eventType": f"prison-offender-events.prisoner.{kind}",
        "occurredAt": at,
        "additionalInformation": information,
    }


def the(taken: Taken, record_type: str = "offender") -> Json:
    """The body of the one record of a type that was said."""
    (said,) = [each for each in taken.said if each.record_type == record_type and not each.withdrawn]
    return said.body


def refusals(taken: Taken) -> list[tuple[str, str]]:
    return [(fault.path, fault.rule) for fault in taken.refused]


# --- persons, in parts --------------------------------------------------------------------------------------


def test_a_person_is_said_with_all_names_and_where_they_are(take: Take) -> None:
    body = the(take(OFFENDER))

    assert body["names"] == {"surname": "QUILL", "forenames": ["ROWAN", "ASH", "LEE"]}
    assert body["location"] == {
        "place": "custody",
        "establishmentCode": "LEI",
        "establishment": "Leeds",
        "livingUnit": "B-2-014",
        "booking": "38339A",
    }


@pytest.mark.parametrize(
    ("status", "place"),
    [
        ("ACTIVE IN", "custody"),
        ("ACTIVE OUT", "custody-absent"),
        ("INACTIVE TRN", "custody-absent"),
        ("ACTIVE UAL", "unlawfully-at-large"),
        ("INACTIVE OUT", "community"),
        ("ACTIVE ELSEWHERE", "nomis:ACTIVE ELSEWHERE"),
    ],
)
def test_every_status_says_where_a_person_is_and_an_unknown_one_is_kept(take: Take, status: str, place: str) -> None:
    assert the(take({**OFFENDER, "status": status}))["location"]["place"] == place


def test_what_came_before_stays_when_another_kind_of_payload_says_less(take: Take) -> None:
    take(OFFENDER)
    dates = {"sentenceExpiryDate": "2028-07-11"}
    listed = {"offenderNo": NUMBER, "firstName": "ROWAN", "lastName": "QUILL", "agencyLocationId": "LEI"}

    body = the(take([{**listed, "sentenceDetail": dates, "mostRecentActiveBooking": True}]))

    assert body["names"]["forenames"] == ["ROWAN", "ASH", "LEE"]
    assert body["location"]["place"] == "custody"
    assert body["keyDates"] == [{"type": "SED", "date": "2028-07-11"}]


def test_a_list_of_addresses_names_no_person_unless_the_way_it_came_does(take: Take) -> None:
    address = {"premise": "8", "street": "Mill Lane", "postalCode": "BD5 0QX", "primary": True, "addressUsages": []}

    assert refusals(take([address])) == [("/0/offenderNo", "required")]
    body = the(take([address], {"offenderNo": NUMBER}))
    assert body["addresses"] == [
        {"status": "main", "primary": True, "lines": ["8", "Mill Lane"], "postcode": "BD5 0QX"}
    ]


def test_an_address_proposed_for_curfew_is_no_main_address(take: Take) -> None:
    uses = [{"addressUsage": "HOST", "activeFlag": False}, {"addressUsage": "HDC", "activeFlag": True}]
    address = {"street": "Mill Lane", "primary": True, "addressUsages": uses}

    (said,) = the(take([address], {"offenderNo": NUMBER}))["addresses"]

    assert (said["status"], said["primary"]) == ("proposed", True)


def test_what_is_about_a_booking_is_about_its_person_once_known(take: Take) -> None:
    sentence = {"bookingId": 1200417, "sentenceSequence": 1, "sentenceCalculationType": "LR"}
    assert refusals(take([sentence])) == [("/0/offenderNo", "required")]

    take(OFFENDER)
    body = the(take([sentence]))

    assert body["names"]["surname"] == "QUILL"
    assert body["sentences"] == [{"sentencedOn": None, "type": "recall-standard", "sequence": 1}]


def test_one_custody_assessment_joins_those_known(take: Take) -> None:
    first = {
        "offenderNo": NUMBER,
        "bookingId": 7,
        "assessmentSeq": 1,
        "assessmentCode": "CSR",
        "classificationCode": "STANDARD",
    }
    second = {**first, "assessmentSeq": 2, "classificationCode": "HI"}
    take([first, second])

    body = the(take({**second, "classificationCode": "STANDARD", "cellSharingAlertFlag": True}))

    assert [(each["sequence"], each["result"]) for each in body["custodyAssessments"]] == [
        (1, "STANDARD"),
        (2, "STANDARD"),
    ]


def test_an_officers_date_wins_over_the_computed_one_and_is_marked(take: Take) -> None:
    dates = {"conditionalReleaseDate": "2027-01-01", "conditionalReleaseOverrideDate": "2027-02-01"}
    taken = take({**OFFENDER, "sentenceDetail": dates})

    assert the(taken)["keyDates"] == [{"type": "CRD", "date": "2027-02-01", "overridden": True}]
    assert "/sentenceDetail/conditionalReleaseDate" in {each.path for each in taken.homeless}


def test_terms_listed_one_by_one_are_gathered_by_sentence(take: Take) -> None:
    term = {
        "sentenceSequence": 2,
        "sentenceType": "FTR_ORA",
        "sentenceTermCode": "IMP",
        "sentenceStartDate": "2026-01-12",
    }
    terms = [{**term, "termSequence": 1, "years": 2}, {**term, "termSequence": 2, "lifeSentence": True}]

    (sentence,) = the(take({**OFFENDER, "sentenceTerms": terms}))["sentences"]

    assert sentence["type"] == "recall-28-day"
    assert sentence["terms"] == [{"code": "IMP", "years": 2}, {"code": "IMP", "life": True}]


def test_a_term_that_says_otherwise_of_its_sentence_is_told(take: Take) -> None:
    term = {"sentenceSequence": 2, "sentenceType": "FTR_ORA", "sentenceTermCode": "IMP"}
    taken = take({**OFFENDER, "sentenceTerms": [term, {**term, "sentenceType": "LR"}]})

    assert ("/sentenceTerms/1/sentenceType", None) in {(each.path, each.because) for each in taken.homeless}


def test_a_date_that_is_only_computed_is_the_one_in_force(take: Take) -> None:
    dates = {"bookingId": 1200417, "sentenceStartDate": "2026-01-12", "etdCalculatedDate": "2027-01-01"}
    beneath = {"midTermDate": "2027-02-01", "mtdCalculatedDate": "2027-03-01", "ltdOverrideDate": "2027-04-01"}
    taken = take(dates | beneath, {"offenderNo": NUMBER})

    assert sorted((each["type"], each["date"]) for each in the(taken)["keyDates"]) == [
        ("ETD", "2027-01-01"),
        ("LTD", "2027-04-01"),
        ("MTD", "2027-02-01"),
    ]
    assert ("/mtdCalculatedDate", "the date in force is shared") in {
        (each.path, each.because) for each in taken.homeless
    }


def test_release_dates_that_stand_beside_the_person_are_key_dates(take: Take) -> None:
    listed = {
        "offenderNo": NUMBER,
        "lastName": "QUILL",
        "agencyLocationId": "LEI",
        "conditionalReleaseDate": "2027-01-01",
    }

    assert the(take([listed]))["keyDates"] == [{"type": "CRD", "date": "2027-01-01"}]


def test_people_around_a_person_are_contacts_and_officials_are_responsible(take: Take) -> None:
    take(OFFENDER)
    kin = {"bookingId": 1200417, "lastName": "QUILL", "firstName": "JO", "contactType": "S", "relationship": "SIS"}
    officer = {
        "bookingId": 1200417,
        "lastName": "MARSH",
        "firstName": "ELLEN",
        "contactType": "O",
        "relationship": "COM",
    }

    body = the(take({"nextOfKin": [kin], "otherContacts": [officer]}))

    assert body["contacts"] == [{"name": {"surname": "QUILL", "forenames": ["JO"]}, "relationshipCode": "SIS"}]
    assert body["responsibleOfficers"] == [{"role": "community-offender-manager", "name": "MARSH, ELLEN"}]


def test_a_key_worker_is_responsible(take: Take) -> None:
    body = the(take({"staffId": 77, "firstName": "TOM", "lastName": "PRICE"}, {"offenderNo": NUMBER}))

    assert body["responsibleOfficers"] == [{"role": "key-worker", "name": "PRICE, TOM", "staffCode": "77"}]


def test_a_need_for_care_is_a_disability_or_a_circumstance(take: Take) -> None:
    needs = [
        {"problemType": "DISAB", "problemCode": "ND", "startDate": "2026-01-01"},
        {"problemType": "PSYCH", "problemCode": "DEP", "problemDescription": "Depression"},
    ]
    body = the(take({"offenderNo": NUMBER, "personalCareNeeds": needs}))

    assert body["disabilities"] == [{"type": "none-known", "from": "2026-01-01"}]
    assert body["circumstances"] == [{"code": "PSYCH", "detailCode": "DEP", "detail": "Depression"}]


def test_an_alias_given_as_one_text_is_surname_and_forenames(take: Take) -> None:
    assert the(take({**OFFENDER, "aliases": ["QUILLER, ROBIN JO"]}))["aliases"] == [
        {"name": {"surname": "QUILLER", "forenames": ["ROBIN", "JO"]}}
    ]


def test_a_record_without_a_number_is_refused_by_the_field(take: Take) -> None:
    assert refusals(take({**OFFENDER, "offenderNo": None, "bookingId": None, "bookingNo": None})) == [
        ("/offenderNo", "required")
    ]


def test_what_the_specification_refuses_is_refused_by_the_native_path_and_not_kept(take: Take) -> None:
    sentence = {"sentenceSequence": 1, "sentenceCalculationType": "LR", "sentenceStartDate": "2026-02-01"}
    wrong = {**OFFENDER, "sentences": [{**sentence, "sentenceEndDate": "2026-01-01"}]}

    assert refusals(take(wrong)) == [("/sentences/0/sentenceEndDate", "sentence-periods")]
    assert the(take(OFFENDER)).get("sentences") is None


def test_numbers_and_flags_come_in_several_spellings(take: Take) -> None:
    spelt = {
        "interpreterRequired": "Y",
        "recall": "N",
        "sentences": [{"sentenceSequence": "1", "sentenceCalculationType": "LR"}],
        "assessments": [{"assessmentCode": "CSR", "assessmentSeq": "2", "bookingId": "7", "cellSharingAlertFlag": "Y"}],
    }
    body = the(take({**OFFENDER, **spelt, "dateOfBirth": "1984-11-05T00:00:00"}))

    assert (body["language"], body["custody"]) == ({"interpreterNeeded": True}, {"recalled": False})
    assert body["sentences"][0]["sequence"] == 1
    assert body["custodyAssessments"] == [{"kind": "CSR", "sequence": 2, "booking": "7", "cellSharingAlert": True}]
    assert body["dateOfBirth"] == "1984-11-05"


def test_a_number_too_long_to_be_one_is_refused_by_its_place(take: Take) -> None:
    numbers = [{"type": "PNC", "value": "81/34U"}, {"type": "CRO", "value": "1" * 201}]
    assert refusals(take({**OFFENDER, "identifiers": numbers})) == [("/identifiers/1/value", "maxLength")]


LONG = "x" * 5_000


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"offenderNo": "A" * 201}, "/offenderNo"),
        ({"identifiers": [{"type": "PNC", "value": "81/34U"}], "offenderNo": "A" * 201}, "/offenderNo"),
        (
            {"profileInformation": [{"type": "SMOKE"}, {"type": "NAT", "resultValue": LONG}]},
            "/profileInformation/1/resultValue",
        ),
        (
            {"personalCareNeeds": [{"problemType": "PSYCH"}, {"problemType": "DISAB", "problemDescription": LONG}]},
            "/personalCareNeeds/1/problemDescription",
        ),
        (
            {"personalCareNeeds": [{"problemType": "DISAB"}, {"problemType": "PSYCH", "problemDescription": LONG}]},
            "/personalCareNeeds/1/problemDescription",
        ),
        ({"nextOfKin": [{"lastName": "A"}], "otherContacts": [{"lastName": LONG}]}, "/otherContacts/0/lastName"),
        ({"emails": [{"email": ""}, {"email": LONG}]}, "/emails/1/email"),
        ({"middleName": LONG}, "/middleName"),
    ],
)
def test_a_text_too_long_is_refused_at_the_very_field_that_holds_it(take: Take, sent: Json, place: str) -> None:
    assert {path for path, _ in refusals(take({**OFFENDER, **sent}))} == {place}


def test_a_field_that_no_table_knows_is_told(take: Take) -> None:
    assert ("/shoeSize", None) in {(each.path, each.because) for each in take({**OFFENDER, "shoeSize": 44}).homeless}


# --- alerts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "concern"),
    [
        ("H", "HA", "self-harm"),
        ("H", "HA1", "self-harm"),
        ("H", "HA2", "self-harm"),
        ("X", "XEL", "escape"),
        ("X", "XER", "escape"),
        ("R", "RCS", "children"),
        ("S", "RCS", "nomis:S/RCS"),
        ("R", "RKS", "known-adult"),
        ("P", "P12", "public-protection"),
        ("P", "P103", "public-protection"),
        ("X", "XTACT", "nomis:X/XTACT"),
    ],
)
def test_what_an_alert_is_about_follows_from_type_and_code_together(
    take: Take, kind: str, code: str, concern: str
) -> None:
    body = the(take([{**ALERT, "alertType": kind, "alertCode": code}]), "registration")

    assert (body["scheme"], body["type"], body["code"], body["concern"]) == ("prison-alert", kind, code, concern)


def test_an_alert_without_a_start_is_taken_and_says_whether_it_stands(take: Take) -> None:
    body = the(take([{**ALERT, "active": False, "expired": True}]), "registration")

    assert body["period"] == {"active": False, "expired": True}


@pytest.mark.parametrize("known", [{}, {"alertId": "1", "bookingId": "1200417"}])
def test_an_alert_has_one_reference_in_whichever_list_it_stands(take: Take, known: Mapping[str, Json]) -> None:
    alone = the(take([{**ALERT, **known}]), "registration")
    listed = {name: value for name, value in ALERT.items() if name not in {"offenderNo", "bookingId"}}
    beside = the(take({**OFFENDER, "alerts": [listed]}), "registration")

    assert alone["reference"] == beside["reference"] == "1200417/1"


def test_an_alert_as_the_alerts_service_gives_it_says_the_same(take: Take) -> None:
    given = {
        "alertUuid": "8cdadcf3-b003-4116-9956-c99bd8df6a00",
        "prisonNumber": NUMBER,
        "alertCode": {"alertTypeCode": "H", "code": "HA", "description": "ACCT Open (HMPS)", "odd": 1},
        "description": "Hourly checks.",
        "activeFrom": "2026-01-13",
        "isActive": True,
        "createdBy": "USER1",
    }
    taken = take(given)

    assert the(taken, "registration") == {
        "scheme": "prison-alert",
        "type": "H",
        "code": "HA",
        "label": "ACCT Open (HMPS)",
        "reference": "8cdadcf3-b003-4116-9956-c99bd8df6a00",
        "concern": "self-harm",
        "notes": "Hourly checks.",
        "period": {"start": "2026-01-13", "active": True},
    }
    assert ("/alertCode", None) in {(each.path, each.because) for each in taken.homeless}
    assert refusals(take({**given, "activeFrom": "soon"})) == [("/activeFrom", "date")]


def test_an_alert_that_cannot_be_read_is_refused_and_its_neighbours_are_taken(take: Take) -> None:
    taken = take(
        {**OFFENDER, "alerts": [{"alertType": "H", "alertId": 4}, "HA", {**ALERT, "dateCreated": "soon"}, ALERT]}
    )

    assert refusals(taken) == [
        ("/alerts/0/alertCode", "required"),
        ("/alerts/1", "type"),
        ("/alerts/2/dateCreated", "date"),
    ]
    assert the(taken, "registration")["code"] == "HA"
    assert the(taken)["names"]["surname"] == "QUILL"


SECOND = {**ALERT, "alertId": 2, "active": True}


def listing(*alerts: Json, active: Json = 0, inactive: Json = 0, booking: int = 1200417) -> Json:
    """A prisoner's record with alerts, and how many it says that there are."""
    counts = {"activeAlertCount": active, "inactiveAlertCount": inactive}
    return {**OFFENDER, "bookingId": booking, "alerts": [*alerts], **counts}


def withdrawals(taken: Taken) -> list[tuple[str, Json]]:
    return [(each.local_id, each.body) for each in taken.said if each.withdrawn]


def test_an_alert_that_a_record_with_all_of_them_no_longer_lists_is_withdrawn(take: Take) -> None:
    take(listing(ALERT, SECOND, active=1, inactive=1))
    taken = take(listing(SECOND, active="1", inactive="0"))
    assert withdrawals(taken) == [(NUMBER, {"reference": "1200417/1"})]
    assert withdrawals(take(listing(SECOND, active=1))) == []
    assert withdrawals(take(listing())) == [(NUMBER, {"reference": "1200417/2"})]


@pytest.mark.parametrize(
    "cut",
    [
        listing(SECOND, active=2),
        listing(SECOND, active=1, inactive=1),
        listing(SECOND, active=None, inactive=None),
        listing(SECOND, active=1, booking=1),
        {**listing(active=0), "alerts": None},
        [SECOND],
        SECOND,
    ],
)
def test_a_list_that_may_be_cut_withdraws_nothing(take: Take, cut: Json) -> None:
    take(listing(ALERT, SECOND, active=1, inactive=1))
    assert withdrawals(take(cut)) == []


def test_an_alert_that_is_listed_and_cannot_be_read_is_not_withdrawn(take: Take) -> None:
    take(listing(ALERT, inactive=1))
    taken = take(listing({**ALERT, "dateCreated": "soon"}, inactive=1))
    assert (withdrawals(taken), taken.refused[0].rule) == ([], "date")


def test_an_alert_that_was_said_later_is_not_withdrawn_by_an_older_list(take: Take) -> None:
    take(listing(ALERT, inactive=1))
    assert withdrawals(take(listing(), received=RECEIVED - timedelta(days=1))) == []


def test_alerts_under_a_removed_number_stand_until_the_survivors_list_says_them(take: Take) -> None:
    removed = "A9999ZZ"
    take({**listing(ALERT, SECOND, active=1, inactive=1), "offenderNo": removed})
    numbers = {"nomsNumber": NUMBER, "removedNomsNumber": removed}
    merge = {"eventType": "prison-offender-events.prisoner.merged", "additionalInformation": numbers}
    assert withdrawals(take(merge)) == [(removed, {})]
    taken = take(listing(SECOND, active=1))
    assert sorted(withdrawals(taken), key=str) == [(removed, {"reference": f"1200417/{each}"}) for each in (1, 2)]
    assert {each.local_id for each in taken.said if not each.withdrawn} == {NUMBER}


# --- movements ----------------------------------------------------------------------------------------------


def test_a_movement_without_a_number_is_named_by_when_and_which_way(take: Take) -> None:
    assert the(take([MOVEMENT]), "movement") == {
        "booking": "1200417",
        "sequence": "2026-01-12T17:30:00-in",
        "direction": "in",
        "type": "admission",
        "reason": "remand",
        "sourceReason": "N",
        "from": {"kind": "outside", "code": "OUT"},
        "to": {"kind": "prison", "code": "LEI"},
        "at": "2026-01-12T17:30:00+00:00",
    }


@pytest.mark.parametrize("sequence", [3, "3"])
def test_a_number_that_the_source_gives_is_kept(take: Take, sequence: Json) -> None:
    assert the(take([{**MOVEMENT, "sequence": sequence}]), "movement")["sequence"] == 3


def test_a_timeline_and_a_list_of_movements_name_one_movement_alike(take: Take) -> None:
    dates = {"reasonInToPrison": "Unconvicted Remand", "dateInToPrison": "2026-01-12T17:30:00", "inwardType": "ADM"}
    stay = {"bookNumber": "38339A", "bookingId": 1200417, "movementDates": [dates]}
    timeline = the(take({"prisonerNumber": NUMBER, "prisonPeriod": [stay]}), "movement")
    listed = the(take([MOVEMENT]), "movement")

    assert [timeline[name] for name in ("booking", "sequence", "type", "reason")] == [
        listed[name] for name in ("booking", "sequence", "type", "reason")
    ]


@pytest.mark.parametrize(
    ("movement", "kind"),
    [
        ({"movementType": "REL", "movementReasonCode": "CR"}, "released"),
        ({"movementType": "REL", "movementReasonCode": "UAL"}, "escaped"),
        ({"movementType": "REL", "movementReasonCode": "ES"}, "escaped"),
        ({"movementType": "REL", "movementReasonCode": "DEC"}, "died"),
        ({"movementType": "ADM", "movementReasonCode": "INT", "directionCode": "IN"}, "transfer-in"),
        ({"movementType": "CRT", "fromAgencyId": "LEI", "toAgencyId": "COURT1"}, "to-court"),
        ({"movementType": "CRT", "fromAgencyId": "COURT1", "toAgencyId": "LEI"}, "return-from-court"),
        (
            {"movementType": "TAP", "fromAgencyId": None, "fromCity": "Leeds", "toAgencyId": "LEI"},
            "return-from-absence",
        ),
        ({"movementType": "TRN", "directionCode": "OUT"}, "transfer-out"),
    ],
)
def test_the_kind_of_a_movement_follows_from_type_direction_and_reason(
    take: Take, movement: Mapping[str, Json], kind: str
) -> None:
    assert the(take([{**MOVEMENT, **movement}]), "movement")["type"] == kind


def test_a_movement_whose_direction_nobody_can_tell_is_refused_by_it(take: Take) -> None:
    between = {**MOVEMENT, "movementType": "TRN", "fromAgencyId": "LEI", "toAgencyId": "MDI"}
    assert ("/0/directionCode", "required") in refusals(take([between]))


def test_a_movement_without_its_type_is_refused_by_it(take: Take) -> None:
    untyped = {name: value for name, value in MOVEMENT.items() if name != "movementType"}
    assert ("/0/movementType", "required") in refusals(take([untyped]))


def test_a_kind_of_movement_that_the_list_does_not_name_is_refused(take: Take) -> None:
    odd = {**MOVEMENT, "movementType": "XXX", "directionCode": "OUT"}
    assert refusals(take([odd])) == [("/0/movementType", "code")]


def test_a_time_that_no_clock_showed_is_refused_and_one_shown_twice_is_noted(take: Take) -> None:
    spring, autumn = "2026-03-29T01:30:00", "2026-10-25T01:30:00"

    assert refusals(take([{**MOVEMENT, "movementDateTime": spring}])) == [("/0/movementDateTime", "local-time")]
    taken = take([{**MOVEMENT, "movementDateTime": autumn}])
    assert the(taken, "movement")["at"] == "2026-10-25T01:30:00+01:00"
    assert [each.path for each in taken.notices] == ["/0/movementDateTime"]


def test_a_transfer_in_a_timeline_is_two_movements(take: Take) -> None:
    transfer = {
        "dateOutOfPrison": "2026-02-01T09:00:00",
        "dateInToPrison": "2026-02-01T12:00:00",
        "transferReason": "NOTR",
        "fromPrisonId": "LEI",
        "toPrisonId": "MDI",
    }
    taken = take({"prisonerNumber": NUMBER, "prisonPeriod": [{"bookingId": 7, "transfers": [transfer], "odd": 1}]})

    assert [(each.body["type"], each.body["to"]["code"]) for each in taken.said] == [
        ("transfer-out", "MDI"),
        ("transfer-in", "MDI"),
    ]
    assert ("/prisonPeriod/0/odd", None) in {(each.path, each.because) for each in taken.homeless}


def test_the_older_form_of_a_movement_says_the_same(take: Take) -> None:
    older = {
        "offenderNo": NUMBER,
        "bookingId": 1200417,
        "fromAgency": "OUT",
        "toAgency": "LEI",
        "movementType": "ADM",
        "movementReason": "N",
        "movementReasonDescription": "Unconvicted Remand",
        "directionCode": "IN",
        "movementDate": "2026-01-12",
        "movementTime": "17:30:00",
    }
    assert the(take([older]), "movement") == the(take([MOVEMENT]), "movement")


# --- events -------------------------------------------------------------------------------------------------


def test_a_reception_that_comes_only_as_an_event_says_where_the_person_is_and_why(take: Take) -> None:
    information = {
        "nomsNumber": NUMBER,
        "reason": "ADMISSION",
        "probableCause": "RECALL",
        "nomisMovementReasonCode": "R1",
        "currentLocation": "IN_PRISON",
        "currentPrisonStatus": "UNDER_PRISON_CARE",
        "prisonId": "WSI",
    }
    taken = take(event("received", information))

    assert [each.record_type for each in taken.said] == ["offender"]
    assert the(taken)["location"] == {
        "place": "custody",
        "establishmentCode": "WSI",
        "since": "2026-03-04",
        "lastMovement": {
            "type": "admission",
            "reason": "nomis:ADM/R1",
            "prisonCode": "WSI",
            "sourceType": "ADMISSION",
            "sourceReason": "R1",
            "cause": "RECALL",
            "at": "2026-03-04T08:09:36.649098+00:00",
        },
    }


@pytest.mark.parametrize(
    ("reason", "code", "care", "place", "kind"),
    [
        ("RELEASED", "CR", "NOT_UNDER_PRISON_CARE", "community", "released"),
        ("RELEASED", "UAL", "NOT_UNDER_PRISON_CARE", "unlawfully-at-large", "escaped"),
        ("SENT_TO_COURT", "CRT", "UNDER_PRISON_CARE", "custody-absent", "to-court"),
        ("RELEASED_TO_HOSPITAL", "HP", "UNDER_PRISON_CARE", "custody-absent", "to-hospital"),
        ("UNKNOWN", "ZZZ", "NOT_UNDER_PRISON_CARE", "community", None),
    ],
)
def test_a_release_under_the_prisons_care_is_no_release_into_the_community(
    take: Take, reason: str, code: str, care: str, place: str, kind: str | None
) -> None:
    information = {"nomsNumber": NUMBER, "reason": reason, "nomisMovementReasonCode": code, "prisonId": "LEI"}
    outside = {"currentLocation": "OUTSIDE_PRISON", "currentPrisonStatus": care}
    location = the(take(event("released", {**information, **outside})))["location"]

    assert location["place"] == place
    assert location["lastMovement"].get("type") == kind
    assert location["lastMovement"]["prisonCode"] == "LEI"
    assert "establishmentCode" not in location


def test_an_event_takes_the_place_of_what_was_said_before_of_where_a_person_is(take: Take) -> None:
    take(OFFENDER, received=RECEIVED)
    information = {"nomsNumber": NUMBER, "reason": "RELEASED", "currentLocation": "OUTSIDE_PRISON", "prisonId": "LEI"}
    later = (RECEIVED + timedelta(days=1)).isoformat()

    body = the(take(event("released", information, later), received=RECEIVED + timedelta(days=1)))

    assert body["names"]["surname"] == "QUILL"
    assert body["location"]["place"] == "community"
    assert "livingUnit" not in body["location"]


def test_an_event_older_than_what_is_known_does_not_take_its_place(take: Take) -> None:
    take(OFFENDER, received=RECEIVED)
    information = {"nomsNumber": NUMBER, "reason": "RELEASED", "currentLocation": "OUTSIDE_PRISON", "prisonId": "LEI"}
    earlier = (RECEIVED - timedelta(days=1)).isoformat()

    taken = take(event("released", information, earlier))

    assert the(taken)["location"]["place"] == "custody"
    assert taken.said[0].time == RECEIVED


def test_an_event_that_points_at_a_change_waits_for_it(take: Take) -> None:
    created = {
        "eventType": "person.alert.created",
        "occurredAt": "2026-03-04T08:00:00Z",
        "detailUrl": "https://alerts.example/1",
    }

    taken = take(created)

    assert (taken.said, taken.refused) == ((), ())
    assert taken.waiting is not None


# --- merges -------------------------------------------------------------------------------------------------


def merge(stays: str, removed: str, named: str, at: str = "2026-03-04T08:00:00Z") -> Json:
    """A merge whose reference names either number."""
    reference = {"personReference": {"identifiers": [{"type": "NOMS", "value": named}]}}
    return event("merged", {"nomsNumber": stays, "removedNomsNumber": removed, "reason": "MERGE"}, at) | reference


@pytest.mark.parametrize("named", [NUMBER, OTHER])
def test_the_survivor_of_a_merge_says_the_removed_number_which_is_withdrawn(take: Take, named: str) -> None:
    take(OFFENDER)
    taken = take(merge(NUMBER, OTHER, named))

    assert [(each.local_id, each.withdrawn) for each in taken.said] == [(OTHER, True), (NUMBER, False)]
    assert the(taken)["names"]["surname"] == "QUILL"
    assert {"scheme": "merged-prison-number", "value": OTHER} in the(taken)["identifiers"]


def test_a_merge_into_somebody_not_known_yet_is_said_by_number_and_kept_for_when_they_come(take: Take) -> None:
    assert the(take(merge(NUMBER, OTHER, OTHER)))["identifiers"] == [
        {"scheme": "prison-number", "value": NUMBER},
        {"scheme": "merged-prison-number", "value": OTHER},
    ]
    assert {"scheme": "merged-prison-number", "value": OTHER} in the(take(OFFENDER))["identifiers"]


def test_the_withdrawal_by_a_merge_is_later_than_what_it_withdraws(take: Take) -> None:
    take({**OFFENDER, "offenderNo": OTHER}, received=RECEIVED)
    taken = take(merge(NUMBER, OTHER, OTHER, "2026-02-01T08:00:00Z"))

    (gone,) = [each for each in taken.said if each.withdrawn]
    assert gone.time >= RECEIVED


def test_what_still_comes_under_a_removed_number_is_refused(take: Take) -> None:
    take(merge(NUMBER, OTHER, OTHER))

    assert refusals(take({**OFFENDER, "offenderNo": OTHER})) == [("/offenderNo", "merged")]


def test_a_booking_of_the_removed_number_is_the_survivors(take: Take) -> None:
    take({**OFFENDER, "offenderNo": OTHER})
    take(merge(NUMBER, OTHER, OTHER))

    taken = take([{"bookingId": 1200417, "sentenceSequence": 1, "sentenceCalculationType": "LR"}])

    assert [each.local_id for each in taken.said] == [NUMBER]


def test_a_merge_back_revives_the_number_and_goes_round_no_circle(take: Take) -> None:
    take(merge(NUMBER, OTHER, OTHER))
    back = take(merge(OTHER, NUMBER, NUMBER, "2026-03-05T08:00:00Z"))

    assert [(each.local_id, each.withdrawn) for each in back.said] == [(NUMBER, True), (OTHER, False)]
    assert take({**OFFENDER, "offenderNo": OTHER}).refused == ()


def test_a_merge_that_comes_after_a_later_one_the_other_way_undoes_nothing(take: Take) -> None:
    take(merge(OTHER, NUMBER, NUMBER, "2026-03-05T08:00:00Z"))
    late = take(merge(NUMBER, OTHER, OTHER, "2026-03-04T08:00:00Z"))

    assert (late.said, late.refused) == ((), ())
    assert [each.rule for each in late.notices] == ["late"]
    assert take({**OFFENDER, "offenderNo": OTHER}).refused == ()


def test_a_merge_that_comes_late_goes_to_who_is_alive_now(take: Take) -> None:
    take(merge("A4000AA", NUMBER, NUMBER, "2026-03-05T08:00:00Z"))
    late = take(merge(NUMBER, OTHER, OTHER, "2026-03-04T08:00:00Z"))

    assert [(each.local_id, each.withdrawn) for each in late.said] == [(OTHER, True), ("A4000AA", False)]


def test_a_merge_told_twice_says_the_same_again(take: Take) -> None:
    assert take(merge(NUMBER, OTHER, OTHER)) == take(merge(NUMBER, OTHER, OTHER))


def test_numbers_merged_earlier_into_a_removed_one_are_the_survivors(take: Take) -> None:
    take(merge(OTHER, "A4000AA", "A4000AA"))

    numbers = the(take(merge(NUMBER, OTHER, OTHER)))["identifiers"]

    assert {each["value"] for each in numbers if each["scheme"] == "merged-prison-number"} == {OTHER, "A4000AA"}


@pytest.mark.parametrize("missing", ["nomsNumber", "removedNomsNumber"])
def test_a_merge_that_does_not_name_both_is_refused_by_the_field(take: Take, missing: str) -> None:
    half = merge(NUMBER, OTHER, OTHER)
    half["additionalInformation"].pop(missing)

    assert refusals(take(half)) == [(f"/additionalInformation/{missing}", "required")]


def test_a_number_is_not_merged_with_itself(take: Take) -> None:
    assert refusals(take(merge(NUMBER, NUMBER, NUMBER))) == [("/additionalInformation/removedNomsNumber", "merge")]
