"""What the timekeeper raises and looks at, in the databases and in memory alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.submission import micros
from hub.exchange.due import notices_of
from hub.store.alerts import AlertRow, AlertState
from hub.store.watching import Looked, Watched
from tests.contract.conftest import Stores
from tests.contract.test_deadlines import after, applied, due
from tests.contract.test_store_ports import (
    NOW,
    OFFENDER,
    PERSON,
    assertion,
    decision,
    deliver,
    held_by_prison,
    local,
    record,
    write,
)


async def raised(stores: Stores, at: datetime) -> list[tuple[int, datetime]]:
    """The number and the deadline of what is raised."""
    return [(each.number, each.due) for each in await stores.alerts.overdue(at, 10, notices_of)]


async def alerts(stores: Stores, state: AlertState) -> list[AlertRow]:
    return await stores.alerts.listed("prison", state, None, 10)


async def test_what_is_late_is_raised_once_and_by_the_oldest_deadline(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await deliver(stores, due(2, 90))

    assert await raised(stores, after(59)) == []
    assert await raised(stores, after(60)) == [(2, after(60))]
    assert await raised(stores, after(600)) == []
    assert [each.record for each in await alerts(stores, AlertState.OPEN)] == [OFFENDER]


async def test_each_delivery_that_is_late_is_raised_and_a_receipt_closes_the_alerts_up_to_it(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await raised(stores, after(60))
    await deliver(stores, due(2, 90))
    assert await raised(stores, after(90)) == [(2, after(90))]

    await applied(stores, 1)
    still_open = await alerts(stores, AlertState.OPEN)
    await applied(stores, 2)

    assert [each.number for each in still_open] == [2]
    assert [each.closed_by for each in await alerts(stores, AlertState.CLOSED)] == ["receipt", "receipt"]


async def test_what_is_gone_and_was_never_acknowledged_is_waited_for_no_longer(stores: Stores) -> None:
    await deliver(stores, due(1, 60))
    await raised(stores, after(60))

    await deliver(stores, due(2, 90, withdrawn=True))

    assert [each.closed_by for each in await alerts(stores, AlertState.CLOSED)] == ["withdrawal"]
    assert await raised(stores, after(600)) == []


class Looking:
    """Marks the record of whoever is looked at, and wants to look again in a minute."""

    def __init__(self) -> None:
        self.seen: list[Watched] = []

    def __call__(self, watched: Sequence[Watched]) -> Looked:
        self.seen.extend(watched)
        again = micros(after(60))
        return Looked(next={PERSON: again}, marks={OFFENDER: ("/riskLevel",)}, owed={held_by_prison()})


async def test_who_is_to_be_looked_at_is_when_it_is_time_and_the_marks_stay(stores: Stores) -> None:
    said, looking = assertion("s1"), Looking()
    spoken = decision(said=[said], locals_=[local(said.local)], new=[PERSON], records=[record(OFFENDER)])
    await write(stores.store, replace(spoken, watched={PERSON}))

    looked = [await stores.watch.look(at, 10, looking) for at in (NOW, after(59), after(60))]
    await write(stores.store, replace(decision(records=[record(OFFENDER, 9)]), watched={PERSON}))
    looked.append(await stores.watch.look(after(61), 10, looking))

    assert looked == [1, 0, 1, 1]
    assert [(each.person, [*each.agencies]) for each in looking.seen] == [(PERSON, ["prison"])] * 3
    assert [each.marks[OFFENDER] for each in looking.seen] == [(), ("/riskLevel",), ("/riskLevel",)]
    assert [each.held for each in (await stores.relay.look(10, 10)).owed] == [held_by_prison()]
