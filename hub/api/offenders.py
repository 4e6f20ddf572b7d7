"""A person: the one offender record, and the timeline of all records."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer
from hub.api.callers import Reader, Submitter, WriteRoute
from hub.api.describe import SUBMITTING, LocalId, Name, answers, problems, written_by
from hub.api.services import services_of
from hub.api.showing import After, Limit, link, next_page, shown_answer
from hub.api.writing import put, withdraw
from hub.domain.errors import Reason

writes = APIRouter(route_class=WriteRoute, tags=["Submitting"])
reads = APIRouter(tags=["Reading"])


@writes.put(
    "/v1/offenders/{local_id}",
    summary="Say all that you hold on a person",
    response_class=Response,
    responses=answers("Outcome", "Taken.") | problems(*SUBMITTING),
    openapi_extra=written_by([], "offender"),
)
async def put_offender(request: Request, caller: Submitter, local_id: LocalId) -> Response:
    """The whole offender record as you now hold it. Absent says nothing, null says that there is none."""
    return await put(request, caller, local_id, "offender", {})


@writes.delete(
    "/v1/offenders/{local_id}",
    summary="Withdraw what you said of a person",
    response_class=Response,
    responses=answers("Outcome", "Withdrawn.") | problems(*SUBMITTING),
    openapi_extra=written_by([], None),
)
async def withdraw_offender(request: Request, caller: Submitter, local_id: LocalId) -> Response:
    """You say nothing any more in the offender record; what others say stays."""
    return await withdraw(request, caller, local_id, "offender", {})


@reads.get(
    "/v1/offenders/{local_id}",
    summary="Read a person's offender record",
    response_class=Response,
    responses=answers("Shown", "The record.", etag=True)
    | {304: {"description": "You have it already."}}
    | problems(Reason.NOT_FOUND),
)
async def get_offender(request: Request, caller: Reader, local_id: Name) -> Response:
    """The offender record all agencies share, as your contract releases it."""
    return shown_answer(request, await services_of(request).reading.offender(caller.agency, local_id))


@reads.get(
    "/v1/offenders/{local_id}/timeline",
    summary="List all of a person's records by their last change",
    response_class=Response,
    responses=answers("Timeline", "Newest first.") | problems(Reason.NOT_FOUND, Reason.INVALID_ENVELOPE),
)
async def get_timeline(
    request: Request, caller: Reader, local_id: Name, after: After = None, limit: Limit = 50
) -> Response:
    """Every record of the person that your contract releases, without its body."""
    listed = await services_of(request).reading.timeline(caller.agency, local_id, after, limit)
    entries = [
        {
            "type": each.type,
            "key": each.key,
            "when": each.changed,
            "digest": each.release.digest,
            "link": link(local_id, each.type, each.key),
        }
        for each in listed.shown
    ]
    return answer({"entries": entries, "next": next_page(request, listed.next, limit)})
