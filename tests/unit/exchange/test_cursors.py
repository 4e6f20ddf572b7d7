"""A cursor leads back to its place, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import Reason, Rejected
from hub.exchange.cursors import cursor_of, place_of

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(st.integers(0, 2**63 - 1), TEXT, TEXT)
def test_a_cursor_leads_back_to_its_place(number: int, one: str, other: str) -> None:
    assert place_of(cursor_of((number, one, other)), int, str, str) == (number, one, other)


def test_no_cursor_is_no_place() -> None:
    assert (cursor_of(None), place_of(None, str)) == (None, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "x",
        "é",
        "bnVsbA",
        cursor_of((1,)),
        cursor_of(("a", "b")),
        cursor_of((-1, "a")),
        cursor_of((1, "a\x00")),
    ],
)
def test_what_is_no_cursor_of_such_a_place_is_refused(cursor: str) -> None:
    with pytest.raises(Rejected) as caught:
        place_of(cursor, int, str)
    assert caught.value.reason is Reason.INVALID_ENVELOPE


@given(st.text())
def test_whatever_is_given_for_one_is_a_place_or_refused(cursor: str) -> None:
    try:
        place = place_of(cursor, int, str)
    except Rejected:
        return
    assert place is not None
