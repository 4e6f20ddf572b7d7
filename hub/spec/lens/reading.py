"""What comes of reading a native object through a lens, and of writing a shared record natively."""

from dataclasses import dataclass

from hub.domain.canonical import Json
from hub.domain.errors import Fault


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A native code that its list does not have, kept raw in the body. path: JSON Pointer in the native object."""

    path: str
    code_list: str
    code: str


@dataclass(frozen=True, slots=True)
class Homeless:
    """A native value that the shared record has no place for. path: JSON Pointer in the native object.

    because: the decision that says so; None where the table does not know the field.
    """

    path: str
    because: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A native object as a shared record.

    body: the shared record; it means something only when there are no faults.
    faults: paths are JSON Pointers in the native object.
    notices: what was taken, but somebody should know, such as an ambiguous local time.
    """

    body: Json
    faults: tuple[Fault, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    homeless: tuple[Homeless, ...] = ()
    notices: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """A shared record as a native object.

    native: what was there, with the mapped fields changed. With faults it must not be used.
    faults: paths are JSON Pointers in the body.
    carried: JSON Pointers in the body of mapped values that the system cannot say; they belong in the rest.
    """

    native: Json
    faults: tuple[Fault, ...] = ()
    carried: tuple[str, ...] = ()
