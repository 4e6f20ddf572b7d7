"""`hub deliveries` and `hub positions`: how far agencies are, and the hub in what they send."""

from typing import Annotated, Any

import typer

from hub.api.admin.delivery_documents import positions_document, progress_document, unacknowledged_document
from hub.commands.running import on_foundation
from hub.commands.showing import AsJson, print_json, show_list, show_one
from hub.exchange.positions import Positions
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on
from hub.wiring.parts import connected

_EVERYBODY = 1_000
_COLUMNS = {
    "agency": "agency",
    "owed": "owed.count",
    "unpublished": "unpublished.count",
    "no receipt": "unacknowledged.count",
    "lag (s)": "lag.seconds",
    "withheld": "withheld",
    "rejected": "rejected",
    "parked": "parked",
    "stopped": "stopped",
}
_INPUTS = {
    "agency": "agency",
    "partition": "partition",
    "committed": "committed",
    "end": "end",
    "to be taken": "lag",
}
_OUTPUTS = {
    "agency": "agency",
    "published": "published",
    "acknowledged": "acknowledged",
    "at (UTC)": "at",
    "unacknowledged": "lag",
}


def deliveries(
    agency: Annotated[str | None, typer.Argument(help="this agency, with what waits longest for its word")] = None,
    limit: Annotated[int, typer.Option(help="so many unacknowledged at most", min=1, max=1_000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what agencies are owed, were given and have acknowledged."""
    if agency is not None:
        show_one(on_foundation(lambda base: _one(base, agency, limit)), as_json=as_json)
        return
    found = on_foundation(lambda base: outlook_on(base, None).deliveries.listed("", _EVERYBODY))
    documents = [progress_document(each) for each in found]
    if not as_json:
        documents = [{**each, "stopped": _stopped(each)} for each in documents]
    show_list("agencies", documents, _COLUMNS, as_json=as_json)


def positions(as_json: AsJson = False) -> None:
    """Show how far the hub has read what agencies send, and agencies what the hub delivers."""
    document = positions_document(on_foundation(_positions))
    if as_json:
        print_json(document)
        return
    if document["inputs"] is None:
        typer.echo("no broker: agencies send over HTTP")
    else:
        show_list("inputs", document["inputs"], _INPUTS, as_json=False)
    show_list("outputs", document["outputs"], _OUTPUTS, as_json=False)


def _stopped(document: dict[str, Any]) -> str:
    """What keeps an agency from speaking, in words."""
    if document["suspended"] is None:
        return "not registered"
    if document["suspended"]:
        return "suspended"
    return "input paused" if document["inputPaused"] else ""


async def _one(base: Foundation, agency: str, limit: int) -> dict[str, Any]:
    looked_at = outlook_on(base, None).deliveries
    progress = await looked_at.one(agency)
    found, _ = await looked_at.unacknowledged(progress, 0, limit)
    return {**progress_document(progress), "longest": [unacknowledged_document(each) for each in found]}


async def _positions(base: Foundation) -> Positions:
    async with connected(base.settings) as kafka:
        return await outlook_on(base, kafka.positions if kafka else None).positions()
