"""The probation services' case system, as the running of adapters sees it."""

from dataclasses import dataclass, field
from pathlib import Path

from adapters.client.link import Delivery
from adapters.client.native import Handing, Parts, Payload, Taken
from adapters.delius import inbound, outbound, waiting
from adapters.delius.tables import Tables
from hub.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class Delius:
    """Delius, which speaks for a probation service. It translates; it keeps nothing but parts."""

    tables: Tables = field(repr=False)
    name: str = "delius"
    agency: str = "probation"
    hands_over: frozenset[str] = outbound.HANDS_OVER

    def take(self, payload: Payload, parts: Parts) -> Taken:
        """What the payload says; see `adapters.delius.inbound`."""
        return inbound.take(payload, parts, self.tables)

    def still_waits(self, payload: Payload, parts: Parts) -> bool:
        """Whether a payload that was taken still waits, now that others have come."""
        return waiting.still_waits(payload, parts, self.tables)

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """The release in native form; see `adapters.delius.outbound`."""
        return outbound.hand_over(delivery, native, self.tables)

    def read_back(self, record_type: str, native: Json) -> Json:
        """The shared body of what was handed over."""
        return outbound.read_back(record_type, native, self.tables)


def delius(schemas: Path) -> Delius:
    """The system, with the specification in a folder.

    Raises:
        Halt: a schema, a code list or a table of this package is broken.
    """
    return Delius(Tables.load(schemas))
