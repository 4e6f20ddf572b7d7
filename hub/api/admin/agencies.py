"""Agencies: registered, looked at, suspended, resumed, given a new secret."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.desk import desk_of
from hub.api.admin.documents import agency_document, credentials_document
from hub.api.admin.routing import PREFIX, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason
from hub.trust.agencies import Scope

router = admin_router()

_Name = Annotated[str, Path(description="The agency, as in its contract.", examples=["prison"])]
_SECRET_ONCE = {"Cache-Control": "no-store"}


@router.get(
    "/agencies",
    summary="List the agencies",
    response_class=Response,
    responses=answers("Agencies", "By name.") | problems(),
)
async def list_agencies(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Every registered agency, with the state of its input."""
    rows = [row for row in await desk_of(request).agencies.all() if after is None or row.name > after]
    cursor = rows[limit - 1].name if len(rows) > limit else None
    return answer(
        {"agencies": [agency_document(row) for row in rows[:limit]], "next": next_page(request, cursor, limit)}
    )


@router.post(
    "/agencies",
    status_code=201,
    summary="Register an agency",
    response_class=Response,
    responses=answers("AgencyCredentials", "Registered; the secret is told this once.", status=201)
    | problems(*REFUSED, Reason.NOT_COVERED, Reason.WRONG_STATE),
    openapi_extra=body("NewAgency"),
)
async def add_agency(request: Request, caller: Operator) -> Response:
    """Give an agency that has a contract its credentials."""
    document = await asked(request, "NewAgency")
    scopes = [Scope(scope) for scope in document.get("scopes", (Scope.SUBMIT, Scope.READ))]
    made = await desk_of(request).agencies.add(document["name"], scopes, caller.name)
    headers = {**_SECRET_ONCE, "Location": f"{PREFIX}/agencies/{quote(made.agency, safe='')}"}
    return answer(credentials_document(made), headers, 201)


@router.get(
    "/agencies/{name}",
    summary="Read one agency",
    response_class=Response,
    responses=answers("Agency", "The agency.") | problems(Reason.NOT_FOUND),
)
async def read_agency(request: Request, caller: Operator, name: _Name) -> Response:  # noqa: ARG001 - as above
    """An agency, with the state of its input."""
    return answer(agency_document(await desk_of(request).agencies.one(name)))


@router.post(
    "/agencies/{name}/suspend",
    summary="Suspend an agency",
    response_class=Response,
    responses=answers("Agency", "Suspended.") | problems(Reason.NOT_FOUND),
)
async def suspend_agency(request: Request, caller: Operator, name: _Name) -> Response:
    """Its tokens end within seconds, it gets no new ones, and what it sends over Kafka waits."""
    agencies = desk_of(request).agencies
    await agencies.suspend(name, caller.name)
    return answer(agency_document(await agencies.one(name)))


@router.post(
    "/agencies/{name}/resume",
    summary="Lift an agency's suspension",
    response_class=Response,
    responses=answers("Agency", "Resumed.") | problems(Reason.NOT_FOUND),
)
async def resume_agency(request: Request, caller: Operator, name: _Name) -> Response:
    """It gets tokens again, and what it has sent over Kafka meanwhile is taken."""
    agencies = desk_of(request).agencies
    await agencies.resume(name, caller.name)
    return answer(agency_document(await agencies.one(name)))


@router.post(
    "/agencies/{name}/secret",
    summary="Give an agency a new secret",
    response_class=Response,
    responses=answers("AgencyCredentials", "The new secret, told this once.") | problems(Reason.NOT_FOUND),
)
async def renew_secret(request: Request, caller: Operator, name: _Name) -> Response:
    """The old secret ends at once; tokens got with it live on until they expire."""
    made = await desk_of(request).agencies.new_secret(name, caller.name)
    return answer(credentials_document(made), _SECRET_ONCE)


@router.post(
    "/agencies/{name}/input/resume",
    summary="Resume an agency's paused input",
    response_class=Response,
    responses=answers("Agency", "It goes on.") | problems(Reason.NOT_FOUND, Reason.WRONG_STATE),
)
async def resume_input(request: Request, caller: Operator, name: _Name) -> Response:
    """What the agency sends over Kafka is taken again, after it was paused for sending nothing but rubbish."""
    agencies = desk_of(request).agencies
    await agencies.resume_input(name, caller.name)
    return answer(agency_document(await agencies.one(name)))
