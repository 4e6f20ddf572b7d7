"""Numbers, native and shared."""

from dataclasses import dataclass

from hub.domain.canonical import Json
from hub.spec.lens.converters import Plain, text_of
from hub.spec.lens.found import Found, Unsayable

_LARGEST = 2**53 - 1

_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Whole(Plain):
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
class Digits(Plain):
    """A whole number written in a native text, times `scale`."""

    scale: int = 1

    def read(self, raw: Json, path: str, found: Found) -> Json:  # noqa: ARG002
        """Raises Unsayable: other characters than digits, with a sign before them."""
        text = text_of(raw).strip()
        if not text.removeprefix("-") or not _DIGITS.issuperset(text.removeprefix("-")) or len(text) > 17:
            raise Unsayable("digits", "must be a whole number in digits")
        return _whole(int(text) * self.scale)

    def write(self, value: Json, old: Json) -> Json:
        """Raises Unsayable: as a whole number."""
        return str(Whole(self.scale).write(value, old))


@dataclass(frozen=True, slots=True)
class Numeral(Plain):
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
        text = text_of(value)
        digits = text.removeprefix("-")
        if not digits or not _DIGITS.issuperset(digits) or len(digits) > 16 or str(int(text)) != text:
            raise Unsayable("digits", "must be a whole number in digits, without leading zeros")
        return _whole(int(text))


@dataclass(frozen=True, slots=True)
class Number(Plain):
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


def _whole(value: Json) -> int:
    if value.__class__ is float and value.is_integer():
        value = int(value)
    if value.__class__ is not int:
        raise Unsayable("type", "must be a whole number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Unsayable("number", "must be within 2^53 - 1")
    return int(value)
