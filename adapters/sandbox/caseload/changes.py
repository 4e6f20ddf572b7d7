"""What happens in an agency's own system: one record entered, altered or deleted there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random

from adapters.sandbox.shape import Row


class Mishap(StrEnum):
    """What goes wrong on the way from an agency's system to the hub."""

    SENT_TWICE = "sent-twice"
    SENT_LATE = "sent-late"
    CLOCK_AHEAD = "clock-ahead"
    ID_REUSED = "id-reused"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry in an agency's system.

    local_id: that agency's key of the person. reference: its own of the record, "" for the offender record.
    recorded: when it was entered, UTC. row: the whole native record after it, None when it was deleted.
    mishap: on the way to the hub, None for most.
    """

    agency: str
    local_id: str
    record_type: str
    reference: str
    recorded: datetime
    row: Row | None
    mishap: Mishap | None = None


def office_hours(day: datetime, minute: int) -> datetime:
    """A moment of that day between 08:00 and 18:00 UTC. minute: 0 to 599."""
    return day.astimezone(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def written(moment: datetime) -> str:
    """A moment as both systems write it: ISO 8601 with offset, whole seconds."""
    return moment.isoformat(timespec="seconds")


def day(moment: datetime | date | None) -> str | None:
    """A day as both systems write it, YYYY-MM-DD."""
    if moment is None:
        return None
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat()


def some_time_after(at: datetime, rng: Random, until: datetime) -> datetime:
    """A moment between then and the end of what is told."""
    return at + max(until - at, timedelta()) * rng.uniform(0.02, 0.6)
