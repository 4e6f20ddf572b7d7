from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from adapters.client.link import Event, Link, Refusal
from adapters.client.native import Said
from adapters.client.running.inbox import Arrival, Stage
from adapters.client.running.outbox import Slot
from adapters.client.running.sending import Sending
from adapters.client.running.store import Store
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hub:
    """Refuses what says so: a submission, a whole request with such a body, or everybody."""

    def __init__(self, known: frozenset[Reason] = frozenset()) -> None:
        self.got: list[str] = []
        self.refuses = known

    async def submit(self, events: Sequence[Event]) -> Sequence[Refusal]:
        for reason in self.refuses:
            raise Rejected(reason, "no")
        if any(event.body == "huge" for event in events):
            raise Rejected(Reason.TOO_LARGE, "too large")
        self.got += [event.body for event in events]
        return [
            Refusal(event.id, "invalid-body", "", (Fault("/names", "required", ""),))
            for event in events
            if event.body == "bad"
        ]

    async def refusals(self) -> AsyncIterator[Refusal]:
        yield Refusal("nobody's", "invalid-body", "", ())


def say(store: Store, *bodies: Json) -> None:
    for body in bodies:
        with store.transaction():
            store.inbox.keep([Arrival(b"{}", NOW, {})])
            (row,) = store.inbox.waiting(1)
            store.inbox.settle(row.position, ())
            slot = Slot("offender", "A1", "-", "")
            store.outbox.say(Said("offender", "A1", NOW, body), slot, "1.0.0", row.position)


def sending(store: Store, hub: Hub) -> Sending:
    return Sending(store, cast(Link, hub))


async def test_what_is_said_is_sent_in_order_and_once(store: Store) -> None:
    hub = Hub()
    say(store, "a", "b", "c")
    assert await sending(store, hub).step() == 3
    assert await sending(store, hub).step() == 0
    assert hub.got == ["a", "b", "c"]


async def test_what_the_hub_refuses_parks_its_payload(store: Store) -> None:
    say(store, "a", "bad", "c")
    await sending(store, Hub()).step()
    (refused,) = store.outbox.all_refused()
    assert (refused.reason, refused.faults[0].path) == ("invalid-body", "/names")
    assert [row.position for row in store.inbox.parked()] == [refused.payload]
    assert store.outbox.count() == {"sent": 2, "refused": 1}


async def test_one_submission_that_no_request_can_carry_does_not_hold_up_the_others(store: Store) -> None:
    hub = Hub()
    say(store, "a", "b", "huge", "c", "d")
    await sending(store, hub).step()
    assert hub.got == ["a", "b", "c", "d"]
    assert [each.reason for each in store.outbox.all_refused()] == ["too-large"]


async def test_for_wrong_credentials_no_submission_is_to_blame(store: Store) -> None:
    say(store, "a")
    with pytest.raises(Rejected):
        await sending(store, Hub(frozenset({Reason.UNAUTHENTICATED}))).step()
    assert store.outbox.count() == {"waiting": 1}


async def test_a_refusal_heard_twice_or_of_nobodys_submission_changes_nothing(store: Store) -> None:
    say(store, "bad")
    await sending(store, Hub()).step()
    await sending(store, Hub()).hear()
    assert store.inbox.count()[Stage.PARKED] == 1
