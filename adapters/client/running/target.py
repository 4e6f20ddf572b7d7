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


class Target(Protocol):
    """Where releases are handed over. Doing the same again under the same id does it once."""

    async def put(self, address: str, native: Json, idempotency: str) -> Answer:
        """Have the record held at the address, in place of what was there. Raises `Unavailable`: try again."""
        ...

    async def remove(self, address: str, idempotency: str) -> Answer:
        """Have nothing held at the address. Raises `Unavailable`: try again."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
