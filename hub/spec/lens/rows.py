"""One row of a table at work: blanks, absence, and what stays as it is. Also what compiled code falls back upon.

A row never changes a native value whose reading is unchanged. Native values come in tuples, one for each column.
"""

from dataclasses import dataclass
from typing import Literal

from hub.domain.canonical import Json
from hub.spec.lens.converters import Converter, same
from hub.spec.lens.found import Carried, Found, Unsayable, is_blank
from hub.spec.lens.paths import MISSING

Blank = Literal["absent", "none", "refused"]

UNREADABLE: Json = object()
"""The reading of a native value that has faults."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What blanks mean in a row, and how the shared record's silence is written."""

    blank: Blank
    required: bool

    def read(self, *, present: bool, path: str, found: Found) -> Json:
        """Nothing is said, or that there is nothing: MISSING, or None."""
        if self.required:
            found.fault(path, "required", "is required")
        elif present and self.blank == "refused":
            found.fault(path, "blank", "must not be blank")
        return None if present and self.blank == "none" and not self.required else MISSING

    def said(self, *, present: bool) -> Json:
        """The same in silence; UNREADABLE where it is a fault."""
        if self.required or (present and self.blank == "refused"):
            return UNREADABLE
        return None if present and self.blank == "none" else MISSING

    def may_be_null(self) -> bool:
        """Whether null can be said natively."""
        return self.blank == "none" and not self.required

    def write(self, old: Json, path: str, found: Found) -> Json:
        """The native value for what the shared record does not say."""
        if self.required:
            found.fault(path, "required", "is required in this system")
            return old
        if self.blank != "absent" or old is MISSING:
            return MISSING
        return old if is_blank(old) else None


@dataclass(frozen=True, slots=True)
class Single:
    """One native column and one shared value. most: characters the column holds."""

    convert: Converter
    absence: Absence
    most: int | None = None

    def read(self, raw: Json, path: str, found: Found) -> Json:
        """The shared value, None or MISSING."""
        if raw is MISSING or is_blank(raw):
            return self.absence.read(present=raw is not MISSING, path=path, found=found)
        try:
            return self.convert.read(raw, path, found)
        except Unsayable as why:
            found.fault(path, why.rule, why.detail)
            return MISSING

    def said(self, raw: Json) -> Json:
        """What a native value says, in silence; UNREADABLE when it has faults."""
        if raw is MISSING or is_blank(raw):
            return self.absence.said(present=raw is not MISSING)
        try:
            return self.convert.read(raw, "", Found())
        except Unsayable:
            return UNREADABLE

    def differs(self, raw: Json, value: Json) -> bool:
        """Whether a native value says something else than the shared one."""
        said = self.said(raw)
        return said is UNREADABLE or not same(self.convert, said, value)

    def compare(self, raw: Json, value: Json, path: str, found: Found) -> None:
        """Of a second reading: what the first one's row wrote must say this, too."""
        if self.differs(raw, value):
            differ_in_second_reading(path, found)

    def write(self, value: Json, old: Json, path: str, found: Found) -> Json:
        """The native value; the old one itself where it says the same. MISSING takes the column away."""
        said = self.said(old)
        if said is value or (said is not UNREADABLE and same(self.convert, said, value)):
            return old
        if value is MISSING:
            return self.absence.write(old, path, found)
        if value is None:
            return None if self.absence.may_be_null() else self._left_out(old, path, found)
        return self._anew(value, old, path, found)

    def _left_out(self, old: Json, path: str, found: Found) -> Json:
        if not self.absence.required:
            found.carried.append(path)
        return self.absence.write(old, path, found)

    def _anew(self, value: Json, old: Json, path: str, found: Found) -> Json:
        try:
            new = self.convert.write(value, old)
        except Carried:
            return self._left_out(old, path, found)
        except Unsayable as why:
            found.fault(path, why.rule, why.detail)
            return old
        if is_too_long(new, self.most):
            found.fault(path, "too-long", f"must have at most {self.most} characters in this system")
        elif not same(self.convert, self.said(new), value):
            found.fault(path, "exact", "cannot be said exactly in this system")
        return new


def is_too_long(new: Json, most: int | None) -> bool:
    """Whether a text, or one of a list, is longer than the column."""
    if most is None:
        return False
    if new.__class__ is list:
        return any(is_too_long(each, most) for each in new)
    return new.__class__ is str and len(new) > most


def differ_in_second_reading(path: str, found: Found) -> None:
    """A second reading does not say what the first one's row wrote."""
    found.fault(path, "also", "does not agree with another property that this system holds in the same field")
