"""How releases reach the native system, whichever way it takes them."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hub.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class Applied:
    """The native system holds it. native: as it says that it holds it, None when it does not say."""

    native: Json | None = None


@dataclass(frozen=True, slots=True)
class NotApplied:
    """The native system will not hold it. why: a sentence without values."""

    why: str


Answer: TypeAlias = Applied | NotApplied


@dataclass(frozen=True, slots=True)
class Present:
    """Something is held at an address. native: what; empty where it is no JSON object."""

    native: Json


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing is held at an address."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The native system does not let it be read. why: a sentence without values."""

    why: str


Read: TypeAlias = Present | Absent | Unreadable


class Target(Protocol):
    """Where releases are handed over. Doing the same again under the same id does it once."""

    async def put(self, address: str, native: Json, idempotency: str) -> Answer:
        """Have the record held at the address, in place of what was there. Raises `Unavailable`: try again."""
        ...

    async def remove(self, address: str, idempotency: str) -> Answer:
        """Have nothing held at the address. Raises `Unavailable`: try again."""
        ...

    async def read(self, address: str) -> Read:
        """What is really held at the address now. Raises `Unavailable`: try again."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
