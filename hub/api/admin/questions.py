"""What somebody must look at: reviews; and finding the people they are about."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.desk import desk_of
from hub.api.admin.question_documents import crowded_document, known_document, review_document
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason

router = admin_router()

OfPerson = Annotated[
    str | None, Query(max_length=36, description="The hub's id of a person; one merged away means the survivor.")
]
OfAgency = Annotated[str | None, Query(max_length=80, pattern=PRINTABLE, description="An agency that is concerned.")]


@router.post(
    "/people/search",
    summary="Find people by local id or identifier",
    response_class=Response,
    responses=answers("PeopleFound", "Who was found, maybe nobody.") | problems(*REFUSED, Reason.UNKNOWN_CODE),
    openapi_extra=body("PeopleSearch"),
)
async def search_people(request: Request, caller: Operator) -> Response:
    """The hub's ids of people, by which reviews, conflicts and the audit are asked for. Looked up by keyed digest."""
    document = await asked(request, "PeopleSearch")
    people = desk_of(request).outlook.people
    if "localId" in document:
        found = await people.by_local_id(document["agency"], document["localId"], caller.name)
    else:
        found = await people.by_identifier(document["scheme"], document["value"], caller.name)
    return answer({"people": [known_document(each) for each in found]})


@router.get(
    "/reviews",
    summary="List open reviews",
    response_class=Response,
    responses=answers("Reviews", "The oldest first.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_reviews(
    request: Request,
    caller: Operator,
    person: OfPerson = None,
    agency: OfAgency = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Pairs of local ids of which nobody could decide whether they are one person. Reading them is audited."""
    page = await desk_of(request).outlook.reviews.listed(caller.name, person, agency, after, limit)
    reviews = [review_document(each) for each in page.reviews]
    return answer({"reviews": reviews, "next": next_page(request, page.next, limit)})


@router.get(
    "/crowded-identifiers",
    summary="List identifiers that too many hold",
    response_class=Response,
    responses=answers("CrowdedIdentifiers", "The oldest first.") | problems(Reason.INVALID_ENVELOPE),
)
async def list_crowded_identifiers(
    request: Request, caller: Operator, after: After = None, limit: Limit = 50
) -> Response:
    """Numbers held by more local ids than one person can have, as placeholders are: they identify nobody.

    An agency that says one corrects it. Reading them is audited.
    """
    page = await desk_of(request).outlook.crowded.listed(caller.name, after, limit)
    identifiers = [crowded_document(each) for each in page.identifiers]
    return answer({"identifiers": identifiers, "next": next_page(request, page.next, limit)})
