"""An agency at work: it plays its part of the caseload, applies what the hub releases, mends what is refused."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TypeVar

import structlog

from adapters.client.link import Event, Link
from adapters.sandbox.agency import Agency, event_of
from adapters.sandbox.caseload.changes import Change, Mishap
from adapters.sandbox.ledger import Outgoing
from adapters.sandbox.returns import Returns
from hub.clock import Clock
from hub.domain.errors import Reason

PLAYED = "played"
"""The note an agency makes when it has sent its whole caseload."""

_CHANGES_AT_ONCE = 50
_LOOKED_OUT_FOR = 5
_SECONDS_TO_COME_BACK = 2.0
_BATCHES_LATE = 2
_CLOCK_AHEAD = timedelta(hours=1)
_MENDABLE = frozenset({Reason.TIME_IN_FUTURE.value, Reason.ID_REUSED.value})

_log = structlog.get_logger(__name__)
_Item = TypeVar("_Item")


async def work(agency: Agency, link: Link, changes: Iterable[Change], now: Clock) -> None:
    """Play, apply and mend until the link is closed."""
    returns = Returns()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_apply(agency, link, returns, now))
        tasks.create_task(_mend(agency, link, now))
        tasks.create_task(_play(agency, link, changes, returns, now))


async def _play(agency: Agency, link: Link, changes: Iterable[Change], returns: Returns, now: Clock) -> None:
    """Enter and send the caseload, batch by batch, with the mishaps of the way.

    The next batch is sent when the last records of the one before have come back: people at their desks do not
    run ahead of the hub either.
    """
    late: list[list[Outgoing]] = [[] for _ in range(_BATCHES_LATE)]
    earlier_id: str | None = None
    for batch in _batches(changes, _CHANGES_AT_ONCE):
        entered = [*zip(agency.enter(batch), batch, strict=True)]
        if earlier_id is not None:
            entered = [(_misnumbered(agency, one, change, earlier_id), change) for one, change in entered]
        events = [event for one, change in entered for event in _mishandled(one, change, now)]
        late.append([one for one, change in entered if change.mishap is Mishap.SENT_LATE])
        sending = late.pop(0)
        agency.note_sent([one for one, change in entered if change.mishap is not Mishap.SENT_LATE], now().timestamp())
        agency.note_sent(sending, now().timestamp())
        new = returns.missing(agency.returned(one) for one, change in entered if change.row is not None)
        await link.submit([*events, *map(event_of, sending)])
        await returns.wait_for_any(new[-_LOOKED_OUT_FOR:], _SECONDS_TO_COME_BACK)
        earlier_id = events[0].id if events else earlier_id
    left = [one for batch in late for one in batch]
    agency.note_sent(left, now().timestamp())
    await link.submit([event_of(one) for one in left])
    agency.note(PLAYED, now().isoformat())


def _misnumbered(agency: Agency, outgoing: Outgoing, change: Change, used_id: str) -> Outgoing:
    return agency.misnumber(outgoing, used_id) if change.mishap is Mishap.ID_REUSED else outgoing


def _mishandled(outgoing: Outgoing, change: Change, now: Clock) -> Iterator[Event]:
    """The submission as it leaves the house: once, twice, with a wrong clock, or not yet."""
    event = event_of(outgoing)
    match change.mishap:
        case Mishap.SENT_LATE:
            return
        case Mishap.SENT_TWICE:
            yield event
            yield event
        case Mishap.CLOCK_AHEAD:
            yield replace(event, time=now() + _CLOCK_AHEAD)
        case _:
            yield event


async def _apply(agency: Agency, link: Link, returns: Returns, now: Clock) -> None:
    """Write down what is released, then say so."""
    async for deliveries in link.deliveries(agency.applied()):
        held = agency.apply(deliveries, now)
        returns.note(deliveries)
        await link.acknowledge(held)


async def _mend(agency: Agency, link: Link, now: Clock) -> None:
    """Say again, rightly, what was refused for a wrong clock or a used id; the rest is for people to mend."""
    async for refusal in link.refusals():
        refused = agency.note_refused(refusal.id or "", refusal.reason)
        _log.info(
            "refused", submission=refusal.id, reason=refusal.reason, path=[fault.path for fault in refusal.faults]
        )
        if refused is not None and refusal.reason in _MENDABLE:
            again = agency.repeat(refused)
            agency.note_sent([again], now().timestamp())
            await link.submit([event_of(again)])


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
