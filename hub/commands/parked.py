"""`hub parked ...`: what agencies could not apply."""

from typing import Annotated, Any

import typer

from hub.api.admin.delivery_documents import parked_document, retry_document
from hub.commands.looking import Limit
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list, show_one
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

commands = typer.Typer(no_args_is_help=True, help="What agencies could not apply, as they say themselves.")

_Name = Annotated[str, typer.Argument(metavar="AGENCY")]
_Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="of the delivery that is parked")]
_COLUMNS = {
    "number": "number",
    "person": "record.person",
    "type": "record.type",
    "key": "record.key",
    "since (UTC)": "since",
    "why": "faults",
    "retried (UTC)": "retried",
}


@commands.command(name="list")
def list_(name: _Name, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show the deliveries that an agency could not apply, and why."""
    found = on_foundation(lambda base: _listed(base, name, limit))
    show_list("parked", found, _COLUMNS, as_json=as_json)


@commands.command()
def retry(name: _Name, number: _Number, as_json: AsJson = False) -> None:
    """Have a parked record delivered again, as it is now, under a new number."""

    async def ask(base: Foundation) -> dict[str, Any]:
        record = await outlook_on(base, None).retries.retry(operator(base), name, number)
        return retry_document(name, number, record)

    show_one(on_foundation(ask), as_json=as_json)


async def _listed(base: Foundation, name: str, limit: int) -> list[dict[str, Any]]:
    outlook = outlook_on(base, None)
    await outlook.deliveries.one(name)
    page = await outlook.retries.listed(operator(base), name, 0, limit)
    return [parked_document(each) for each in page.parked]
