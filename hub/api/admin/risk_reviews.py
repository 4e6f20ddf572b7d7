"""Risk reviews: levels of risk that somebody must look at again, until they are said anew."""

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency, OfPerson
from hub.api.admin.risk_review_documents import risk_review_document
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import Limit, next_page
from hub.domain.errors import Reason
from hub.store.risk_reviews import RiskReviewState

router = admin_router()

_State = Annotated[RiskReviewState | None, Query(description="Reviews in this state only.")]
_After = Annotated[str | None, Query(max_length=36, pattern=PRINTABLE, description="Reviews opened after this one.")]
_Id = Annotated[
    str,
    Path(
        max_length=36,
        pattern=PRINTABLE,
        description="The review's id.",
        examples=["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1e"],
    ),
]


@router.get(
    "/risk-reviews",
    summary="List risk reviews",
    response_class=Response,
    responses=answers("RiskReviews", "The first opened first.") | problems(Reason.NOT_FOUND),
)
async def list_risk_reviews(
    request: Request,
    caller: Operator,
    state: _State = None,
    agency: OfAgency = None,
    person: OfPerson = None,
    after: _After = None,
    limit: Limit = 50,
) -> Response:
    """Levels past their author's review date, or whose author holds the person no longer. Looks are audited."""
    page = await desk_of(request).outlook.risk_reviews.listed(caller.name, state, agency, person, after, limit)
    reviews = [risk_review_document(each) for each in page.reviews]
    return answer({"reviews": reviews, "next": next_page(request, page.last, limit)})


@router.get(
    "/risk-reviews/{review}",
    summary="Read a risk review",
    response_class=Response,
    responses=answers("RiskReview", "The review.") | problems(Reason.NOT_FOUND),
)
async def read_risk_review(request: Request, caller: Operator, review: _Id) -> Response:
    """Open or closed, and how. The look is audited."""
    return answer(risk_review_document(await desk_of(request).outlook.risk_reviews.read(caller.name, review)))


@router.post(
    "/risk-reviews/{review}/close",
    summary="Close a risk review",
    response_class=Response,
    responses=answers("RiskReview", "It is closed.") | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("RiskReviewClosing"),
)
async def close_risk_review(request: Request, caller: Operator, review: _Id) -> Response:
    """Without the level being said anew: it stays as it is, and its mark goes. The reason stands in the audit."""
    document = await asked(request, "RiskReviewClosing")
    reviews = desk_of(request).outlook.risk_reviews
    return answer(risk_review_document(await reviews.close(caller.name, review, document["reason"])))
