"""The timekeeper: wakes what waits for a date, and raises an alert where nothing has come by then.

Nothing is remembered but in the store. That something is overdue is found there; the alert, and the notice that is to
tell of it outside, are written in the transaction in which it is found. So a crash at any point forgets nothing.
Several timekeepers at once do no harm: each takes what no other is just taking.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import orjson
import structlog

from hub.clock import Clock
from hub.domain.ids import uuid7
from hub.exchange.risk_watch import RiskWatch
from hub.exchange.rounds import rounds
from hub.store.alerts import AlertRow, AlertStore
from hub.store.notices import NoticeRow

BATCH = 500
"""Alerts raised in one transaction, and told of in as few notices as there are agencies."""
LOOK_S = 1.0
"""How often the timekeeper looks; so late an alert may be."""

_MILLI = 1_000

_log = structlog.get_logger(__name__)


class Timekeeper:
    """The use case. tells: whether notices of alerts are to be sent outside, by `hub.exchange.telling`."""

    def __init__(self, alerts: AlertStore, risks: RiskWatch, now: Clock, *, tells: bool) -> None:
        self._alerts = alerts
        self._risks = risks
        self._now = now
        self._tells = tells

    async def run(self, stop: asyncio.Event) -> None:
        """Keep time until told to stop. Raises `Halt`."""
        await rounds("timekeeping", self.step, stop, LOOK_S)

    async def step(self) -> bool:
        """Look at the risks that are due, and raise what is overdue; whether there may be more.

        Raises `Unavailable`, `Halt`.
        """
        more = await self._risks.step()
        raised = await self._alerts.overdue(self._now(), BATCH, notices_of if self._tells else _no_notices)
        for (agency, why), alerts in _together(raised).items():
            _log.warning("overdue", agency=agency, reason=why, count=len(alerts))
        return more or len(raised) >= BATCH


def notices_of(raised: Sequence[AlertRow]) -> list[NoticeRow]:
    """One for each agency and kind of alert.

    `{"id", "agency", "why", "count", "due" of the one that is longest overdue, "alerts": their ids}`, as JSON.
    """
    return [_notice(agency, why, alerts) for (agency, why), alerts in _together(raised).items()]


def _no_notices(_raised: Sequence[AlertRow]) -> list[NoticeRow]:
    return []


def _together(raised: Sequence[AlertRow]) -> dict[tuple[str, str], list[AlertRow]]:
    groups: dict[tuple[str, str], list[AlertRow]] = defaultdict(list)
    for each in raised:
        groups[each.agency, each.why].append(each)
    return groups


def _notice(agency: str, why: str, alerts: Sequence[AlertRow]) -> NoticeRow:
    raised = alerts[0].raised
    id_ = uuid7(int(raised.timestamp() * _MILLI))
    content = {
        "id": id_,
        "agency": agency,
        "why": why,
        "count": len(alerts),
        "due": min(each.due for each in alerts),
        "alerts": [each.id for each in alerts],
    }
    return NoticeRow(id_, orjson.dumps(content, option=orjson.OPT_UTC_Z), 0, raised)
