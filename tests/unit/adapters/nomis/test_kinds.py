"""Each published payload is told by its keys alone, whatever its file is called."""

import orjson
import pytest

from adapters.nomis.kinds import LISTS, STAYS_AWAY, Kind, kind_of
from adapters.nomis.unwrapping import Wrapped, unwrapped
from hub.domain.canonical import Json
from tests.builders.nomis import FIXTURES

_KINDS = {
    "adjudications_by_search": Kind.ADJUDICATION,
    "alerts": Kind.ALERT,
    "assessments": Kind.ASSESSMENT,
    "booking-and-sentence-adjustments": Kind.ADJUSTMENTS,
    "booking_offender_-1": Kind.OFFENDER,
    "bookings_by_nomsId": Kind.OFFENDER,
    "casenotes": Kind.CASE_NOTE,
    "court_cases": Kind.COURT_CASE,
    "csra_assessment": Kind.ASSESSMENT,
    "lei_bookings": Kind.OFFENDER,
    "movements_since_all": Kind.MOVEMENT,
    "new_offender_and_booking": Kind.OFFENDER,
    "new_prisoner": Kind.OFFENDER,
    "offender-address": Kind.ADDRESS,
    "offender_cell_history": Kind.CELL,
    "offender_contacts": Kind.CONTACTS,
    "offender_detail": Kind.OFFENDER,
    "offender_detail_aliases": Kind.OFFENDER,
    "offender_detail_v1.1": Kind.OFFENDER,
    "offender_events": Kind.CHANGE,
    "offender_extra_info": Kind.OFFENDER,
    "offender_sentences": Kind.SENTENCE_DETAIL,
    "prisoner_timeline": Kind.TIMELINE,
    "prisoners_information_A1234AA": Kind.INFORMATION,
    "prisoners_single": Kind.PRISONER,
    "sentence_summary": Kind.SENTENCE_SUMMARY,
    "sentences-and-offences-details": Kind.SENTENCE,
    "transferred_in_prisoner": Kind.OFFENDER,
}


@pytest.mark.parametrize(("name", "kind"), _KINDS.items())
def test_a_published_payload_is_of_its_kind(name: str, kind: Kind) -> None:
    path = FIXTURES / "prison-api" / f"{name}.json"
    if not path.exists():
        pytest.skip("the published payloads of today's systems are not beside this repository")
    found = [each for each in unwrapped(orjson.loads(path.read_bytes())) if isinstance(each, Wrapped)]
    assert {kind_of(each.native) for each in found} == {kind}


@pytest.mark.parametrize("native", [None, 5, "offender", [], {}, {"offenderNo": "A1"}, {"widget": 1}])
def test_what_has_no_keys_of_any_kind_is_of_none(native: Json) -> None:
    assert kind_of(native) is None


def test_a_notice_that_the_system_repeats_is_a_case_note_and_stays_there() -> None:
    assert kind_of({"offenderNo": "A1", "type": "NOTICE-REL", "text": "Due on 01/05/2026"}) is Kind.CASE_NOTE
    assert Kind.CASE_NOTE in STAYS_AWAY


def test_no_kind_is_both_a_list_of_a_person_and_stays_away() -> None:
    assert not LISTS.keys() & STAYS_AWAY.keys()
