"""Runs what a command does, on the foundation that the settings describe."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub import log
from hub.settings import load_settings
from hub.wiring.foundation import Foundation, opened

_Answer = TypeVar("_Answer")


def operator(base: Foundation) -> str:
    """Who acts, as the audit names whoever has the command line and with it the hub's keys."""
    return f"cli:{base.settings.operator}"


def on_foundation(work: Callable[[Foundation], Awaitable[_Answer]]) -> _Answer:
    """Do the work and close everything again. Raises what the work and the settings raise."""
    log.configure(level=logging.WARNING)
    settings = load_settings()

    async def do() -> _Answer:
        async with opened(settings) as base:
            return await work(base)

    return asyncio.run(do())
