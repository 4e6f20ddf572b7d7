"""The moment at which a fault shows: said aloud, and long enough to be killed in."""

import asyncio
import sys

SAID = "vulnerable now"
_JUST_AFTER_S = 0.5
_LONG_ENOUGH_S = 10.0


async def vulnerable() -> None:
    """Say so a moment later, when what was wrongly done first is done, and wait."""
    await asyncio.sleep(_JUST_AFTER_S)
    sys.stderr.write(f"{SAID}\n")
    await asyncio.sleep(_LONG_ENOUGH_S)
