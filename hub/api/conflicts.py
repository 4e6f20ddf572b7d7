"""Conflicts, as agencies may see them."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer
from hub.api.callers import Reader
from hub.api.describe import Name, answers, problems
from hub.api.differences import difference_document
from hub.api.services import services_of
from hub.api.showing import After, Limit, link, next_page
from hub.domain.errors import Reason
from hub.exchange.own_conflicts import OwnConflict

router = APIRouter(tags=["Reading"])


@router.get(
    "/v1/conflicts",
    summary="List where agencies differ that must not",
    response_class=Response,
    responses=answers("OwnConflicts", "By person and record.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_conflicts(request: Request, caller: Reader, after: After = None, limit: Limit = 50) -> Response:
    """Of everybody you know: who says what since when, and what was ruled, where your contract shows you the place."""
    return await _listed(request, caller.agency, None, after, limit)


@router.get(
    "/v1/offenders/{local_id}/conflicts",
    summary="List where agencies differ of a person",
    response_class=Response,
    responses=answers("OwnConflicts", "By record.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def list_conflicts_of_person(
    request: Request, caller: Reader, local_id: Name, after: After = None, limit: Limit = 50
) -> Response:
    """The places that the `marks` of this person's records name, with what is said there."""
    return await _listed(request, caller.agency, local_id, after, limit)


async def _listed(request: Request, agency: str, name: str | None, after: str | None, limit: int) -> Response:
    page = await services_of(request).conflicts.listed(agency, name, after, limit)
    conflicts = [_document(each) for each in page.conflicts]
    return answer({"conflicts": conflicts, "next": next_page(request, page.next, limit)})


def _document(conflict: OwnConflict) -> dict[str, Any]:
    """`OwnConflict` of the API description."""
    person, record_type, key = conflict.record
    return {
        "person": person,
        "localIds": conflict.local_ids,
        "type": record_type,
        "key": key,
        "link": link((*conflict.local_ids, person)[0], record_type, key),
        "differences": [difference_document(each) for each in conflict.differences],
    }
