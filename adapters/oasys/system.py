"""OASys as a system that the process of an adapter runs beside."""

from dataclasses import dataclass
from pathlib import Path

from adapters.client.link import Delivery
from adapters.client.native import Handing, Parts, Payload, Taken
from adapters.oasys.assembling import Assembling
from adapters.oasys.inbound import Inbound
from adapters.oasys.outbound import Outbound
from adapters.oasys.spelling import load_spellings
from adapters.oasys.tables import load_tables
from hub.domain.canonical import Json
from hub.spec.codes import load_code_lists
from hub.spec.registry import Registry

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Oasys:
    """Both ways of OASys, for one agency. agency: whom it speaks for unless told otherwise."""

    agency: str
    inbound: Inbound
    outbound: Outbound
    name: str = "oasys"
    hands_over: frozenset[str] = frozenset({"assessment"})

    def take(self, payload: Payload, parts: Parts) -> Taken:
        """What the payload says of assessments; bad data is refused in what is returned."""
        return self.inbound.take(payload, parts)

    def still_waits(self, payload: Payload, parts: Parts) -> bool:
        """Whether something of a payload that was taken waits for others to come: it would, if it came now."""
        return self.inbound.take(payload, parts).waiting is not None

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """A released assessment as an OASys document. native: the document as OASys holds it, if known."""
        return self.outbound.hand_over(delivery, native)

    def read_back(self, record_type: str, native: Json) -> Json:  # noqa: ARG002 - there is but one type
        """The shared body of a document that was handed over."""
        return self.outbound.read_back(native)


def oasys(schemas: Path, kind: str = "probation") -> Oasys:
    """OASys as an agency of a kind uses it. kind: `probation` knows a person by CRN, `prison` by prison number.

    Raises:
        Halt: a table, a code list or a schema is wrong.
    """
    tables = load_tables(_HERE, load_code_lists(schemas / "codes"))
    assembling = Assembling(tables, Registry.load(schemas).newest("assessment"))
    spellings = load_spellings(_HERE, tables.several())
    return Oasys(kind, Inbound(assembling, spellings, kind), Outbound(assembling, kind))
