"""The convergence index of the agency that asks."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer
from hub.api.callers import Reader
from hub.api.convergence_documents import agency_convergence_document
from hub.api.describe import answers, problems
from hub.api.services import services_of
from hub.api.showing import Days

router = APIRouter(tags=["Reconciling"])


@router.get(
    "/v1/convergence",
    summary="Read how far you agree with the hub",
    response_class=Response,
    responses=answers("AgencyConvergence", "By day; none before the hub first measured.") | problems(),
)
async def read_own_convergence(request: Request, caller: Reader, days: Days = 30) -> Response:
    """How much of what you hold is what you were released, and how much of the specification you fill and take.

    Measured every few minutes, from your receipts; the last measure of a day stands for it.
    """
    measured = await services_of(request).measuring.history(days, caller.agency)
    return answer(agency_convergence_document(caller.agency, measured))
