"""Whether a history has come to rest, and if not, what is still under way."""

from collections.abc import Sequence

from hub.domain.contract import Delivery
from tests.simulation.agencies import Agency, StreamAgency
from tests.simulation.hub import Ground


def underway(ground: Ground, agencies: Sequence[Agency]) -> str:
    """What is not finished, in words; empty when all is."""
    tables, broker = ground.tables, ground.broker
    if tables.backfills:
        return f"{len(tables.backfills)} backfills"
    if tables.owed:
        return f"{len(tables.owed)} debts"
    if tables.unmatched:
        return f"{len(tables.unmatched)} local ids to be compared"
    if tables.parked:
        return f"{len(tables.parked)} parked deliveries"
    if tables.dead_letters.keys() != tables.notified:
        return "notices of dead letters"
    for topic in ground.inputs:
        if broker.committed(topic) < broker.topic(topic).end:
            return f"{topic} is not read"
    return next((each for each in (_unread(ground, agency) for agency in agencies) if each), "")


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
