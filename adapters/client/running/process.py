"""An adapter at work: payloads in, submissions out, releases in, records out, receipts; until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from adapters.client.link import Link
from adapters.client.native import System
from adapters.client.running.handing import Handing
from adapters.client.running.handover import HandOver
from adapters.client.running.inbound import Inbound
from adapters.client.running.receipts import Receipts
from adapters.client.running.receiving import Receiving
from adapters.client.running.reconciling import Reconciling
from adapters.client.running.sending import Sending
from adapters.client.running.store import Store
from adapters.client.running.target import Target
from adapters.client.running.waiting import any_of, rounds, though_refused
from hub.clock import Clock
from hub.domain.errors import Unavailable
from hub.spec.registry import Registry

_KEPT = timedelta(days=7)
"""What was taken and sent: the hub may still refuse it, over Kafka hours later when it was down."""
_REPEATED_WITHIN = timedelta(days=1)
_HOUR_S = 3_600.0
_GRACE_S = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bells:
    """What tasks tell each other: came payloads, taken and settled ones, kept releases, applied ones."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    kept: asyncio.Event = field(default_factory=asyncio.Event)
    applied: asyncio.Event = field(default_factory=asyncio.Event)


Source = Callable[[Bells], Awaitable[None]]
"""Brings payloads into the store until the bells say stop."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What an adapter is made of. target: None where releases are not handed over.

    reconciling: what makes rounds every so many minutes; None where none are made.
    """

    system: System
    agency: str
    registry: Registry
    store: Store
    link: Link
    sources: tuple[Source, ...]
    target: Target | None
    now: Clock
    reconciling: Reconciling | None = None
    reconcile_minutes: float | None = None


async def run(adapter: Adapter, bells: Bells) -> None:
    """Work until told to stop, then finish what is under way; all that is not done stands in the store.

    Raises:
        Halt: an operator must act; everything else has been stopped in good order.
    """
    stop = bells.stop
    working = [asyncio.ensure_future(_ending(stop, each)) for each in _work(adapter, bells)]
    listening = [asyncio.ensure_future(_ending(stop, each)) for each in _listening(adapter, bells)]
    await stop.wait()
    await asyncio.wait(working, timeout=_GRACE_S)
    await adapter.link.close()
    if adapter.reconciling is not None:
        await adapter.reconciling.close()
    ended = await asyncio.gather(*working, *listening, return_exceptions=True)
    if adapter.target is not None:
        await adapter.target.close()
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    _log.info("stopped")


def _work(adapter: Adapter, bells: Bells) -> list[Awaitable[None]]:
    """What ends when it is told to stop."""
    store, link, stop = adapter.store, adapter.link, bells.stop
    inbound = Inbound(store, adapter.system, adapter.agency, adapter.registry, partial(_ring, bells))
    sending = Sending(store, link)
    work: list[Awaitable[None]] = [source(bells) for source in adapter.sources]
    work.append(rounds(stop, bells.came, inbound.step))
    work.append(though_refused(stop, partial(rounds, stop, bells.taken, sending.step)))
    work.append(_forget(adapter, stop))
    if adapter.target is not None:
        receipts = Receipts(store, adapter.system, link)
        hand_over = HandOver(store, adapter.system, adapter.target, adapter.agency, adapter.now)
        work.append(Handing(store, hand_over).run(stop, bells.kept, bells.applied))
        work.append(though_refused(stop, partial(rounds, stop, bells.applied, receipts.step)))
    if adapter.reconciling is not None and adapter.reconcile_minutes is not None:
        work.append(adapter.reconciling.every(adapter.reconcile_minutes, stop))
    return work


def _listening(adapter: Adapter, bells: Bells) -> list[Awaitable[None]]:
    """What ends when the link is closed."""
    hearing = though_refused(bells.stop, Sending(adapter.store, adapter.link).hear)
    if adapter.target is None:
        return [hearing]
    receiving = Receiving(adapter.store, adapter.link, adapter.system.hands_over)
    return [hearing, though_refused(bells.stop, partial(receiving.run, bells.kept))]


def _ring(bells: Bells) -> None:
    bells.taken.set()
    bells.settled.set()


async def _ending(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """The work; when it ends, for whatever reason, all is told to stop. What the hub left unanswered then, stands."""
    try:
        await work
    except Unavailable:
        if not stop.is_set():
            raise
    finally:
        stop.set()


async def _forget(adapter: Adapter, stop: asyncio.Event) -> None:
    """What nobody will ask for again leaves the store: it is about people."""
    store = adapter.store
    while not stop.is_set():
        with store.transaction():
            store.inbox.forget(adapter.now() - _KEPT)
            store.outbox.forget()
            store.told.forget(adapter.now() - _REPEATED_WITHIN)
        await any_of([stop], [], _HOUR_S)
