"""Alerts: what an agency has not done in time, until somebody has seen to it."""

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.delivery_documents import alert_document
from hub.api.admin.desk import desk_of
from hub.api.admin.questions import OfAgency
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import Limit, next_page
from hub.domain.errors import Reason
from hub.store.alerts import AlertState

router = admin_router()

_State = Annotated[AlertState | None, Query(description="Alerts in this state only.")]
_After = Annotated[str | None, Query(max_length=36, pattern=PRINTABLE, description="Alerts raised after this one.")]
_Id = Annotated[
    str,
    Path(
        max_length=36,
        pattern=PRINTABLE,
        description="The alert's id.",
        examples=["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1e"],
    ),
]


@router.get(
    "/alerts",
    summary="List alerts",
    response_class=Response,
    responses=answers("Alerts", "The first raised first.") | problems(),
)
async def list_alerts(
    request: Request,
    caller: Operator,
    agency: OfAgency = None,
    state: _State = None,
    after: _After = None,
    limit: Limit = 50,
) -> Response:
    """What was not applied in time, by the contract's deadlines. A later receipt closes an alert. Looks are audited."""
    page = await desk_of(request).outlook.alerts.listed(caller.name, agency, state, after, limit)
    alerts = [alert_document(each) for each in page.alerts]
    return answer({"alerts": alerts, "next": next_page(request, page.last, limit)})


@router.post(
    "/alerts/{alert}/acknowledge",
    summary="Say that somebody has seen to an alert",
    response_class=Response,
    responses=answers("Alert", "It is acknowledged.") | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("AlertAcknowledgement"),
)
async def acknowledge_alert(request: Request, caller: Operator, alert: _Id) -> Response:
    """It is open no longer; the reason stands in the audit. What is overdue stays so until the agency's receipt."""
    document = await asked(request, "AlertAcknowledgement")
    outlook = desk_of(request).outlook
    return answer(alert_document(await outlook.alerts.acknowledge(caller.name, alert, document["reason"])))
