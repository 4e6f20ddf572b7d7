"""Jobs and how far they are."""

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.desk import desk_of
from hub.api.admin.documents import job_document
from hub.api.admin.routing import PREFIX, PRINTABLE, AgencyName, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import Limit, next_page
from hub.domain.errors import Reason, Rejected
from hub.store.jobs import JobState

router = admin_router()

_Kind = Annotated[str | None, Query(max_length=80, pattern=PRINTABLE, description="Jobs of this kind only.")]
_State = Annotated[JobState | None, Query(description="Jobs in this state only.")]
_After = Annotated[str | None, Query(max_length=36, pattern=PRINTABLE, description="Jobs older than this one.")]
_Id = Annotated[
    str,
    Path(
        max_length=36, pattern=PRINTABLE, description="The job's id.", examples=["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1d"]
    ),
]


@router.get(
    "/jobs",
    summary="List jobs",
    response_class=Response,
    responses=answers("Jobs", "The newest first.") | problems(),
)
async def list_jobs(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    kind: _Kind = None,
    state: _State = None,
    after: _After = None,
    limit: Limit = 50,
) -> Response:
    """Work that takes longer than a request, with how far it is."""
    found = await desk_of(request).outlook.jobs.listed(limit + 1, after, kind=kind, state=state)
    cursor = found[limit - 1].id if len(found) > limit else None
    return answer({"jobs": [job_document(each) for each in found[:limit]], "next": next_page(request, cursor, limit)})


@router.get(
    "/jobs/{job}",
    summary="Read one job",
    response_class=Response,
    responses=answers("Job", "The job.") | problems(Reason.NOT_FOUND),
)
async def read_job(request: Request, caller: Operator, job: _Id) -> Response:  # noqa: ARG001 - as above
    """One job, with how far it is."""
    found = await desk_of(request).outlook.jobs.read(job)
    if found is None:
        raise Rejected(Reason.NOT_FOUND, "there is no job of this id")
    return answer(job_document(found))


@router.post(
    "/agencies/{agency}/republish",
    status_code=202,
    summary="Have an agency's topic filled again",
    response_class=Response,
    responses=answers("Job", "The job; the relay does it.", status=202)
    | problems(Reason.NOT_FOUND, Reason.WRONG_STATE),
)
async def republish(request: Request, caller: Operator, agency: AgencyName) -> Response:
    """All that the agency holds is published again, with the numbers there were; it leaves out what it has applied."""
    job = await desk_of(request).outlook.republishing.ask(agency, caller.name)
    return answer(job_document(job), {"Location": f"{PREFIX}/jobs/{job.id}"}, 202)


@router.post(
    "/people/match-again",
    status_code=202,
    summary="Have everybody matched anew",
    response_class=Response,
    responses=answers("Job", "The job; matching does it, after whoever is spoken of meanwhile.", status=202)
    | problems(),
)
async def match_again(request: Request, caller: Operator) -> Response:
    """All who are described now are compared again, as after other weights; one such job is under way at a time."""
    job = await desk_of(request).outlook.rematching.ask(caller.name)
    return answer(job_document(job), {"Location": f"{PREFIX}/jobs/{job.id}"}, 202)
