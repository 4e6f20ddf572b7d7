"""How far agencies are, and the hub in what they send."""

from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.delivery_documents import positions_document, progress_document, unacknowledged_document
from hub.api.admin.desk import desk_of
from hub.api.admin.numbers import AfterNumber, number_page
from hub.api.admin.routing import AgencyName, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason

router = admin_router()


@router.get(
    "/deliveries",
    summary="Read how far every agency is",
    response_class=Response,
    responses=answers("AllDeliveries", "By name.") | problems(),
)
async def list_deliveries(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Every agency that is registered or has a contract: what it is owed, was given and has acknowledged."""
    found = await desk_of(request).outlook.deliveries.listed(after or "", limit + 1)
    cursor = found[limit - 1].agency if len(found) > limit else None
    agencies = [progress_document(each) for each in found[:limit]]
    return answer({"agencies": agencies, "next": next_page(request, cursor, limit)})


@router.get(
    "/deliveries/{agency}",
    summary="Read how far one agency is",
    response_class=Response,
    responses=answers("AgencyDeliveries", "The agency.") | problems(Reason.NOT_FOUND),
)
async def read_deliveries(
    request: Request,
    caller: Operator,  # noqa: ARG001 - as above
    agency: AgencyName,
    after: AfterNumber = 0,
    limit: Limit = 50,
) -> Response:
    """One agency, with the records whose delivery has gone unacknowledged longest, by their names only."""
    deliveries = desk_of(request).outlook.deliveries
    progress = await deliveries.one(agency)
    found, last = await deliveries.unacknowledged(progress, after, limit)
    longest = [unacknowledged_document(each) for each in found]
    return answer({**progress_document(progress), "longest": longest, "next": number_page(request, last, limit)})


@router.get(
    "/positions",
    summary="Read who has read how far",
    response_class=Response,
    responses=answers("Positions", "As they are now.") | problems(),
)
async def read_positions(request: Request, caller: Operator) -> Response:  # noqa: ARG001 - as above
    """The hub in every partition of what agencies send over Kafka, and every agency in what the hub delivers."""
    return answer(positions_document(await desk_of(request).outlook.positions()))
