"""`hub reconciliations`: how agencies' copies differed from what they were delivered."""

from typing import Annotated, Any

import typer

from hub.api.admin.reconciliation_documents import difference_document, reconciliation_document
from hub.commands.looking import Agency, Limit
from hub.commands.running import on_foundation
from hub.commands.showing import AsJson, show_list, show_one
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

_COLUMNS = {
    "id": "id",
    "agency": "agency",
    "at (UTC)": "at",
    "as of": "asOf",
    "buckets": "buckets.given",
    "differing": "buckets.differing",
    "awaited": "buckets.awaited",
    "missing": "differences.missing",
    "stale": "differences.stale",
    "diverging": "differences.diverging",
    "unknown": "differences.unknown",
    "in flight": "inFlight",
    "parked": "parked",
}


def reconciliations(
    id_: Annotated[str | None, typer.Argument(metavar="ID", help="this one, with the records that differed")] = None,
    agency: Agency = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what came of holding agencies' copies against what they were delivered, the newest first."""
    if id_ is not None:
        show_one(on_foundation(lambda base: _one(base, id_, limit)), as_json=as_json)
        return
    rows, _ = on_foundation(lambda base: outlook_on(base, None).reconciliations.listed(agency, None, limit))
    show_list("reconciliations", [reconciliation_document(row) for row in rows], _COLUMNS, as_json=as_json)


async def _one(base: Foundation, id_: str, limit: int) -> dict[str, Any]:
    row, differences, _ = await outlook_on(base, None).reconciliations.one(id_, None, limit)
    return {**reconciliation_document(row), "found": [difference_document(each) for each in differences]}
