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

_LARGEST = 2**53 - 1
_DIGITS = frozenset("0123456789")
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


class _Plain:
    __slots__ = ()

    def meaning(self, value: Json) -> Json:
        return value


def same(convert: Converter, value: Json, other: Json) -> bool:
    """Whether two shared values say the same."""
    value, other = convert.meaning(value), convert.meaning(other)
    return value.__class__ is other.__class__ and bool(value == other)


@dataclass(frozen=True, slots=True)
class Text(_Plain):
    """Text, kept exactly; or without its outer blanks."""

    trimmed: bool = False

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002 - as every converter
        """Raises Unsayable: no text."""
        text = _text(raw)
        return text.strip() if self.trimmed else text

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: no text, or what would read back otherwise."""
        text = _text(value)
        if not text.strip() or (self.trimmed and text.strip() != text):
            raise Unsayable("blank", "must not be blank" + (" nor begin or end with a blank" if self.trimmed else ""))
        return text


@dataclass(frozen=True, slots=True)
class Whole(_Plain):
    """A whole number of JSON, times `scale`."""

    scale: int = 1

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: no whole number."""
        return _whole(_whole(raw) * self.scale)

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: no whole number, or no multiple of the scale."""
        number, over = divmod(_whole(value), self.scale)
        if over:
            raise Unsayable("scale", f"must be a multiple of {self.scale}")
        return number


@dataclass(frozen=True, slots=True)
class Digits(_Plain):
    """A whole number written in a native text, times `scale`."""

    scale: int = 1

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: other characters than digits, with a sign before them."""
        text = _text(raw).strip()
        if not text.removeprefix("-") or not _DIGITS.issuperset(text.removeprefix("-")) or len(text) > 17:
            raise Unsayable("digits", "must be a whole number in digits")
        return _whole(int(text) * self.scale)

    def write(self, value: Json, old: Json) -> Json:
        """Raises Unsayable: as a whole number."""
        return str(Whole(self.scale).write(value, old))


@dataclass(frozen=True, slots=True)
class Numeral(_Plain):
    """A native whole number that is shared as the text of its digits, such as a number that names something.

    Some systems send such a number now as a number and now as its digits: both are read, a number is written.
    """

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: no whole number."""
        if raw.__class__ is str:
            raw = self.write(raw.strip(), None)
        return str(_whole(raw))

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: not the digits of a whole number."""
        text = _text(value)
        digits = text.removeprefix("-")
        if not digits or not _DIGITS.issuperset(digits) or len(digits) > 16 or str(int(text)) != text:
            raise Unsayable("digits", "must be a whole number in digits, without leading zeros")
        return _whole(int(text))


@dataclass(frozen=True, slots=True)
class Number(_Plain):
    """A number of JSON. Whole ones are integers in the shared record."""

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: no number that every reader keeps exactly."""
        if raw.__class__ is not float or raw.is_integer():
            return _whole(raw)
        if not 1e-5 <= abs(raw) <= _LARGEST:
            raise Unsayable("number", "must be 0 or from 0.00001 to 2^53 - 1")
        return raw

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: no such number."""
        return self.read(value, "", Found())


@dataclass(frozen=True, slots=True)
class Flag(_Plain):
    """Yes or no, each in the native spellings given; the first is written."""

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
class Codes(_Plain):
    """Native codes and what they mean.

    shared: native code -> shared value. native: the shared value as it is spelled -> the native code written for it.
    raw: what goes before a code that an open list does not name; None: closed.
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
            raise Unsayable("code", f"must be one of the codes of {self.title}")
        if not _RAW.fullmatch(code):
            raise Unsayable("code", f"must be one of the codes of {self.title}, or at most 200 printed characters")
        found.unlisted.append(Unlisted(path, self.name, code))
        return self.raw + code

    def write(self, value: Json, old: Json) -> Json:  # noqa: ARG002
        """Raises Unsayable: the closed list has no native code for it. Carried: the open one has none."""
        code = self.native.get(spelled(value) or "")
        if code is not None and same(self, self.shared[code], value):
            return code
        if self.raw is None:
            raise Unsayable("code", f"must be one of the codes of {self.title} that this system has")
        text = _text(value)
        code = text.removeprefix(self.raw)
        if code == text or code in self.shared or not _RAW.fullmatch(code):
            raise Carried
        return code


def _text(value: Json) -> str:
    if value.__class__ is not str:
        raise Unsayable("type", "must be a text")
    return str(value)


def _whole(value: Json) -> int:
    if value.__class__ is float and value.is_integer():
        value = int(value)
    if value.__class__ is not int:
        raise Unsayable("type", "must be a whole number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Unsayable("number", "must be within 2^53 - 1")
    return int(value)


def _among(raw: Json, words: tuple[Json, ...]) -> bool:
    if raw.__class__ is str:
        raw = raw.strip()
    return any(raw.__class__ is word.__class__ and raw == word for word in words)
