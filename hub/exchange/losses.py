"""What a topic's extent tells: whether it has lost something, and whether somebody else has written on it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.ports import Outlet, TopicExtent

MADE_UP = 100_000
"""How many lost offsets are made up for. Readers who stand further beyond the end find themselves out of range."""
LATE = timedelta(minutes=10)
"""For so long a message may be on its way to the broker, which parts with silent connections after this time."""


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


@dataclass(slots=True)
class Certain:
    """The number up to which nothing that was published can be followed by something older any more.

    A relay that has lost the lead, or a broker that answered too late, may still bring in what was sent before.
    """

    number: int
    _next: int
    _since: datetime

    @classmethod
    def of(cls, published: int, now: datetime) -> "Certain":
        """What was published when the lead began."""
        return cls(published, published, now)

    def grow(self, published: int, now: datetime) -> None:
        """The topic is what it should be, up to this number."""
        if now - self._since >= LATE:
            self.number, self._next, self._since = self._next, published, now
