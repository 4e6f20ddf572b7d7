"""The prison system as the running of adapters knows it."""

from dataclasses import dataclass
from pathlib import Path

from adapters.client.link import Delivery
from adapters.client.native import Handing, Parts, Payload, Taken
from adapters.nomis.inbound import take
from adapters.nomis.lenses import Lenses, load_lenses
from adapters.nomis.outbound import Outbound
from hub.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class Nomis:
    """NOMIS, both directions."""

    lenses: Lenses
    name: str = "nomis"
    agency: str = "prison"
    hands_over: frozenset[str] = frozenset({"offender", "registration", "movement", "notice"})

    def take(self, payload: Payload, parts: Parts) -> Taken:
        """What the payload says. Bad data is refused in what is returned; nothing is raised for it."""
        return take(self.lenses, payload, parts)

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """The release in native form. native: the record as the system holds it, if known; it is not changed."""
        return Outbound(self.lenses).hand_over(delivery, native)

    def read_back(self, record_type: str, native: Json) -> Json:
        """The shared body of what was handed over, as far as the native form holds it."""
        return Outbound(self.lenses).read_back(record_type, native)


def nomis(schemas: Path) -> Nomis:
    """The system, its tables compiled. schemas: the folder of the specification.

    Raises:
        Halt: a table, a list or a schema is wrong; with its place.
    """
    return Nomis(load_lenses(schemas))
