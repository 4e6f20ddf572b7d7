"""What inventories of agencies came to."""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency
from hub.api.admin.reconciliation_documents import difference_document, reconciliation_document
from hub.api.admin.routing import admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason

router = admin_router()

_Id = Annotated[str, Path(max_length=36, pattern="^[0-9a-f-]+$", description="The reconciliation.")]


@router.get(
    "/reconciliations",
    summary="List reconciliations",
    response_class=Response,
    responses=answers("Reconciliations", "The newest first.") | problems(Reason.INVALID_ENVELOPE),
)
async def list_reconciliations(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    agency: OfAgency = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """What came of holding agencies' copies against what they were delivered."""
    rows, cursor = await desk_of(request).outlook.reconciliations.listed(agency, after, limit)
    found = [reconciliation_document(row) for row in rows]
    return answer({"reconciliations": found, "next": next_page(request, cursor, limit)})


@router.get(
    "/reconciliations/{id}",
    summary="Read one reconciliation",
    response_class=Response,
    responses=answers("OneReconciliation", "What differed.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def read_reconciliation(
    request: Request,
    caller: Operator,  # noqa: ARG001 - as above
    id: _Id,  # noqa: A002 - the name in the path
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """The records that differed, by their names only, and whether each has been healed since."""
    row, differences, cursor = await desk_of(request).outlook.reconciliations.one(id, after, limit)
    found = [difference_document(each) for each in differences]
    return answer({**reconciliation_document(row), "found": found, "next": next_page(request, cursor, limit)})
