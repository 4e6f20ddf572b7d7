"""The convergence index: how far agencies hold the one truth, and take part in it."""

from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency
from hub.api.admin.routing import admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.convergence_documents import convergence_document
from hub.api.describe import answers, problems
from hub.api.showing import Days

router = admin_router()


@router.get(
    "/convergence",
    summary="Read the convergence index",
    response_class=Response,
    responses=answers("Convergence", "By agency and day.") | problems(),
)
async def read_convergence(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    agency: OfAgency = None,
    days: Days = 30,
) -> Response:
    """How much of what agencies hold is what they were released, and how much of the specification they fill and take.

    Measured every few minutes; the last measure of a day stands for it.
    """
    return answer(convergence_document(await desk_of(request).outlook.measuring.history(days, agency)))
