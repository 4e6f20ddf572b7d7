"""A submission: the whole of what an agency now holds on one record, or its withdrawal."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from hub.domain.canonical import Json


class Order(NamedTuple):
    """Where a submission stands among its agency's: by time, then sequence, then id.

    micros: microseconds since 1970 in UTC. sequence: the source's own number, -1 where it gives none.
    """

    micros: int
    sequence: int
    id: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission as read from its envelope: attributes checked, body not yet.

    agency: who says it. id: the agency's own id of this submission.
    record_type, version: from the data schema, such as `offender` and `1.0.0`. withdrawn: a withdrawal.
    local_id: the agency's key for the person. time: when the source recorded it, UTC.
    body: the record, or for a withdrawal the properties that name it.
    """

    agency: str
    id: str
    record_type: str
    version: str
    withdrawn: bool
    local_id: str
    time: datetime
    sequence: int
    body: Json
    traceparent: str | None = None

    @property
    def order(self) -> Order:
        """Its place among all that this agency submits."""
        return Order(micros(self.time), self.sequence, self.id)


def micros(time: datetime) -> int:
    """Whole microseconds since 1970 of a time with a zone."""
    moment = time.astimezone(UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def day_begins(day: date) -> int:
    """When a day begins, UTC, in whole microseconds since 1970."""
    return micros(datetime.combine(day, time(), UTC))
