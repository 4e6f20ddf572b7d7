"""Where agencies differ that must not, and ruling on it."""

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.conflict_documents import conflict_asked_document, conflict_document
from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency, OfPerson
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.admin.times import Time
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.convergence import State
from hub.domain.errors import Reason
from hub.exchange.conflicts import Asked

router = admin_router()

_Conflict = Annotated[
    str,
    Path(
        max_length=120,
        pattern=PRINTABLE,
        description="The conflict's id, as the list of conflicts has it.",
        examples=["c.0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b.Cx1pZ0b0m4mJt1xQb1z8Zw.kH3Vx0d3Qy2m7r1cV5uN0A"],
    ),
]
_State = Annotated[State, Query(description="`open`, `ruled`, or of one person's risk `levels`.")]
_Before = Annotated[Time | None, Query(description="Differing since before this time (RFC 3339, with its zone).")]


@router.get(
    "/conflicts",
    summary="List conflicts that stand now",
    response_class=Response,
    responses=answers("Conflicts", "By person and record.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_conflicts(
    request: Request,
    caller: Operator,
    person: OfPerson = None,
    agency: OfAgency = None,
    state: _State = State.OPEN,
    before: _Before = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Records on which agencies differ that must not: where, who, and since when. Reading them is audited."""
    sought = Asked(person, agency, state, before)
    page = await desk_of(request).outlook.conflicts.listed(caller.name, sought, after, limit)
    conflicts = [conflict_document(each) for each in page.conflicts]
    return answer({"conflicts": conflicts, "next": next_page(request, page.next, limit)})


@router.get(
    "/conflicts/{conflict}",
    summary="Read a conflict",
    response_class=Response,
    responses=answers("ConflictAsked", "All that is said, and was ruled.") | problems(Reason.NOT_FOUND),
)
async def read_conflict(request: Request, caller: Operator, conflict: _Conflict) -> Response:
    """What each agency says there, as it says it, and the history. Reading it is audited as a consultation."""
    return answer(conflict_asked_document(*await desk_of(request).outlook.conflicts.read(caller.name, conflict)))


@router.post(
    "/conflicts/{conflict}/ruling",
    summary="Rule on a conflict",
    response_class=Response,
    responses=answers("RulingsMade", "Ruled, and everything that follows is owed.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("RuleOnConflict"),
)
async def rule_on_conflict(request: Request, caller: Operator, conflict: _Conflict) -> Response:
    """What stands while everybody says what they say now; it ends by itself as soon as anybody says something else."""
    document = await asked(request, "RuleOnConflict")
    ruling = await desk_of(request).ruling.rule(
        conflict, document["settles"], document["stands"], document["why"], caller.name
    )
    return answer({"rulings": [ruling]})


@router.post(
    "/conflicts/{conflict}/take-back",
    summary="Take rulings on a conflict back",
    response_class=Response,
    responses=answers("RulingsMade", "Taken back, and everything that follows is owed.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("TakeRulingBack"),
)
async def take_ruling_back(request: Request, caller: Operator, conflict: _Conflict) -> Response:
    """Every ruling on this place, whether it holds or not: what the agencies say decides again."""
    document = await asked(request, "TakeRulingBack")
    return answer({"rulings": await desk_of(request).ruling.take_back(conflict, document["why"], caller.name)})
