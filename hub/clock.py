"""The one place where the hub asks what time it is; everyone else is given a `Clock`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, UTC, with its zone."""


def utc_now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)
