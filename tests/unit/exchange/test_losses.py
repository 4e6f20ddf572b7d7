"""What a topic's extent tells."""

import pytest

from hub.exchange.losses import MADE_UP, has_lost, resume_at
from hub.ports import Outlet, TopicExtent

NOTED = Outlet("prison", number=9, published=7, topic_id="topic-1", topic_start=2, topic_end=20)
AT_ONCE = 500


@pytest.mark.parametrize(
    "extent",
    [
        pytest.param(TopicExtent("topic-1", 2, 19), id="it ends earlier"),
        pytest.param(TopicExtent("topic-1", 3, 20), id="it begins later"),
        pytest.param(TopicExtent("topic-2", 2, 20), id="it was made anew"),
    ],
)
def test_a_topic_that_holds_less_than_was_published_has_lost_something(extent: TopicExtent) -> None:
    assert has_lost(NOTED, extent)


def test_a_topic_that_is_as_noted_or_longer_has_lost_nothing() -> None:
    assert not has_lost(NOTED, TopicExtent("topic-1", 2, 20))
    assert not has_lost(NOTED, TopicExtent("topic-1", 2, 25))


def test_a_topic_never_looked_at_cannot_have_lost_anything() -> None:
    assert not has_lost(Outlet("prison"), TopicExtent("topic-1", 4, 4))


def test_a_topic_goes_on_from_its_end() -> None:
    assert resume_at(NOTED, TopicExtent("topic-1", 2, 25), AT_ONCE) == 25


def test_a_topic_that_lost_its_end_goes_on_behind_whatever_may_have_been_read_of_it() -> None:
    two_messages_of_each_not_noted = 2 * (9 - 7)
    assert resume_at(NOTED, TopicExtent("topic-1", 2, 5), AT_ONCE) == 20 + two_messages_of_each_not_noted
    assert resume_at(NOTED, TopicExtent("topic-1", 2, 5), 1) == 20 + 2


def test_offsets_out_of_reach_are_not_made_up_for() -> None:
    long_ago = Outlet("prison", number=9, published=9, topic_id="topic-1", topic_end=MADE_UP + 1)
    assert resume_at(long_ago, TopicExtent("topic-2", 0, 0), AT_ONCE) == 0
    assert resume_at(long_ago, TopicExtent("topic-2", 0, 1), AT_ONCE) == MADE_UP + 1
