"""What an agency's system and its adapter say to each other: native payloads in, releases in native form out.

An adapter package gives a `System`; the running process (`adapters.client.running`) and the command `hub adapt` do
the rest: store, order, retry, receipts. A system only translates: it keeps nothing but parts, and decides nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from adapters.client.link import Delivery
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.reading import Homeless, Unlisted
from hub.spec.lens.rest import Rest


@dataclass(frozen=True, slots=True)
class Payload:
    """Something the native system sent.

    document: as it was sent, parsed. received: UTC; when it was recorded, where the way it came says so, else when it
    came. about: what the way it came says of it, such as `{"assessmentPk": "9630348"}` from an address or a file name.
    """

    document: Json
    received: datetime
    about: Mapping[str, str] = field(default_factory=dict)


Origin = Callable[[str], str | None]


def _untold(_pointer: str) -> None:
    """Of a system that does not tell where its words come from."""


@dataclass(frozen=True, slots=True)
class Said:
    """One whole record that the agency now holds, or its withdrawal.

    time: when the source recorded it, from the payload where it says so, else when the payload was received.
    body: the shared record; for a withdrawal just the properties of the schema's `x-reference`.
    sequence: the source's own number, to order what it recorded at one time.
    told_at: of a record such as the system keeps only because it was told them, where it stands in the payload. It is
    never the agency's own word: it repeats what was told, or is refused there.
    origin: a JSON Pointer in the body -> where in the payload that is said, or would be; None: nowhere in it.
    """

    record_type: str
    local_id: str
    time: datetime
    body: Json
    withdrawn: bool = False
    sequence: int | None = None
    told_at: str | None = None
    origin: Origin = field(default=_untold, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a payload; paths are JSON Pointers in its document.

    refused: what was not taken, each one. homeless, unlisted, notices: what was taken, but somebody should know.
    waiting: a part was kept that cannot be said yet, and what it waits for.
    """

    said: tuple[Said, ...] = ()
    refused: tuple[Fault, ...] = ()
    homeless: tuple[Homeless, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    notices: tuple[Fault, ...] = ()
    waiting: str | None = None


@dataclass(frozen=True, slots=True)
class Handing:
    """A release in native form.

    address: relative path at the native system, such as `offenders/X123456/registrations/55`; also its file name.
    native: the record, or None to remove what is there. rest: what of the release has no home natively.
    faults: why the system cannot hold it, with JSON Pointers in the body; then nothing is handed over.
    carried: JSON Pointers in the body of what the system has a field for but cannot say.
    """

    address: str
    native: Json | None
    rest: Rest
    faults: tuple[Fault, ...] = ()
    carried: tuple[str, ...] = ()


class Parts(Protocol):
    """An adapter's own small store of what arrived in parts. about: the thing, such as `assessment/9630348`."""

    def get(self, about: str, part: str) -> Json | None:
        """A part as it was put; None when there is none."""
        ...

    def put(self, about: str, part: str, document: Json) -> None:
        """Keep a part, in place of an earlier one."""
        ...

    def all(self, about: str) -> Mapping[str, Json]:
        """Every part of one thing, by its name."""
        ...

    def remove(self, about: str) -> None:
        """Forget every part of one thing."""
        ...


class System(Protocol):
    """A native system: what it sends, as shared records; what the hub releases, in its form.

    name: of the system, as the code lists know it. agency: whom it speaks for unless told otherwise.
    hands_over: the record types it takes releases of.
    """

    @property
    def name(self) -> str:
        """Such as `nomis`."""
        ...

    @property
    def agency(self) -> str:
        """Such as `prison`."""
        ...

    @property
    def hands_over(self) -> frozenset[str]:
        """Such as `{"offender", "registration"}`."""
        ...

    def take(self, payload: Payload, parts: Parts) -> Taken:
        """What the payload says. Bad data is refused in what is returned; nothing is raised for it."""
        ...

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        """The release in native form. native: the record as the system holds it, if known; it is not changed."""
        ...

    def read_back(self, record_type: str, native: Json) -> Json:
        """The shared body of what was handed over, as far as the native form holds it."""
        ...


@runtime_checkable
class KnowsWhatWaits(Protocol):
    """A system that can tell of a payload it took whether that still waits, now that others have come."""

    def still_waits(self, payload: Payload, parts: Parts) -> bool:
        """Whether something of it cannot be said yet."""
        ...
