"""One row of a table at work: blanks, absence, and what stays as it is. Also what compiled code falls back upon.

A row never changes a native value whose reading is unchanged. Native values come in tuples, one for each column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.domain.canonical import Json
from hub.spec.lens.converters import Converter, Text, same
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
        _compare(self.convert, self.said(raw), value, path, found)

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


@dataclass(frozen=True, slots=True)
class Several:
    """Native columns gathered into a shared list; the last may hold many: a list (`*`), or a text to be split."""

    convert: Converter
    absence: Absence
    most: int | None
    last: Literal["plain", "list", "split"]
    separator: str = ""

    def read(self, raws: Sequence[Json], paths: Sequence[str], found: Found) -> Json:
        """The shared list, None or MISSING. Blank columns and parts are left out."""
        values: list[Json] = []
        for raw, path in self._parts(raws, paths, found):
            if not is_blank(raw):
                try:
                    values.append(self.convert.read(raw, path, found))
                except Unsayable as why:
                    found.fault(path, why.rule, why.detail)
        if values or (len(raws) == 1 and raws[0].__class__ is list):
            return values
        return self.absence.read(present=any(raw is not MISSING for raw in raws), path=paths[0], found=found)

    def _parts(self, raws: Sequence[Json], paths: Sequence[str], found: Found) -> list[tuple[Json, str]]:
        parts = [(raw, path) for raw, path in zip(raws, paths, strict=True) if raw is not MISSING]
        if self.last == "plain" or raws[-1] is MISSING:
            return parts
        raw, path = parts.pop()
        if is_blank(raw):
            return parts
        if self.last == "list" and raw.__class__ is list:
            return parts + [(each, f"{path}/{index}") for index, each in enumerate(raw)]
        if self.last == "split" and raw.__class__ is str:
            return parts + [(each, path) for each in raw.split(self.separator)]
        found.fault(path, "type", f"must be a {'list' if self.last == 'list' else 'text'}")
        return parts

    def said(self, raws: Sequence[Json]) -> Json:
        """As of a single column."""
        quiet = Found()
        value = self.read(raws, [""] * len(raws), quiet)
        return UNREADABLE if quiet.faults else value

    def compare(self, raws: Sequence[Json], value: Json, path: str, found: Found) -> None:
        """As of a single column."""
        _compare(self.convert, self.said(raws), value, path, found)

    def write(self, value: Json, old: Sequence[Json], path: str, found: Found) -> Sequence[Json]:
        """The native columns; the old ones themselves where they say the same."""
        if not (value and old.count(MISSING) == len(old)) and _same(self.convert, self.said(old), value):
            return old
        if value is not MISSING and value is not None and value.__class__ is not list:
            found.fault(path, "type", "must be a list")
            return old
        kept, words = self._words(value if value.__class__ is list else (), path, found)
        if not words and not (value is not MISSING and value is not None and self.last == "list" and len(old) == 1):
            return _nothing(self.absence, value, old, path, found)
        new = self._columns(words, old)
        if new is None:
            found.fault(path, "too-many", f"must be at most {len(old)} in this system")
            return old
        if any(is_too_long(each, self.most) for each in new):
            found.fault(path, "too-long", f"must have at most {self.most} characters in this system")
        elif self._may_read_back_otherwise() and not _same(self.convert, self.said(new), kept):
            found.fault(path, "exact", "cannot be said exactly in this system")
        return new

    def _may_read_back_otherwise(self) -> bool:
        """Texts that lie in columns or lists of their own do not."""
        return self.last == "split" or not isinstance(self.convert, Text)

    def _words(self, values: Sequence[Json], path: str, found: Found) -> tuple[list[Json], list[Json]]:
        kept: list[Json] = []
        words: list[Json] = []
        for index, value in enumerate(values):
            try:
                words.append(self.convert.write(value, None))
                kept.append(value)
            except Carried:
                found.carried.append(f"{path}/{index}")
            except Unsayable as why:
                found.fault(f"{path}/{index}", why.rule, why.detail)
        return kept, words

    def _columns(self, words: list[Json], old: Sequence[Json]) -> list[Json] | None:
        plain = len(old) if self.last == "plain" else len(old) - 1
        new = words[:plain] + [_emptied(each) for each in old[len(words) : plain]]
        rest = words[plain:]
        if self.last == "plain":
            return None if rest else new
        if not rest and not (self.last == "list" and (len(old) == 1 or old[-1].__class__ is list)):
            return [*new, _emptied(old[-1])]
        return [*new, rest if self.last == "list" else self.separator.join(map(str, rest))]


@dataclass(frozen=True, slots=True)
class Joined:
    """Native columns joined into one shared text. into_first: where a changed text goes; else it is refused."""

    convert: Converter
    absence: Absence
    most: int | None
    separator: str
    into_first: bool

    def read(self, raws: Sequence[Json], paths: Sequence[str], found: Found) -> Json:
        """The shared text, None or MISSING. Blank columns are left out."""
        parts: list[str] = []
        for raw, path in zip(raws, paths, strict=True):
            if raw is not MISSING and not is_blank(raw):
                try:
                    parts.append(self.convert.read(raw, path, found))
                except Unsayable as why:
                    found.fault(path, why.rule, why.detail)
        if parts:
            return self.separator.join(parts)
        return self.absence.read(present=any(raw is not MISSING for raw in raws), path=paths[0], found=found)

    def said(self, raws: Sequence[Json]) -> Json:
        """As of a single column."""
        quiet = Found()
        value = self.read(raws, [""] * len(raws), quiet)
        return UNREADABLE if quiet.faults else value

    def compare(self, raws: Sequence[Json], value: Json, path: str, found: Found) -> None:
        """As of a single column."""
        _compare(self.convert, self.said(raws), value, path, found)

    def write(self, value: Json, old: Sequence[Json], path: str, found: Found) -> Sequence[Json]:
        """The native columns; the old ones themselves where they say the same."""
        if _same(self.convert, self.said(old), value):
            return old
        if value is MISSING or value is None:
            return _nothing(self.absence, value, old, path, found)
        if not self.into_first:
            found.fault(path, "joined", "is joined from several columns and cannot be taken apart again")
            return old
        try:
            new = [self.convert.write(value, old[0]), *(_emptied(each) for each in old[1:])]
        except Unsayable as why:
            found.fault(path, why.rule, why.detail)
            return old
        if is_too_long(new[0], self.most):
            found.fault(path, "too-long", f"must have at most {self.most} characters in this system")
        return new


def is_too_long(new: Json, most: int | None) -> bool:
    """Whether a text, or one of a list, is longer than the column."""
    if most is None:
        return False
    if new.__class__ is list:
        return any(is_too_long(each, most) for each in new)
    return new.__class__ is str and len(new) > most


def _same(convert: Converter, said: Json, value: Json) -> bool:
    if said.__class__ is list and value.__class__ is list:
        return len(said) == len(value) and all(
            same(convert, one, other) for one, other in zip(said, value, strict=True)
        )
    return said is value or (said is not UNREADABLE and same(convert, said, value))


def _compare(convert: Converter, said: Json, value: Json, path: str, found: Found) -> None:
    if not _same(convert, said, value):
        found.fault(path, "also", "does not agree with another property that this system holds in the same field")


def _nothing(absence: Absence, value: Json, old: Sequence[Json], path: str, found: Found) -> Sequence[Json]:
    """Several columns of which the record says nothing, null, or an empty list, which only null may stand for."""
    if value is None and absence.may_be_null():
        return [None, *(_emptied(each) for each in old[1:])]
    if value is not MISSING and not absence.required:
        found.carried.append(path)
    return [absence.write(each, path, found) for each in old]


def _emptied(old: Json) -> Json:
    """A column of several that has nothing to say any more, while others have."""
    if old.__class__ is list:
        return []
    return old if old is MISSING or is_blank(old) else None
