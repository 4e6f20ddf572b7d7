"""Somebody at risk, whom probation supervises and the prison may know as well: a hub, its timekeeper, and time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.exchange.due import Timekeeper
from hub.exchange.risk_watch import RiskWatch
from hub.store.alerts import AlertStore
from hub.store.watching import WatchStore
from tests.rest import RestHub

OFFENDER = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", "sex": "male"}
PNC = [{"scheme": "pnc", "value": "1981/0000034U"}]
ON_BOTH = pytest.mark.parametrize(
    "behind_rest", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
"""What waits, locks or is undone in the database is tried on both; the rules are the same on either."""
ENTRY = {"scheme": "probation-register", "code": "RHRH", "concern": "serious-harm", "riskLevel": "high"}


@dataclass
class AtRisk:
    """A hub, its timekeeper, and time that passes; probation supervises Quill, whom the prison may know as well."""

    hub: RestHub
    _ids: int = field(default=0)

    def timekeeper(self) -> Timekeeper:
        """A fresh one remembers nothing."""
        base = self.hub.base
        risks = RiskWatch(WatchStore(base.engine), self.hub.contracts, base.keys, base.seal, self.hub.clock)
        return Timekeeper(AlertStore(self.hub.engine), risks, self.hub.clock, tells=True)

    async def passes(self, **time: float) -> None:
        self.hub.now += timedelta(**time)
        timekeeper = self.timekeeper()
        while await timekeeper.step():
            pass
        await self.hub.relayed()

    async def at(self, day: str) -> None:
        self.hub.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        await self.passes()

    async def probation(self, path: str, body: dict[str, Any] | None) -> None:
        await self._says(self.hub.probation, f"/v1/offenders/X1{path}", body)

    async def prison(self, path: str, body: dict[str, Any] | None, *, number: str = "A1234BC") -> None:
        await self._says(self.hub.prison, f"/v1/offenders/{number}{path}", body)

    async def supervised(self) -> None:
        await self.probation("", {**OFFENDER, "identifiers": PNC, "location": {"place": "community"}})

    async def held(self, place: str = "custody", since: str | None = None) -> None:
        location = {"place": place, "since": since}
        await self.prison("", {**OFFENDER, "identifiers": PNC, "location": location})

    async def registered(self, review: str | None, *, reference: str = "R1", **more: Any) -> None:  # noqa: ANN401
        period = {"start": "2026-01-01", "review": review}
        await self.probation(f"/registrations/{reference}", {**ENTRY, "reference": reference, "period": period, **more})

    async def _says(self, client: Any, path: str, body: dict[str, Any] | None) -> None:  # noqa: ANN401
        self._ids += 1
        headers = {"ce-id": f"n{self._ids}"}
        method = "PUT" if body is not None else "DELETE"
        answer = await client.request(method, path, json=body, headers=headers)
        assert answer.status_code in {200, 204}, answer.text
