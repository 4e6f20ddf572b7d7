"""Rejections in a row: what one poll adds to the count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.exchange.consume import streak
from hub.store.dead_letters import Streak


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ([True, True], Streak(2, 2, None)),
        ([False], Streak(0, 0, 0)),
        ([True, False, True, True], Streak(1, 2, 2)),
        ([False, True, True, True, False, True], Streak(0, 3, 1)),
    ],
)
def test_a_streak_has_a_beginning_a_longest_part_and_an_end(refused: list[bool], expected: Streak) -> None:
    assert streak(refused) == expected


@given(st.lists(st.lists(st.booleans(), min_size=1), min_size=1))
def test_the_count_is_that_of_the_messages_one_by_one_however_they_are_polled(polls: list[list[bool]]) -> None:
    count, highest = 0, 0
    for poll in polls:
        count, reached = streak(poll).after(count)
        highest = max(highest, reached)
    singly, most = 0, 0
    for refused in (each for poll in polls for each in poll):
        singly = singly + 1 if refused else 0
        most = max(most, singly)
    assert (count, highest) == (singly, most)
