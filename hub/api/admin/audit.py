"""Searching the audit."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.audit_documents import entry_document
from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency, OfPerson
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.admin.times import Time
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason
from hub.store.auditing import Sought

router = admin_router()

_Since = Annotated[Time | None, Query(description="From this time on (RFC 3339, with its zone).")]
_Until = Annotated[Time | None, Query(description="Before this time.")]
_Action = Annotated[
    str | None, Query(max_length=80, pattern=PRINTABLE, description="Such as `consultation` or `agency-suspended`.")
]
_Actor = Annotated[
    str | None, Query(max_length=85, pattern=PRINTABLE, description="The agency, the operator, or `hub`.")
]


@router.get(
    "/audit",
    summary="Search the audit",
    response_class=Response,
    responses=answers("AuditEntries", "The newest first.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def search_audit(
    request: Request,
    caller: Operator,
    person: OfPerson = None,
    agency: OfAgency = None,
    since: _Since = None,
    until: _Until = None,
    action: _Action = None,
    actor: _Actor = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Who did what with whose data, under whatever id the person had. That somebody looked is audited, too."""
    sought = Sought(None, agency, since, until, action, actor)
    page = await desk_of(request).outlook.audit.search(caller.name, person, sought, after, limit)
    entries = [entry_document(each) for each in page.entries]
    return answer({"entries": entries, "next": next_page(request, page.next, limit)})
