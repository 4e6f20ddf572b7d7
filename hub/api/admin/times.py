"""Times that operators give in a query."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def _written_out(given: object) -> object:
    """A time as RFC 3339 has it: else a mere number would be taken for seconds since 1970."""
    if isinstance(given, str) and _RFC3339.fullmatch(given) is None:
        raise ValueError("not as RFC 3339 has it")
    return given


def _in_utc(given: datetime) -> datetime:
    """The first and the last hours there are have no time in UTC."""
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such time") from None


Time = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""A time with its zone, as RFC 3339 has it."""
