"""`hub convergence`: how far agencies hold the one truth, and take part in it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from hub.api.convergence_documents import convergence_document
from hub.commands.looking import Agency
from hub.commands.running import on_foundation
from hub.commands.showing import AsJson, percent, print_json, show_list
from hub.wiring.outlook import outlook_on

_COLUMNS = {
    "agency": "agency",
    "day (UTC)": "day",
    "records": "records",
    "agreeing": "agreeing",
    "agreement": "agreement",
    "oldest disagreement (UTC)": "oldestDisagreement",
    "conflicts": "conflicts",
    "reviews": "reviews",
    "risks": "risks.toBeSeen",
    "seen": "risks.seen",
    "notices": "notices.given",
    "late": "notices.late",
    "missed": "notices.missed",
    "properties filled": "filled",
    "taken": "taken",
    "measured (UTC)": "measured",
}


def convergence(
    agency: Agency = None,
    days: Annotated[int, typer.Option(help="so many days, today among them", min=1, max=366)] = 30,
    as_json: AsJson = False,
) -> None:
    """Show how much of what agencies hold is what they were released, and how much they fill and take, day by day."""
    measured = on_foundation(lambda base: outlook_on(base, None).measuring.history(days, agency))
    document = convergence_document(measured)
    if as_json:
        print_json(document)
        return
    rows = [_row(each["agency"], day) for each in document["agencies"] for day in each["days"]]
    show_list("days", rows, _COLUMNS, as_json=False)


def _row(agency: str, day: Mapping[str, Any]) -> dict[str, Any]:
    properties = day["properties"]
    return {
        **day,
        "agency": agency,
        "agreement": percent(day["agreeing"], day["records"]),
        "filled": percent(properties["filled"], properties["specification"]),
        "taken": percent(properties["taken"], properties["specification"]),
    }
