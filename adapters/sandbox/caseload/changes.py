"""What happens in an agency's own system: one document entered, altered or deleted there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from hub.domain.canonical import Json

_LONDON = ZoneInfo("Europe/London")


class Mishap(StrEnum):
    """What goes wrong on the way from an agency's system to its adapter."""

    SENT_TWICE = "sent-twice"
    SENT_LATE = "sent-late"
    CLOCK_AHEAD = "clock-ahead"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry in an agency's system.

    system: whose form the document has: `delius`, `nomis` or `oasys`. local_id: the agency's key of the person.
    reference: its own of the record, "" for the person. recorded: when it was entered, UTC.
    document: what the system then announces, of the whole of it; also when it was `deleted`.
    mishap: on the way to the adapter, None for most.
    """

    agency: str
    system: str
    local_id: str
    record_type: str
    reference: str
    recorded: datetime
    document: Json
    deleted: bool = False
    mishap: Mishap | None = None


def office_hours(day: datetime, minute: int) -> datetime:
    """A moment of that day between 08:00 and 18:00 UTC. minute: 0 to 599."""
    return day.astimezone(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def written(moment: datetime) -> str:
    """A moment as the systems write it: the wall clock in London, whole seconds, no offset."""
    return moment.astimezone(_LONDON).replace(tzinfo=None).isoformat(timespec="seconds")


def day(moment: datetime | date | None) -> str | None:
    """A day as the systems write it, YYYY-MM-DD."""
    if moment is None:
        return None
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat()


def some_time_after(at: datetime, rng: Random, until: datetime) -> datetime:
    """A moment between then and the end of what is told."""
    return at + max(until - at, timedelta()) * rng.uniform(0.02, 0.6)
