"""What a topic's extent tells: whether it has lost something, and whether somebody else has written on it. Pure."""

from datetime import timedelta

from hub.ports import Outlet, TopicExtent

MADE_UP = 100_000
"""How many lost offsets are made up for. Readers who stand further beyond the end find themselves out of range."""
LATE = timedelta(minutes=10)
"""For so long a message may be on its way to the broker, which parts with silent connections after this time: one sent
by a relay that has lost the lead, or one that the broker was asked for and did not answer."""


def has_lost(outlet: Outlet, extent: TopicExtent) -> bool:
    """Whether the topic holds less than was published on it: ends earlier, begins later, or was made anew."""
    if outlet.topic_id is None:
        return False
    cut = extent.end < outlet.topic_end or extent.start > outlet.topic_start
    return cut or extent.id != outlet.topic_id


def resume_at(outlet: Outlet, extent: TopicExtent, at_once: int) -> int:
    """The offset from which the topic goes on.

    If it has lost its end, that is where it may have ended before, with what was published and not noted, at most
    `at_once` releases of two messages; unless that is out of reach.
    """
    if extent.end >= outlet.topic_end:
        return extent.end
    ended = outlet.topic_end + 2 * min(outlet.number - outlet.published, at_once)
    return ended if ended - extent.end <= MADE_UP else extent.end
