"""Who was released what of a person, who has applied it, and how late."""

from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.delivery_documents import release_held_document
from hub.api.admin.desk import desk_of
from hub.api.admin.routing import PersonId, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason

router = admin_router()


@router.get(
    "/people/{person}/receipts",
    summary="Read who has applied what of a person",
    response_class=Response,
    responses=answers("ReleasesHeld", "By agency and record.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_receipts(
    request: Request, caller: Operator, person: PersonId, after: After = None, limit: Limit = 50
) -> Response:
    """The last delivery of every record to every agency, its receipt, and how late that was. The look is audited."""
    page = await desk_of(request).outlook.punctuality.of_person(caller.name, person, after, limit)
    releases = [release_held_document(each, page.at) for each in page.held]
    return answer({"releases": releases, "next": next_page(request, page.next, limit)})
