"""Operators: who they are, and that one of them may do nothing any more.

Registering one, giving a new secret and lifting a suspension is for whoever has the hub's keys, by command line:
whoever steals an operator's token cannot make themselves another way in.
"""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.desk import desk_of
from hub.api.admin.documents import operator_document
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason
from hub.trust.agencies import Role

router = admin_router()

_Name = Annotated[
    str, Path(max_length=80, pattern=PRINTABLE, description="The operator, as the audit says it.", examples=["anna"])
]


@router.get(
    "/operators",
    summary="List the operators",
    response_class=Response,
    responses=answers("Operators", "By name.") | problems(),
)
async def list_operators(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Every registered operator. They are registered by command line only, by whoever has the hub's keys."""
    rows = [row for row in await desk_of(request).agencies.all(Role.OPERATOR) if after is None or row.name > after]
    cursor = rows[limit - 1].name if len(rows) > limit else None
    operators = [operator_document(row) for row in rows[:limit]]
    return answer({"operators": operators, "next": next_page(request, cursor, limit)})


@router.post(
    "/operators/{name}/suspend",
    summary="Suspend an operator",
    response_class=Response,
    responses=answers("Operator", "Suspended.") | problems(Reason.NOT_FOUND),
)
async def suspend_operator(request: Request, caller: Operator, name: _Name) -> Response:
    """Their tokens end within seconds, and they get no new ones. It is lifted by command line only."""
    agencies = desk_of(request).agencies
    await agencies.suspend(name, caller.name, Role.OPERATOR)
    return answer(operator_document(await agencies.one(name, Role.OPERATOR)))
