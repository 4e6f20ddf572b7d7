"""What an agency's process and the hub say to each other, whichever way it travels.

`adapters.client.stream.StreamLink` speaks Kafka, `adapters.client.feed.FeedLink` speaks HTTP. An adapter is
written against `Link` and does not know which.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.domain.seen import Seen


@dataclass(frozen=True, slots=True)
class Event:
    """A submission as an agency hands it over.

    id: the agency's own, never derived from the body; sending again what was not answered uses it again.
    record_type, version: the data schema, such as `offender` and `1.0.0`. local_id: the agency's key for the person.
    time: when the source recorded it, with its zone. body: the whole record, or for a withdrawal what names it.
    sequence: the source's own number, to order what it recorded at one time.
    """

    id: str
    record_type: str
    version: str
    local_id: str
    time: datetime
    body: Json
    withdrawn: bool = False
    sequence: int | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A submission that the hub did not take.

    id: the submission's; None when the hub could not read it. reason: the last part of the problem's type.
    faults: paths and rules, never values.
    """

    id: str | None
    reason: str
    detail: str
    faults: tuple[Fault, ...]


class RecordName(NamedTuple):
    """A shared record as its releases name it. person: the hub's id of the person. key: "-" for the offender record."""

    person: str
    type: str
    key: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A release with its number in this agency's one order.

    local_ids: this agency's own for the person. sources: JSON Pointer -> who said it, where it may be seen.
    moved_to: the person who holds the record now, when this delivery withdraws it for that reason.
    event: that the person was merged away, or came out of a split: `{"type", "survivor", "removed"}`.
    withdrawn: there is nothing (any more). body: the record, None when withdrawn. version: of its specification.
    contested: JSON Pointers of what agencies disagree on. release: the document the digest was made of.
    """

    number: int
    digest: str
    record: RecordName
    local_ids: tuple[str, ...]
    sources: Mapping[str, Sequence[str]]
    moved_to: str | None
    withdrawn: bool
    version: str | None
    body: Json
    contested: tuple[str, ...]
    release: Mapping[str, Json]
    event: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that could not be applied: the native system refuses it, or what it says cannot be said there.

    number: the delivery's. faults: why, as paths into the release's body and rules, never values; "" is the whole.
    """

    number: int
    faults: tuple[Fault, ...]


class Sighted(NamedTuple):
    """That a named member of the agency's staff has seen a delivery, as it is now held."""

    delivery: Delivery
    seen: Seen


class Link(Protocol):
    """One agency's connection to the hub, with that agency's credentials."""

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """Hand over submissions, in this order; returns when they are safe with the hub.

        What the hub refuses comes out of `refusals`; what it refused at once is returned, too, so that it can be
        noted together with what was sent. While the hub or its broker does not answer, sends again
        with the same ids.

        Raises:
            Rejected: the request as a whole, such as wrong credentials.
        """
        ...

    def refusals(self) -> AsyncIterator[Refusal]:
        """What the hub did not take, as it becomes known; never ends by itself."""
        ...

    def deliveries(self, applied: Mapping[RecordName, int]) -> AsyncIterator[Sequence[Delivery]]:
        """What the hub releases to this agency, by ascending number within a record; never ends by itself.

        applied: the last number applied of every record the agency holds, from its own store. Empty: everything
        the agency may hold comes, from the start. Numbers applied before are left out; gaps are normal.
        """
        ...

    async def acknowledge(self, applied: Sequence[Delivery]) -> None:
        """Send receipts for deliveries that are in the agency's own store, which settle earlier ones of each record."""
        ...

    async def say_seen(self, sighted: Sequence[Sighted]) -> None:
        """Send the receipts of deliveries again, with who has seen them."""
        ...

    async def park(self, parked: Sequence[Parked]) -> None:
        """Say which deliveries could not be applied, so that the hub's operators see them.

        They count as parked until a receipt for the same record comes, of that delivery or a later one. Saying it
        again changes nothing. Of each delivery the first faults are told, at least one.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the connection; ends the iterators."""
        ...
