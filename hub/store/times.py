"""Times as the store keeps them, and as the database tells them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_micros(value: int) -> datetime:
    """The UTC time of so many microseconds since 1970; the way back of `hub.domain.submission.micros`."""
    return _EPOCH + timedelta(microseconds=value)


class database_micros(FunctionElement[int]):  # noqa: N801 - in SQL a function, and written as one
    """The time by the database's own clock, in microseconds since 1970: one for all processes."""

    name = "database_micros"
    type = BigInteger()
    inherit_cache = True


@compiles(database_micros, "postgresql")
def _clock_timestamp(_element: database_micros, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@compiles(database_micros, "sqlite")
def _julian_day(_element: database_micros, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    """Days since noon of 24 November 4714 BC, to some forty microseconds."""
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS BIGINT)"
