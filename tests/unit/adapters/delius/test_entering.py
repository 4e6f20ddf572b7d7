"""Entries of registers, as they are listed and as events tell of them, in whatever order they come."""

import itertools

import pytest

from hub.domain.canonical import Json
from tests.builders.probation import CRN, added, case, ended, entry, event, offender
from tests.unit.adapters.delius.conftest import Desk


def _listed(*entries: Json) -> Json:
    return {"crn": CRN, "registrations": list(entries)}


def test_an_entry_is_said_as_it_is_listed(desk: Desk) -> None:
    desk.take(_listed(entry(nextReviewDate="2026-07-05", endDate=None, active=True, notes="Raised today.")))
    assert desk.registrations()["25"] == {
        "scheme": "probation-register",
        "code": "RHRH",
        "label": "High RoSH",
        "reference": "25",
        "concern": "serious-harm",
        "riskLevel": "high",
        "period": {"start": "2026-01-05", "review": "2026-07-05", "end": None, "active": True},
        "notes": "Raised today.",
    }


def test_whose_an_entry_is_may_be_said_by_the_way_it_came_and_must_be_said(desk: Desk) -> None:
    desk.take(entry(), {"crn": CRN})
    assert desk.registrations().keys() == {"25"}
    taken = desk.take([entry()])
    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/0/crn", "required")]


@pytest.mark.parametrize(
    ("native", "path", "rule"),
    [
        ({"type": None}, "/type/code", "required"),
        ({"type": {"code": "two words"}}, "/type/code", "pattern"),
        ({"registrationId": None, "register": {}}, "/registrationId", "required"),
        ({"startDate": "05/01/2026"}, "/startDate", "date"),
        ({"endDate": "2025-12-31"}, "/endDate", "period-in-order"),
        ({"type": {"code": "MAPP"}, "registerLevel": {"code": "M9"}}, "/registerLevel/code", "code"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_refused_at_its_native_field(
    desk: Desk, native: Json, path: str, rule: str
) -> None:
    taken = desk.take(entry() | native, {"crn": CRN})
    assert [(fault.path, fault.rule) for fault in taken.refused] == [(path, rule)]
    assert taken.said == ()


def test_what_does_not_fit_what_was_told_before_is_refused_at_the_field_that_says_it_now(desk: Desk) -> None:
    desk.take(_listed(entry()))
    facts = {"registrationId": "25", "registerTypeCode": "RHRH", "deregistrationDate": "2025-12-31"}
    (fault,) = desk.take(event("registration.updated", "2026-03-02T09:30", **facts)).refused
    assert (fault.path, fault.rule) == ("/additionalInformation/deregistrationDate", "period-in-order")
    assert fault.detail.startswith("does not fit what was told before")


def test_an_entry_that_a_later_list_does_not_name_stands(desk: Desk) -> None:
    desk.take(_listed(entry(1), entry(2, "WEAP")))
    taken = desk.take(_listed(entry(2, "WEAP")))
    assert not any(said.withdrawn for said in taken.said)
    assert desk.registrations().keys() == {"1", "2"}


def test_one_bad_entry_does_not_keep_back_its_neighbours(desk: Desk) -> None:
    taken = desk.take(_listed(entry(1), entry(2, startDate="soon"), entry(3, "WEAP")))
    assert [fault.path for fault in taken.refused] == ["/registrations/1/startDate"]
    assert desk.registrations().keys() == {"1", "3"}


def test_an_event_tells_of_an_entry_and_the_list_completes_it_in_any_order(desk: Desk) -> None:
    told = added(at="2026-03-02T09:00")
    facts = {"registrationId": "25", "registerTypeCode": "RVHR", "registrationLevelCode": ""}
    changed = event("registration.updated", "2026-03-02T09:05", **facts)
    whole = entry(25, "RVHR", nextReviewDate="2026-07-05")
    found = []
    for order in itertools.permutations([told, changed, whole]):
        another = Desk(desk.system)
        for payload in order:
            another.take(payload, {"crn": CRN})
        found.append(another.registrations()["25"])
    assert [(each["code"], each["riskLevel"], each["period"]["review"]) for each in found] == [
        ("RVHR", "very-high", "2026-07-05")
    ] * 6


def test_an_event_is_of_when_it_happened_and_one_that_comes_late_of_when_it_came(desk: Desk) -> None:
    early = desk.take(added("1", at="2026-02-01T10:00"))
    assert [said.time.isoformat() for said in early.said] == ["2026-02-01T10:00:00+00:00"]
    late = desk.take(added("2", at="2026-01-31T10:00"))
    assert [said.time for said in late.said] == [desk.received]


def test_an_end_without_a_number_ends_the_only_entry_of_its_register(desk: Desk) -> None:
    desk.take(added("25", "RHRH"))
    desk.take(added("26", "WEAP"))
    taken = desk.take(ended("RHRH"))
    assert desk.registrations()["25"]["period"] == {"start": "2026-01-05", "end": "2026-02-05", "active": False}
    assert "end" not in desk.registrations()["26"]["period"]
    assert [(notice.path, notice.rule) for notice in taken.notices] == [("/additionalInformation", "number")]


def test_an_end_that_may_be_of_two_entries_ends_neither_and_waits_for_the_list(desk: Desk) -> None:
    desk.take(added("25"))
    desk.take(added("26"))
    taken = desk.take(ended())
    assert taken.said == ()
    assert taken.waiting is not None
    assert not any(body["period"].get("end") for body in desk.registrations().values())
    desk.take(_listed(entry(25, endDate="2026-02-05", active=False), entry(26, active=True)))
    assert {ref for ref, body in desk.registrations().items() if body["period"].get("end")} == {"25"}


def test_an_end_that_comes_before_its_entry_is_kept_for_it(desk: Desk) -> None:
    assert desk.take(ended()).waiting is not None
    desk.take(added())
    assert desk.registrations()["25"]["period"]["end"] == "2026-02-05"


@pytest.mark.parametrize("later", [added("26", at="2026-03-01T09:00"), entry(26)])
def test_an_end_is_not_that_of_an_entry_made_afterwards(desk: Desk, later: Json) -> None:
    desk.take(added("25"))
    desk.take(ended())
    desk.take(later, {"crn": CRN})
    assert desk.registrations()["26"]["period"].get("end") is None


def test_an_end_before_its_entry_began_is_not_its_end(desk: Desk) -> None:
    desk.take(entry(startDate="2026-02-06"), {"crn": CRN})
    assert desk.take(ended(at="2026-03-03T09:00")).waiting is not None
    assert "end" not in desk.registrations()["25"]["period"]


def test_an_end_with_its_number_ends_that_entry(desk: Desk) -> None:
    desk.take(added("25"))
    desk.take(added("26"))
    end = ended()
    end["additionalInformation"]["registrationId"] = 26
    assert desk.take(end).waiting is None
    assert {ref for ref, body in desk.registrations().items() if body["period"].get("end")} == {"26"}


def test_an_end_of_a_flag_ends_the_flag_until_it_is_flagged_again(desk: Desk) -> None:
    desk.take(case(registerFlags=[{"code": "RHRH"}]))
    desk.take(ended(at="2026-03-03T09:00"))
    assert desk.registrations()["flag-RHRH"]["period"] == {"active": False, "end": "2026-02-05"}
    desk.received = desk.received.replace(day=4)
    desk.take(case(registerFlags=[{"code": "RHRH"}]))
    assert desk.registrations()["flag-RHRH"]["period"] == {"active": True}


def test_a_deleted_entry_is_withdrawn_and_an_older_telling_does_not_bring_it_back(desk: Desk) -> None:
    desk.take(added(at="2026-01-05T09:00"))
    gone = event("registration.deleted", "2026-01-06T09:00", registrationId="25", registerTypeCode="RHRH")
    desk.take(gone)
    assert desk.registrations() == {}
    desk.take(added(at="2026-01-05T10:00"))
    assert desk.registrations() == {}
    desk.take(entry(), {"crn": CRN})
    assert desk.registrations().keys() == {"25"}


def test_the_deletion_of_an_entry_nobody_knows_is_said_all_the_same(desk: Desk) -> None:
    taken = desk.take(event("registration.deleted", "2026-01-06T09:00", registrationId=25, registerTypeCode="RHRH"))
    assert [(said.body, said.withdrawn) for said in taken.said] == [({"reference": "25"}, True)]
    taken = desk.take(event("registration.deleted", "2026-01-06T09:00", registerTypeCode="RHRH"))
    assert [fault.path for fault in taken.refused] == ["/additionalInformation/registrationId"]


def test_mappa_of_the_register_is_the_mappa_of_the_offender(desk: Desk) -> None:
    desk.take(offender(mappa={"level": 1, "category": 2, "startDate": "2026-01-05"}))
    level, category = {"code": "M3"}, {"code": "M2"}
    desk.take(_listed(entry(30, "MAPP", registerLevel=level, registerCategory=category, nextReviewDate="2026-04-05")))
    assert desk.registrations().keys() == {"MAPPA"}
    assert desk.registrations()["MAPPA"]["mappa"] == {"category": "2", "level": "3"}
    assert desk.registrations()["MAPPA"]["period"] == {"start": "2026-01-05", "review": "2026-04-05"}
    desk.take(ended("MAPP", at="2026-03-03T09:00"))
    assert desk.registrations()["MAPPA"]["period"]["end"] == "2026-02-05"


def test_of_several_entries_of_mappa_the_one_that_stands_is_said(desk: Desk) -> None:
    over = entry(30, "MAPP", registerLevel={"code": "M3"}, startDate="2020-01-01", endDate="2021-01-01", active=False)
    stands = entry(31, "MAPP", registerLevel={"code": "M1"}, startDate="2024-01-01", active=True)
    desk.take(_listed(stands, over))
    assert desk.registrations()["MAPPA"]["mappa"] == {"level": "1"}
    assert desk.registrations()["MAPPA"]["period"] == {"start": "2024-01-01", "active": True}
