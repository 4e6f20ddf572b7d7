"""How one native value is read and written. The laws hold each to it: what is written reads back the same.

Every converter has `read(raw, path, found)` (raises Unsayable), `write(value, old)` (raises Unsayable or Carried;
old is the native value that is replaced, for its spelling) and `meaning(value)` of a shared value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.domain.canonical import Json
from hub.spec.lens.found import Carried, Found, Unsayable
from hub.spec.lens.paths import spelled
from hub.spec.lens.reading import Unlisted

_RAW = re.compile("[!-~\u00a1-\uffff]([ -~\u00a1-\uffff]{0,198}[!-~\u00a1-\uffff])?")
"""A code that may be said raw, as `$defs/unlisted` of the schemas has it."""


class Converter(Protocol):
    """Of one value that is not blank."""

    def read(self, raw: Json, path: str, found: Found) -> Json:
        """The shared value."""
        ...

    def write(self, value: Json, old: Json) -> Json:
        """The native value."""
        ...

    def meaning(self, value: Json) -> Json:
        """A shared value so that what says the same is equal."""
        ...


class Plain:
    """A converter whose shared values mean what they spell."""

    __slots__ = ()

    def meaning(self, value: Json) -> Json:
        """Itself."""
        return value


def same(convert: Converter, value: Json, other: Json) -> bool:
    """Whether two shared values say the same."""
    value, other = convert.meaning(value), convert.meaning(other)
    return value.__class__ is other.__class__ and bool(value == other)


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """Text, kept exactly; or without its outer blanks."""

    trimmed: bool = False

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002 - as every converter
        """Raises Unsayable: no text."""
        text = text_of(raw)
        return text.strip() if self.trimmed else text

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: no text, or what would read back otherwise."""
        text = text_of(value)
        if not text.strip() or (self.trimmed and text.strip() != text):
            raise Unsayable("blank", "must not be blank" + (" nor begin or end with a blank" if self.trimmed else ""))
        return text


@dataclass(frozen=True, slots=True)
class Flag(Plain):
    """Yes or no, each in the native spellings given, whatever their letters; the first is written."""

    yes: tuple[Json, ...] = (True,)
    no: tuple[Json, ...] = (False,)

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: neither."""
        if _among(raw, self.yes):
            return True
        if _among(raw, self.no):
            return False
        raise Unsayable("flag", "must be one of the values that mean yes or no")

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: not true or false, or the system has no word for it."""
        if value.__class__ is not bool:
            raise Unsayable("type", "must be true or false")
        words = self.yes if value else self.no
        if not words:
            raise Unsayable("flag", "cannot be said in this system")
        return words[0]


@dataclass(frozen=True, slots=True)
class Codes(Plain):
    """Native codes and what they mean.

    shared: native code -> shared value. native: the shared value as it is spelled -> the native code written for it.
    raw: what goes before a code that an open list does not name; None: closed. Of a closed list a code may differ in
    capital letters where that leaves one meaning; an open list keeps such a code raw.
    """

    name: str
    title: str
    shared: Mapping[str, Json]
    native: Mapping[str, str]
    raw: str | None = None

    def read(self, raw: Json, path: str, found: Found) -> Json:
        """Raises Unsayable: a code that a closed list does not name."""
        code = spelled(raw)
        if code is None:
            raise Unsayable("type", "must be a code")
        code = code.strip()
        if code in self.shared:
            return self.shared[code]
        if self.raw is None:
            return self._in_other_letters(code)
        if not _RAW.fullmatch(code):
            raise Unsayable("code", f"must be one of the codes of {self.title}, or at most 200 printed characters")
        found.unlisted.append(Unlisted(path, self.name, code))
        return self.raw + code

    def _in_other_letters(self, code: str) -> Json:
        """What the one code means that differs in capital letters alone. Raises Unsayable: there is none such."""
        meant = [value for own, value in self.shared.items() if own.casefold() == code.casefold()]
        if not meant or any(not same(self, value, meant[0]) for value in meant):
            raise Unsayable("code", f"must be one of the codes of {self.title}")
        return meant[0]

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: the closed list has no native code for it. Carried: the open one has none."""
        code = self.native.get(spelled(value) or "")
        if code is not None and same(self, self.shared[code], value):
            return code
        if self.raw is None:
            raise Unsayable("code", f"must be one of the codes of {self.title} that this system has")
        text = text_of(value)
        code = text.removeprefix(self.raw)
        if code == text or code in self.shared or not _RAW.fullmatch(code):
            raise Carried
        return code


def text_of(value: Json) -> str:
    """Raises Unsayable: no text."""
    if value.__class__ is not str:
        raise Unsayable("type", "must be a text")
    return str(value)


def _among(raw: Json, words: tuple[Json, ...]) -> bool:
    if raw.__class__ is str:
        return raw.strip().casefold() in [str(word).casefold() for word in words if word.__class__ in (str, bool)]
    return any(raw.__class__ is word.__class__ and raw == word for word in words)
