"""Lists that go on by the number of a delivery."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request

from hub.api.showing import next_page

AfterNumber = Annotated[int, Query(ge=0, le=2**53 - 1, description="Numbers beyond this one.")]


def number_page(request: Request, last: int | None, limit: int) -> str | None:
    """The path of the page after this one. last: the number it goes on beyond, None at the end."""
    return next_page(request, None if last is None else str(last), limit)
