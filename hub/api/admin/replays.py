"""Many dead letters replayed by filter, as a job."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.dead_letter_documents import replay_document
from hub.api.admin.desk import desk_of
from hub.api.admin.documents import job_document
from hub.api.admin.routing import PREFIX, PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import Limit, next_page
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.store.letter_rows import LetterFilter

DEFAULT_LIMIT = 10_000

router = admin_router()

_Job = Annotated[
    str,
    Path(
        description="The job's id.", examples=["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"], max_length=40, pattern=PRINTABLE
    ),
]


@router.post(
    "/dead-letter-replays",
    status_code=202,
    summary="Replay many dead letters",
    response_class=Response,
    responses=answers("Job", "The job; it goes on by itself.", status=202) | problems(*REFUSED, Reason.WRONG_STATE),
    openapi_extra=body("ReplayMany"),
)
async def replay_many(request: Request, caller: Operator) -> Response:
    """Those that wait now and match, once each, the oldest first; one that is refused again never stops others."""
    document = await asked(request, "ReplayMany")
    given = document["filter"]
    which = LetterFilter(given.get("agency"), given.get("reason"), None, _time(given, "since"), _time(given, "until"))
    job = await desk_of(request).replaying.ask(which, document.get("limit", DEFAULT_LIMIT), caller.name)
    return answer(job_document(job), {"Location": f"{PREFIX}/dead-letter-replays/{job.id}"}, 202)


@router.get(
    "/dead-letter-replays/{job}",
    summary="See what came of many replays",
    response_class=Response,
    responses=answers("Replays", "So far.") | problems(Reason.NOT_FOUND),
)
async def read_replays(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    job: _Job,
    after: Annotated[str | None, Query(max_length=400, pattern=PRINTABLE, description="From `next`.")] = None,
    limit: Limit = 50,
) -> Response:
    """How far the job is, and the outcome of each letter that it has replayed."""
    replaying = desk_of(request).replaying
    row = await replaying.job(job)
    done = await replaying.outcomes(job, limit + 1, after or "")
    cursor = done[limit - 1].position if len(done) > limit else None
    replays = [replay_document(each) for each in done[:limit]]
    return answer({"job": job_document(row), "replays": replays, "next": next_page(request, cursor, limit)})


def _time(given: Json, name: str) -> datetime | None:
    """A time that the shape has found well formed; RFC 3339 knows some that Python, or UTC, has not."""
    if name not in given:
        return None
    try:
        return datetime.fromisoformat(given[name]).astimezone(UTC)
    except (ValueError, OverflowError):
        fault = Fault(f"/filter/{name}", "format", "there is no such time")
        raise Rejected(Reason.INVALID_BODY, "the request is not as the API describes it", (fault,)) from None
