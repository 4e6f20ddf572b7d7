"""Searching the audit."""

import re
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.audit_documents import entry_document
from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency, OfPerson
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason
from hub.store.auditing import Sought

router = admin_router()

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def _written_out(given: object) -> object:
    """A time as RFC 3339 has it: else a mere number would be taken for seconds since 1970."""
    if isinstance(given, str) and _RFC3339.fullmatch(given) is None:
        raise ValueError("not as RFC 3339 has it")
    return given


_Time = Annotated[AwareDatetime | None, BeforeValidator(_written_out)]
_Since = Annotated[_Time, Query(description="From this time on (RFC 3339, with its zone).")]
_Until = Annotated[_Time, Query(description="Before this time.")]
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
