"""Lines out of a stream of bytes, none held beyond a limit."""

from collections.abc import AsyncIterator
from typing import Final

TOO_LONG: Final = None
"""Stands for a line beyond the limit, which was not kept."""


async def lines(chunks: AsyncIterator[bytes], longest: int) -> AsyncIterator[list[bytes | None]]:
    """The lines that each chunk completes, without their line feeds; the last line needs none.

    longest: bytes a line may have; a longer one comes out as `TOO_LONG`, and its neighbours are unharmed.
    """
    kept, too_long = b"", False
    async for chunk in chunks:
        *ends, rest = chunk.split(b"\n")
        complete: list[bytes | None] = []
        for end in ends:
            line = kept + end
            complete.append(TOO_LONG if too_long or len(line) > longest else line)
            kept, too_long = b"", False
        kept += rest
        if len(kept) > longest:
            kept, too_long = b"", True
        if complete:
            yield complete
    if kept or too_long:
        yield [TOO_LONG if too_long else kept]
