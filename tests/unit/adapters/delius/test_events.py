"""Events: merges and their undoing, deletions, numbers, and those that only call for something to be fetched."""

import pytest

from hub.domain.canonical import Json
from tests.builders.probation import CRN, added, case, entry, event, merged, offender, unmerged
from tests.unit.adapters.delius.conftest import Desk

OTHER = "X118820"


def test_a_merge_withdraws_the_removed_case_and_its_number_and_registers_are_the_survivors(desk: Desk) -> None:
    desk.take(offender())
    desk.take(offender(OTHER, surname="Obi"))
    desk.take(added("25", crn=OTHER))
    desk.take(case(OTHER, registerFlags=[{"code": "WEAP"}]))
    desk.take(merged(OTHER, CRN, at="2026-03-03T09:00"))
    assert desk.offender(OTHER) is None
    assert desk.registrations(OTHER) == {}
    assert {"scheme": "merged-crn", "value": OTHER} in desk.offender()["identifiers"]
    assert desk.registrations().keys() == {"25", "flag-WEAP"}


def test_a_merge_undone_gives_each_case_its_own_back(desk: Desk) -> None:
    desk.take(offender())
    desk.take(offender(OTHER, surname="Obi", mappa={"level": 3}))
    desk.take(added("25", crn=OTHER))
    before = {key: body for key, body in desk.now.items() if body is not None}
    desk.take(merged(OTHER, CRN, at="2026-03-03T09:00"))
    assert {key: body for key, body in desk.now.items() if body is not None} != before
    desk.take(unmerged(OTHER, CRN, at="2026-03-04T09:00"))
    assert {key: body for key, body in desk.now.items() if body is not None} == before


def test_a_merge_into_a_case_nobody_knows_waits_for_it_and_its_number_is_said_when_it_comes(desk: Desk) -> None:
    desk.take(added("25", crn=OTHER))
    taken = desk.take(merged(OTHER, CRN))
    assert taken.waiting is not None
    assert desk.registrations().keys() == {"25"}
    desk.take(offender())
    assert {"scheme": "merged-crn", "value": OTHER} in desk.offender()["identifiers"]


def test_a_level_of_mappa_is_not_lost_by_a_merge(desk: Desk) -> None:
    desk.take(offender(mappa={"level": 1}))
    desk.take(offender(OTHER, mappa={"level": 3}))
    desk.take(merged(OTHER, CRN, at="2026-03-03T09:00"))
    levels = [desk.registrations(crn)["MAPPA"]["mappa"]["level"] for crn in (CRN, OTHER)]
    assert levels == ["1", "3"]
    desk.received = desk.received.replace(day=4)
    desk.take(offender(mappa={"level": 3}))
    assert desk.registrations()["MAPPA"]["mappa"] == {"level": "3"}
    assert desk.registrations(OTHER) == {}


def test_a_removed_case_that_is_sent_again_is_kept_until_the_merge_is_undone(desk: Desk) -> None:
    desk.take(offender())
    desk.take(merged(OTHER, CRN, at="2026-03-03T09:00"))
    taken = desk.take(offender(OTHER, surname="Obi"))
    assert taken.waiting is not None
    assert desk.offender(OTHER) is None
    desk.take(unmerged(OTHER, CRN, at="2026-03-04T09:00"))
    assert desk.offender(OTHER)["names"]["surname"] == "Obi"


def test_cases_merged_in_a_row_and_in_a_circle_come_to_an_end(desk: Desk) -> None:
    third = "X771302"
    for crn in (CRN, OTHER, third):
        desk.take(offender(crn))
    desk.take(added("25", crn=third))
    desk.take(merged(third, OTHER, at="2026-03-03T09:00"))
    desk.take(merged(OTHER, CRN, at="2026-03-03T10:00"))
    assert desk.registrations().keys() == {"25"}
    desk.take(merged(CRN, third, at="2026-03-03T11:00"))
    assert all(desk.offender(crn) is None for crn in (CRN, OTHER, third))
    desk.take(unmerged(CRN, third, at="2026-03-03T12:00"))
    assert desk.offender()["names"]["surname"] == "Okafor"


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"targetCRN": CRN}, "sourceCRN"),
        ({"sourceCRN": OTHER}, "targetCRN"),
        ({"sourceCRN": OTHER, "targetCRN": 7}, "targetCRN"),
        ({"sourceCRN": CRN, "targetCRN": CRN}, "targetCRN"),
    ],
)
def test_a_merge_names_two_cases(desk: Desk, facts: Json, path: str) -> None:
    desk.take(offender())
    taken = desk.take(event("merge.completed", "2026-03-03T09:00", **facts))
    assert [fault.path for fault in taken.refused] == [f"/additionalInformation/{path}"]
    assert taken.said == ()


@pytest.mark.parametrize("name", ["deleted.gdpr", "engagement.deleted"])
def test_a_case_that_is_deleted_or_erased_is_withdrawn_with_its_registers(desk: Desk, name: str) -> None:
    desk.take(offender())
    desk.take(entry(), {"crn": CRN})
    desk.take(event(name, "2026-03-03T09:00"))
    assert desk.offender() is None
    assert desk.registrations() == {}


def test_of_an_erased_case_nothing_is_kept_and_a_deleted_one_can_be_recovered(desk: Desk) -> None:
    desk.take(offender())
    desk.take(event("engagement.deleted", "2026-03-03T09:00"))
    assert desk.take(event("engagement.recovered", "2026-03-03T10:00")).waiting is not None
    assert desk.offender()["names"]["surname"] == "Okafor"
    desk.take(event("deleted.gdpr", "2026-03-03T11:00"))
    assert desk.parts.all(f"offender/{CRN}").keys() == {"removed", "said"}


def test_a_prison_number_that_a_case_was_matched_with_is_one_of_its_numbers(desk: Desk) -> None:
    matched = event("prison-identifier.added", "2026-03-03T09:00", bookingNumber="51132A")
    matched["personReference"]["identifiers"].append({"type": "NOMS", "value": "A4021BT"})
    taken = desk.take(matched)
    assert taken.said == ()
    assert taken.waiting is not None
    desk.take(offender())
    assert desk.offender()["identifiers"] == [
        {"scheme": "crn", "value": CRN},
        {"scheme": "prison-number", "value": "A4021BT"},
        {"scheme": "booking-number", "value": "51132A"},
    ]


@pytest.mark.parametrize("name", ["engagement.created", "personal-details.updated", "address.created", "something.new"])
def test_an_event_that_only_says_that_something_changed_calls_for_the_offender(desk: Desk, name: str) -> None:
    taken = desk.take(event(name, "2026-03-03T09:00", addressId=7))
    assert (taken.said, taken.refused) == ((), ())
    assert taken.waiting is not None
    assert [each.path for each in taken.homeless] == ["/version", "/additionalInformation/addressId"]


def test_an_event_of_another_system_is_refused_by_its_kind(desk: Desk) -> None:
    taken = desk.take({"eventType": "prison-offender-events.prisoner.received", "occurredAt": "2026-03-03T09:00:00Z"})
    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/eventType", "kind")]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"occurredAt": "yesterday"}, "/occurredAt"),
        ({"occurredAt": "2026-03-03T09:00:00"}, "/occurredAt"),
        ({"occurredAt": 7}, "/occurredAt"),
        ({"personReference": None}, "/personReference/identifiers"),
        ({"personReference": {"identifiers": [7, {"type": "NOMS", "value": "A1"}]}}, "/personReference/identifiers"),
        ({"additionalInformation": []}, "/additionalInformation"),
        ({"additionalInformation": {}}, "/additionalInformation/registerTypeCode"),
    ],
)
def test_an_event_that_lacks_what_it_needs_is_refused_there(desk: Desk, more: Json, path: str) -> None:
    taken = desk.take(added() | more)
    assert path in [fault.path for fault in taken.refused]
    assert taken.said == ()


def test_an_event_without_its_time_is_of_when_it_came(desk: Desk) -> None:
    told = added()
    del told["occurredAt"]
    assert [said.time for said in desk.take(told).said] == [desk.received]


def test_a_merge_or_a_deletion_that_comes_late_undoes_nothing(desk: Desk) -> None:
    desk.take(offender())
    desk.take(offender(OTHER))
    desk.take(merged(OTHER, CRN, at="2026-03-03T09:00"))
    desk.take(unmerged(OTHER, CRN, at="2026-03-03T08:00"))
    assert desk.offender(OTHER) is None
    desk.take(unmerged(OTHER, CRN, at="2026-03-03T10:00"))
    taken = desk.take(merged(OTHER, CRN, at="2026-03-03T09:30"))
    assert [(notice.path, notice.rule) for notice in taken.notices] == [("/occurredAt", "late")]
    desk.take(event("engagement.deleted", "2026-01-03T09:30"))
    assert desk.offender() is not None
    assert desk.offender(OTHER) is not None


def test_a_case_merged_anew_is_no_longer_part_of_the_one_before(desk: Desk) -> None:
    third = "X771302"
    for crn in (CRN, OTHER, third):
        desk.take(offender(crn))
    desk.take(added("25", crn=third))
    desk.take(merged(third, OTHER, at="2026-03-03T09:00"))
    desk.take(merged(third, CRN, at="2026-03-03T10:00"))
    assert desk.registrations(OTHER) == {}
    assert desk.registrations().keys() == {"25"}
    numbers = [[each["scheme"] for each in desk.offender(crn)["identifiers"]] for crn in (CRN, OTHER)]
    assert numbers == [["crn", "merged-crn"], ["crn"]]
    desk.take(merged(third, CRN, at="2026-03-03T11:00"))
    assert [each["scheme"] for each in desk.offender()["identifiers"]] == ["crn", "merged-crn"]
