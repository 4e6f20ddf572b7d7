"""What every way of reading over HTTP shares: how a record is shown, entity tags, pages."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer
from hub.exchange.read import Shown

COLLECTIONS: Mapping[str, str] = {
    "assessment": "assessments",
    "registration": "registrations",
    "movement": "movements",
}
"""Record type -> the name of its collection in paths; the offender record is the person's own resource."""

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Days = Annotated[int, Query(ge=1, le=366, description="So many days, today among them.")]
After = Annotated[str | None, Query(max_length=2_000, description="Where to read on: from `next` of the page before.")]


def shown_answer(request: Request, shown: Shown) -> Response:
    """One record with its entity tag, or 304 when the client has it already."""
    tag = f'"{shown.release.digest}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(None, 304, headers)
    return answer(shown_document(shown), headers)


def shown_document(shown: Shown) -> dict[str, Any]:
    """`Shown` of the API description."""
    return {
        "person": shown.person,
        "localIds": shown.local_ids,
        "digest": shown.release.digest,
        "changed": shown.changed,
        "sources": shown.release.sources,
        "release": shown.release.document,
    }


def link(name: str, record_type: str, key: str) -> str:
    """The path of a record. name: a local id of the caller's, or the person's id."""
    person = f"/v1/offenders/{quote(name, safe='')}"
    if record_type not in COLLECTIONS:
        return person
    return f"{person}/{COLLECTIONS[record_type]}/{quote(key)}"


def next_page(request: Request, cursor: str | None, limit: int) -> str | None:
    """The path of the page after this one, with whatever else was asked for; None at the end."""
    if cursor is None:
        return None
    return f"{quote(request.url.path)}?{urlencode({**request.query_params, 'after': cursor, 'limit': limit})}"


def _matches(if_none_match: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: any of the tags given, compared weakly, or `*`."""
    given = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in given or tag in given
