"""Alerts for operators: what stands open, and saying that somebody has seen to it."""

from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.domain.errors import Reason, Rejected
from hub.exchange.consulting import consultation
from hub.ports import AuditRow
from hub.store.alerts import AlertRow, AlertState, AlertStore
from hub.store.auditing import AuditStore

SHORTEST_REASON = 3
"""Characters."""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts. last: the id after which there are more, None at the end."""

    alerts: list[AlertRow]
    last: str | None


class Alerts:
    """The use case. Every method raises `Unavailable` or `Halt`. operator: who asks, for the audit."""

    def __init__(self, store: AlertStore, audit: AuditStore, now: Clock) -> None:
        self._store = store
        self._audit = audit
        self._now = now

    async def listed(
        self, operator: str, agency: str | None, state: AlertState | None, after: str | None, limit: int
    ) -> AlertPage:
        """Alerts, the first raised first, beyond one; of one agency, in one state, if they are named."""
        rows = await self._store.listed(agency, state, after, limit + 1)
        found, now = rows[:limit], self._now()
        await self._audit.note(
            [consultation(now, operator, "alerts", each.record.person, each.record[1:], each.agency) for each in found]
        )
        return AlertPage(found, found[-1].id if len(rows) > limit else None)

    async def acknowledge(self, operator: str, id_: str, reason: str) -> AlertRow:
        """Say that somebody has seen to it; why, for the audit.

        Raises:
            Rejected: `invalid-body` without a reason; `not-found`; `wrong-state` when it was acknowledged before
                or has closed by itself.
        """
        if len(reason.strip()) < SHORTEST_REASON:
            raise Rejected(Reason.INVALID_BODY, "a reason is given in words")
        found = await self._store.read(id_)
        if found is None:
            raise Rejected(Reason.NOT_FOUND, "there is no alert of this id")
        if not await self._store.acknowledge(id_, operator, reason, self._entry(operator, found, reason, self._now())):
            raise Rejected(Reason.WRONG_STATE, "the alert is not open any more")
        return await self._store.read(id_) or found

    def _entry(self, operator: str, alert: AlertRow, reason: str, now: datetime) -> AuditRow:
        named = (alert.agency, *alert.record)
        return AuditRow(now, "alert-acknowledged", operator, *named, reference=alert.id, purpose=reason)
