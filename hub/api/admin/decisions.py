"""What was decided of a person and holds; taking it back."""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.desk import desk_of
from hub.api.admin.question_documents import decided_document, ruled_document
from hub.api.admin.routing import PRINTABLE, PersonId, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason
from hub.exchange.resolve import Choice
from hub.exchange.verdicts import pair_of_decision

router = admin_router()

_Decision = Annotated[
    str,
    Path(
        max_length=100,
        pattern=PRINTABLE,
        description="The decision's id, as the list of decisions has it.",
        examples=["d.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A"],
    ),
]


@router.get(
    "/people/{person}/decisions",
    summary="Read what was decided of a person",
    response_class=Response,
    responses=answers("Decisions", "The newest first.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_decisions(
    request: Request, caller: Operator, person: PersonId, after: After = None, limit: Limit = 50
) -> Response:
    """Who they are one with, or kept apart from, as far as it was decided and holds. The look is audited.

    What was taken back is in the audit, as `link`, `keep-apart` and `take-back`.
    """
    page = await desk_of(request).outlook.decisions.of_person(caller.name, person, after, limit)
    decisions = [decided_document(each) for each in page.decisions]
    return answer({"decisions": decisions, "next": next_page(request, page.next, limit)})


@router.post(
    "/people/decisions/{decision}/take-back",
    summary="Take a decision back",
    response_class=Response,
    responses=answers("Ruled", "It holds no more, and everything that follows is owed.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("TakeBack"),
)
async def take_back(request: Request, caller: Operator, decision: _Decision) -> Response:
    """What the agencies say decides again whether the two are one person."""
    document = await asked(request, "TakeBack")
    pair, resolving = pair_of_decision(decision), desk_of(request).resolving
    return answer(ruled_document(await resolving.rule_pair(*pair, Choice.TAKE_BACK, document["why"], caller.name)))
