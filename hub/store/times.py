"""Times as the store keeps them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_micros(value: int) -> datetime:
    """The UTC time of so many microseconds since 1970; the way back of `hub.domain.submission.micros`."""
    return _EPOCH + timedelta(microseconds=value)
