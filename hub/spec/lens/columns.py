"""Rows of several native columns: gathered into a shared list, or joined into one text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.domain.canonical import Json
from hub.spec.lens.converters import Converter, Text, same
from hub.spec.lens.found import Carried, Found, Unsayable, is_blank
from hub.spec.lens.paths import MISSING
from hub.spec.lens.rows import UNREADABLE, Absence, differ_in_second_reading, is_too_long


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
        values = [value for value, _ in self.gathered(raws, paths, found)]
        if values or (len(raws) == 1 and raws[0].__class__ is list):
            return values
        return self.absence.read(present=any(raw is not MISSING for raw in raws), path=paths[0], found=found)

    def gathered(self, raws: Sequence[Json], paths: Sequence[str], found: Found) -> list[tuple[Json, str]]:
        """What the columns say, each with the place it is said at."""
        values: list[tuple[Json, str]] = []
        for raw, path in self._parts(raws, paths, found):
            if not is_blank(raw):
                try:
                    values.append((self.convert.read(raw, path, found), path))
                except Unsayable as why:
                    found.fault(path, why.rule, why.detail)
        return values

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
        if not _same(self.convert, self.said(raws), value):
            differ_in_second_reading(path, found)

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
        if not _same(self.convert, self.said(raws), value):
            differ_in_second_reading(path, found)

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


def _same(convert: Converter, said: Json, value: Json) -> bool:
    if said.__class__ is list and value.__class__ is list:
        return len(said) == len(value) and all(
            same(convert, one, other) for one, other in zip(said, value, strict=True)
        )
    return said is value or (said is not UNREADABLE and same(convert, said, value))


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
