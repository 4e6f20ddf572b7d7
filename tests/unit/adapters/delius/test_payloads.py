"""Payloads are told apart by their shape, and what wraps others is unwrapped."""

import orjson
import pytest

from adapters.delius.payloads import Kind, Whose, take_apart
from hub.domain.canonical import Json
from tests.builders.probation import added, case, entry, offender


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (offender(), [("offender", "")]),
        ({"offenderId": 1, "surname": "Okafor"}, [("offender", "")]),
        (case(), [("case", "")]),
        ({"crn": "X1", "registerFlags": []}, [("case", "")]),
        (entry(), [("registration", "")]),
        ({"crn": "X1", "type": {"code": "MAPP"}, "startDate": "2026-01-01"}, [("registration", "")]),
        (added(), [("event", "")]),
        ([offender(), case()], [("offender", "/0"), ("case", "/1")]),
        ({"content": [offender()], "totalElements": 1}, [("offender", "/content/0")]),
        ({"matches": [{"offender": offender()}], "matchedBy": "NAME"}, [("offender", "/matches/0/offender")]),
        ({"matches": [], "matchedBy": "NOTHING"}, []),
        ({"hits": {"hits": [{"_source": offender()}]}}, [("offender", "/hits/hits/0/_source")]),
        ({"hits": {"total": 0, "hits": []}}, []),
        (
            {"registrations": [entry(), entry()]},
            [("registration", "/registrations/0"), ("registration", "/registrations/1")],
        ),
        ({"Type": "Notification", "Message": orjson.dumps(added()).decode()}, [("event", "/Message")]),
        ({"Records": [{"body": orjson.dumps(added()).decode()}]}, [("event", "/Records/0/body")]),
    ],
)
def test_a_payload_is_known_by_its_shape(document: Json, kinds: list[tuple[str, str]]) -> None:
    pieces = take_apart(document)
    assert pieces.unknown == []
    assert [(piece.kind, piece.path) for piece in pieces.found] == kinds


@pytest.mark.parametrize("document", [{}, None, 7, "text", {"offenderNo": "A1234AA", "lastName": "Okafor"}, {"a": [1]}])
def test_what_is_none_of_these_is_a_fault_and_never_passed_over(document: Json) -> None:
    pieces = take_apart(document)
    assert pieces.found == []
    assert [(fault.path, fault.rule) for fault in pieces.unknown] == [("", "kind")]


@pytest.mark.parametrize(
    "contact", [{"contactId": 7, "contactType": {"code": "COAP"}}, {"crn": "X1", "contactType": {"code": "NOTICE-REL"}}]
)
def test_a_contact_is_not_taken_for_an_entry_of_a_register_and_stays_where_it_is(contact: Json) -> None:
    pieces = take_apart({"content": [contact]})
    assert (pieces.found, pieces.unknown) == ([], [])
    assert [(each.path, (each.because or "")[:13]) for each in pieces.homeless] == [("/content/0", "contacts stay")]


def test_a_message_that_is_no_json_is_a_fault_there() -> None:
    (fault,) = take_apart({"Type": "Notification", "Message": "{"}).unknown
    assert (fault.path, fault.rule) == ("/Message", "json")


def test_whose_a_list_of_registrations_is_holds_for_each() -> None:
    pieces = take_apart({"crn": "X1", "registrations": [entry()]})
    assert [(piece.kind, piece.whose) for piece in pieces.found] == [(Kind.REGISTRATION, Whose("X1", "/crn"))]
    assert pieces.homeless == []


def test_what_a_search_says_of_itself_is_named() -> None:
    pieces = take_apart({"content": [offender()], "totalElements": 1, "empty": None})
    assert [each.path for each in pieces.homeless] == ["/totalElements"]
