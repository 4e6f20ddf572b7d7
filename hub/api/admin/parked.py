"""What agencies could not apply, and having it delivered again."""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.delivery_documents import parked_document, retry_document
from hub.api.admin.desk import desk_of
from hub.api.admin.numbers import AfterNumber, number_page
from hub.api.admin.routing import AgencyName, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import Limit
from hub.domain.errors import Reason

router = admin_router()

_Number = Annotated[int, Path(ge=1, le=2**53 - 1, description="The delivery that is parked.", examples=[4708])]


@router.get(
    "/agencies/{agency}/parked",
    summary="List what an agency could not apply",
    response_class=Response,
    responses=answers("ParkedDeliveries", "By number.") | problems(Reason.NOT_FOUND),
)
async def list_parked(
    request: Request, caller: Operator, agency: AgencyName, after: AfterNumber = 0, limit: Limit = 50
) -> Response:
    """Deliveries that its system refused, or that cannot be said there, until a receipt settles their record."""
    outlook = desk_of(request).outlook
    await outlook.deliveries.one(agency)
    page = await outlook.retries.listed(caller.name, agency, after, limit)
    parked = [parked_document(each) for each in page.parked]
    return answer({"parked": parked, "next": number_page(request, page.last, limit)})


@router.post(
    "/agencies/{agency}/parked/{number}/retry",
    summary="Have a parked record delivered again",
    response_class=Response,
    responses=answers("Retried", "It is owed again.") | problems(Reason.NOT_FOUND),
)
async def retry_parked(request: Request, caller: Operator, agency: AgencyName, number: _Number) -> Response:
    """The record as it is now comes under a new number, even if it is what was parked. It stays parked till then."""
    record = await desk_of(request).outlook.retries.retry(caller.name, agency, number)
    return answer(retry_document(agency, number, record))
