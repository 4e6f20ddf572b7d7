"""Deliveries for whoever reads them here, and receipts from whoever applied them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer, read_json
from hub.api.callers import Reader
from hub.api.describe import answers, body, problems
from hub.api.services import services_of
from hub.domain.errors import Reason
from hub.exchange.envelope import JSON
from hub.exchange.parked import Parked, Parking, read_parked
from hub.exchange.receipts import Receipt, Settlement, read_receipts, settle

router = APIRouter(tags=["Deliveries"])


@router.get(
    "/v1/feed",
    summary="Read deliveries, waiting for more",
    response_class=Response,
    responses=answers("Feed", "What there is beyond `after`; empty when nothing came in time.")
    | problems(Reason.NOT_COVERED),
)
async def read_feed(
    request: Request,
    caller: Reader,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="The last number you have read; 0 at first.")] = 0,
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds to wait for a delivery if there is none.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="How many at most.")] = 100,
) -> Response:
    """Your releases by ascending number. Read on from `next`; one that has been overtaken is left out."""
    page = await services_of(request).feed.read(caller.agency, after, limit, wait)
    content = b'{"deliveries":[%b],"next":%d}' % (b",".join(page.deliveries), page.next)
    return Response(content, media_type=JSON, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/receipts",
    summary="Say what you applied, and what you could not",
    response_class=Response,
    responses=answers("Settlements", "Noted.")
    | problems(Reason.BAD_JSON, Reason.TOO_LARGE, Reason.WRONG_CONTENT_TYPE, Reason.INVALID_BODY),
    openapi_extra=body("Receipts"),
)
async def send_receipts(request: Request, caller: Reader) -> Response:
    """A receipt settles every earlier delivery of its record. A digest of your own computing proves agreement.

    What you could not apply is `parked`: the hub's operators see it until a receipt for that record comes.
    """
    document = await read_json(request)
    receipts, parked = read_receipts(document), read_parked(document)
    services = services_of(request)
    settled = await settle(services.receipts, caller.agency, receipts, services.now())
    kept = await services.parkings.park(caller.agency, parked)
    return answer({"outcomes": _told(receipts, settled), "parked": _told(parked, kept)})


def _told(
    said: Sequence[Receipt | Parked], outcomes: Sequence[Settlement | Parking]
) -> list[dict[str, int | Settlement | Parking]]:
    return [{"number": each.number, "outcome": outcome} for each, outcome in zip(said, outcomes, strict=True)]
