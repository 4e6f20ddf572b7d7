"""Writes Python: lines with their indentation, and names for the objects that the lines speak of."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.domain.canonical import Json


class Source:
    """Python in the making. names: what its global names stand for, beside the functions it defines."""

    def __init__(self, names: dict[str, Json]) -> None:
        self.names = dict(names)
        self._lines: list[str] = []
        self._depth = 0

    def line(self, text: str) -> None:
        """One line."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A line that ends in a colon, and the lines under it; there must be at least one."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, kind: str, number: int, meant: Json) -> str:
        """A global name for an object."""
        name = f"{kind}_{number}"
        self.names[name] = meant
        return name

    def text(self) -> str:
        """The whole."""
        return "\n".join(self._lines) + "\n"


def pointer(at: str) -> str:
    """The expression of a JSON Pointer, from the body of an f-string."""
    return "at" if at == "{at}" else f"f{at!r}"
