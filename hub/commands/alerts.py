"""`hub alerts ...`: what agencies have not done in time."""

from typing import Annotated, Any

import typer

from hub.api.admin.delivery_documents import alert_document
from hub.commands.looking import Agency, Limit
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list, show_one
from hub.store.alerts import AlertState
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

commands = typer.Typer(no_args_is_help=True, help="What agencies have not done in time.")

_State = Annotated[AlertState | None, typer.Option(help="alerts in this state only")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="of the alert")]
_Reason = Annotated[str, typer.Option(help="what was done, or who does it; for the audit", prompt=True)]
_COLUMNS = {
    "id": "id",
    "agency": "agency",
    "why": "why",
    "state": "state",
    "type": "record.type",
    "number": "number",
    "due (UTC)": "due",
    "raised (UTC)": "raised",
}


@commands.command(name="list")
def list_(agency: Agency = None, state: _State = AlertState.OPEN, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show alerts, the first raised first; those that are open, unless told."""

    async def ask(base: Foundation) -> list[dict[str, Any]]:
        page = await outlook_on(base, None).alerts.listed(operator(base), agency, state, None, limit)
        return [alert_document(each) for each in page.alerts]

    show_list("alerts", on_foundation(ask), _COLUMNS, as_json=as_json)


@commands.command()
def acknowledge(alert: _Id, reason: _Reason, as_json: AsJson = False) -> None:
    """Say that somebody has seen to an alert."""

    async def ask(base: Foundation) -> dict[str, Any]:
        return alert_document(await outlook_on(base, None).alerts.acknowledge(operator(base), alert, reason))

    show_one(on_foundation(ask), as_json=as_json)
