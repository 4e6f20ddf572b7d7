"""Levels of risk that the agency that asks is to look at again, and those of its own that others are asked about."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.risk_review_documents import asked_review_document
from hub.api.admin.routing import PRINTABLE
from hub.api.bodies import answer
from hub.api.callers import Reader
from hub.api.describe import answers, problems
from hub.api.services import services_of
from hub.api.showing import Limit, next_page
from hub.domain.errors import Reason, Rejected
from hub.exchange.risk_reviews import reviews_of

router = APIRouter(tags=["Deliveries"])

_Own = Annotated[bool, Query(description="Those on levels you say yourself, whoever is asked about them.")]
_After = Annotated[str | None, Query(max_length=36, pattern=PRINTABLE, description="Reviews opened after this one.")]


@router.get(
    "/v1/risk-reviews",
    summary="List the levels of risk you are to look at again",
    response_class=Response,
    responses=answers("RiskReviewsAsked", "Open ones, the first opened first.") | problems(Reason.NOT_COVERED),
)
async def list_risk_reviews(
    request: Request, caller: Reader, own: _Own = False, after: _After = None, limit: Limit = 50
) -> Response:
    """A record under review says so in its marks. Say the level anew, or a later day of review, and it is closed.

    A page may be short of `limit` and yet not the last.
    """
    services = services_of(request)
    contract = services.contracts.get(caller.agency)
    if contract is None:
        raise Rejected(Reason.NOT_COVERED, "the agency has no contract")
    page = await reviews_of(services.risk_reviews, contract, own=own, after=after, limit=limit)
    reviews = [asked_review_document(each) for each in page.reviews]
    return answer({"reviews": reviews, "next": next_page(request, page.last, limit)})
