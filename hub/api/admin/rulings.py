"""Deciding who is one person: reviews, and any two local ids."""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.desk import desk_of
from hub.api.admin.question_documents import asked_document, ruled_document
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.domain.errors import Reason
from hub.exchange.resolve import Choice
from hub.exchange.reviews import pair_of_review

router = admin_router()

_Review = Annotated[
    str,
    Path(
        max_length=100,
        pattern=PRINTABLE,
        description="The review's id, as the list of reviews has it.",
        examples=["r.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A"],
    ),
]


@router.get(
    "/reviews/{review}",
    summary="Read a review",
    response_class=Response,
    responses=answers("ReviewAsked", "Both sides, and the explanation.") | problems(Reason.NOT_FOUND),
)
async def read_review(request: Request, caller: Operator, review: _Review) -> Response:
    """What both agencies say of who it is, as they say it. Reading it is audited as a consultation of both."""
    return answer(asked_document(await desk_of(request).outlook.reviews.read(caller.name, review)))


@router.post(
    "/reviews/{review}/decision",
    summary="Decide a review",
    response_class=Response,
    responses=answers("Ruled", "Decided, and everything that follows is owed.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("DecideReview"),
)
async def decide_review(request: Request, caller: Operator, review: _Review) -> Response:
    """They are one person, or are kept apart for good. What is decided is remembered, and can be taken back."""
    document = await asked(request, "DecideReview")
    desk = desk_of(request)
    await desk.outlook.reviews.check_open(review)
    pair, choice = pair_of_review(review), Choice(document["decision"])
    return answer(ruled_document(await desk.resolving.rule_pair(*pair, choice, document["why"], caller.name)))


@router.post(
    "/people/decisions",
    summary="Decide whether two local ids are one person",
    response_class=Response,
    responses=answers("Ruled", "Decided, and everything that follows is owed.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("DecidePeople"),
)
async def decide_people(request: Request, caller: Operator) -> Response:
    """Any two: link them, keep them apart, or take back what was decided. They stand in the body, not in the URL."""
    document = await asked(request, "DecidePeople")
    one, other = ((document[side]["agency"], document[side]["localId"]) for side in ("one", "other"))
    choice = Choice(document["decision"])
    return answer(
        ruled_document(await desk_of(request).resolving.rule(one, other, choice, document["why"], caller.name))
    )
