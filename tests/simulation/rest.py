"""Whether a history has come to rest, and if not, what is still under way."""

from collections.abc import Sequence, Sized
from datetime import datetime

from hub.domain.contract import Delivery
from hub.domain.submission import micros
from tests.simulation.agencies import Agency, StreamAgency
from tests.simulation.hub import Ground


def underway(ground: Ground, agencies: Sequence[Agency]) -> str:
    """What is not finished, in words; empty when all is."""
    tables, broker = ground.tables, ground.broker
    unfinished: dict[str, Sized] = {
        "backfills": tables.backfills,
        "debts": tables.owed,
        "local ids to be compared": tables.unmatched,
        "parked deliveries": tables.parked,
        "notices of dead letters": tables.dead_letters.keys() - tables.notified,
        "persons whose risk is to be looked at": [
            each for each in tables.watch.values() if each <= micros(ground.now())
        ],
        "alerts to be raised": [each for each in _deadlines(ground) if each <= ground.now()],
        "inputs to be read": [each for each in ground.inputs if broker.committed(each) < broker.topic(each).end],
    }
    for what, found in unfinished.items():
        if found:
            return f"{len(found)} {what}"
    return next((each for each in (_unread(ground, agency) for agency in agencies) if each), "")


def _deadlines(ground: Ground) -> list[datetime]:
    """When something is late of which no alert has been raised."""
    of_held = [row.due for row in ground.tables.held.values()]
    of_reviews = [row.due for row in ground.tables.risk_reviews.values()]
    return [due for due in (*of_held, *of_reviews) if due is not None]


def _unread(ground: Ground, agency: Agency) -> str:
    outlet = ground.tables.outlets.get(agency.name)
    if agency.store.unsent:
        return f"{agency.name} has receipts to send"
    if agency.store.parked:
        return f"{agency.name} has parked something"
    if outlet is None:
        return f"{agency.name} has not been looked at"
    if ground.contracts[agency.name].delivery is Delivery.FEED:
        return f"{agency.name} has not read its feed" if agency.read_to < outlet.number else ""
    if outlet.refill or outlet.published < outlet.number:
        return f"{agency.name} is not published to"
    if isinstance(agency, StreamAgency) and agency.read_to < ground.broker.topic(f"hub.out.{agency.name}").end:
        return f"{agency.name} has not read its topic"
    return ""
