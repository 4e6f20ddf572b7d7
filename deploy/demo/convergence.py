"""The convergence index, as the hub tells it each agency of itself."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx
from rich.table import Table

from adapters.client.credentials import ClientCredentials
from deploy.demo.stage import Stage
from deploy.servers.errors import ServerFailed
from hub.commands.showing import percent

_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.5

Day: TypeAlias = Mapping[str, Any]
"""`ConvergenceDay` of the API description."""


async def measured_now(stage: Stage) -> dict[str, Day]:
    """By agency, as of now: the hub measures every few seconds here, and is asked until it has.

    Raises:
        ServerFailed: it does not.
    """
    return {agency: await _asked(stage, agency, datetime.now(UTC)) for agency in stage.credentials}


def convergence_table(measured: Mapping[str, Day]) -> Table:
    """The index for people."""
    table = Table(title="Convergence index, as the hub tells each agency", title_justify="left")
    for heading in ("agency", "records", "agree", "oldest", "conflicts", "reviews", "fills", "takes"):
        table.add_column(heading, justify="left" if heading == "agency" else "right")
    for agency, day in measured.items():
        properties = day["properties"]
        table.add_row(
            agency,
            f"{day['records']:,}",
            percent(day["agreeing"], day["records"]),
            _age(day),
            *(f"{day[name]:,}" for name in ("conflicts", "reviews")),
            *(percent(properties[name], properties["specification"]) for name in ("filled", "taken")),
        )
    return table


def seen_by_staff(agency: str, day: Day) -> str:
    """How many risks were seen, by how many, and how late; no names."""
    risks = day["risks"]
    seen, slowest = f"{risks['seen']:,} of {risks['toBeSeen']:,}", risks["slowestSeconds"]
    late = "" if slowest is None else f", the last {slowest:,.1f} s after the change"
    return f"Risks seen at the {agency} service: {seen}, by {risks['staff']} of its staff{late}"


async def _asked(stage: Stage, agency: str, since: datetime) -> Day:
    credentials = stage.credentials[agency]
    auth = ClientCredentials(f"{stage.hub}/oauth/token", credentials.client_id, credentials.secret)
    deadline = time.monotonic() + _PATIENCE_S
    async with httpx.AsyncClient(base_url=stage.hub, auth=auth, timeout=30.0) as client:
        while time.monotonic() < deadline:
            answered = (await client.get("/v1/convergence", params={"days": 2})).raise_for_status()
            days: list[Day] = answered.json()["days"]
            if days and datetime.fromisoformat(days[-1]["measured"]) > since:
                return days[-1]
            await asyncio.sleep(_LOOK_EVERY_S)
    raise ServerFailed(f"the hub has not measured how far {agency} agrees for {_PATIENCE_S:.0f} s")


def _age(day: Day) -> str:
    """Of the oldest disagreement."""
    if day["oldestDisagreement"] is None:
        return "none"
    since, at = (datetime.fromisoformat(day[name]) for name in ("oldestDisagreement", "measured"))
    return f"{(at - since).total_seconds():,.0f} s"
