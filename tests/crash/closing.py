"""What has a `close` of its own is closed when its test ends, however that comes about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class Closable(Protocol):
    """Holds on to connections until it is closed."""

    async def close(self) -> None:
        """Let go of them."""
        ...


_Closable = TypeVar("_Closable", bound=Closable)


@asynccontextmanager
async def closing(it: _Closable) -> AsyncIterator[_Closable]:
    """It, as a context."""
    try:
        yield it
    finally:
        await it.close()
