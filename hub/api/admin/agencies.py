"""Agencies: registered, looked at, suspended, resumed, given a new secret."""

from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.desk import desk_of
from hub.api.admin.documents import agency_document
from hub.api.admin.routing import admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page

router = admin_router()


@router.get(
    "/agencies",
    summary="List the agencies",
    response_class=Response,
    responses=answers("Agencies", "By name.") | problems(),
)
async def list_agencies(request: Request, caller: Operator, after: After = None, limit: Limit = 50) -> Response:  # noqa: ARG001 - that there is one is the point
    """Every registered agency, with the state of its input."""
    rows = [row for row in await desk_of(request).agencies.all() if after is None or row.name > after]
    cursor = rows[limit - 1].name if len(rows) > limit else None
    return answer(
        {"agencies": [agency_document(row) for row in rows[:limit]], "next": next_page(request, cursor, limit)}
    )
