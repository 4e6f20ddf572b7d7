"""Ids the hub makes: UUID version 7, which sort by the moment they were made (RFC 9562)."""

import secrets
from uuid import UUID


def uuid7(millis: int, randomness: int | None = None) -> str:
    """A UUIDv7 for milliseconds since 1970; the 74 random bits may be given, for a replay."""
    noise = secrets.randbits(74) if randomness is None else randomness
    high, low = noise >> 62, noise & (1 << 62) - 1
    return str(UUID(int=(millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low))
