"""What was filled in or moved before a table read it is told where it was sent."""

import pytest

from adapters.delius.as_sent import entry_place, offender_place
from hub.domain.canonical import Json

_PROVIDER = {"active": True, "staff": {}, "providerEmployee": {"surname": "Marsh"}}


@pytest.mark.parametrize(
    ("at", "sent", "place"),
    [
        ("/surname", {}, "/surname"),
        ("/probationArea/code", {"probationArea": {}}, "/probationArea/code"),
        (
            "/probationArea/code",
            {"offenderManagers": [{"active": False}, _PROVIDER]},
            "/offenderManagers/1/probationArea/code",
        ),
        ("/probationArea/code", {"offenderManagers": "none"}, "/offenderManagers/-/probationArea/code"),
        ("/previousSurnames/0", {"previousSurnames": ["Obi"], "previousSurname": "Oakes"}, "/previousSurnames/0"),
        ("/previousSurnames/1", {"previousSurnames": ["Obi"], "previousSurname": "Oakes"}, "/previousSurname"),
        ("/previousSurnames/0", {"previousSurname": "Oakes"}, "/previousSurname"),
        ("/offenderManagers/0/staff/code", {"offenderManagers": [_PROVIDER]}, "/offenderManagers/0/staff/code"),
        (
            "/offenderManagers/0/staff/surname",
            {"offenderManagers": [_PROVIDER]},
            "/offenderManagers/0/providerEmployee/surname",
        ),
        (
            "/offenderManagers/0/staff/surname",
            {"offenderManagers": [{"team": {"description": "North"}}]},
            "/offenderManagers/0/team/description",
        ),
    ],
)
def test_a_place_of_a_prepared_offender_is_told_as_it_was_sent(at: str, sent: Json, place: str) -> None:
    assert offender_place(at, sent) == place


def test_what_the_code_of_a_register_says_is_told_at_the_code() -> None:
    assert entry_place("/concern", {"type": {"code": "RHRH"}}, "/type/code") == "/type/code"
    assert entry_place("/concern", {"concern": "stated"}, "/type/code") == "/concern"
    assert entry_place("/startDate", {}, "/type/code") == "/startDate"
