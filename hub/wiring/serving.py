"""`hub serve`: migrates, runs the parts of this process together, and stops them so that nothing is lost."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Collection, Mapping
from enum import StrEnum

import structlog

from hub.domain.errors import Halt
from hub.listening import listen
from hub.settings import Settings
from hub.store.migrations import upgrade
from hub.wiring.foundation import opened
from hub.wiring.memory import settle_memory
from hub.wiring.parts import Bells, Parts, connected

_log = structlog.get_logger(__name__)


class Part(StrEnum):
    """What a process does of the hub's work; health and metrics are served by each. The relay's runs the jobs, too."""

    API = "api"
    RELAY = "relay"
    CONSUME = "consume"


async def serve_hub(settings: Settings, only: Collection[Part]) -> None:
    """Serve until SIGTERM or SIGINT: the parts named, or all there are.

    Then: no more connections and polls are taken, waiting feed readers are answered at once, the batches under way
    are finished and committed, and the relay gives up its lead.

    Raises:
        Halt: an operator must act; every part has been stopped in that same way.
        Unavailable: the database does not answer at start.
    """
    chosen = _chosen(settings, only)
    bells = Bells()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, bells.stop.set)
    with listen(settings.host, settings.port) as listening:
        async with opened(settings) as base, connected(settings) as kafka:
            await upgrade(base.engine)
            for agency in await base.agencies.note_contracts():
                _log.warning("contract_changed", agency=agency)
            parts = Parts(base, bells, kafka)
            running: dict[str, Awaitable[None]] = {"api": parts.api(listening, agencies=Part.API in chosen)}
            if Part.RELAY in chosen:
                running["relay"] = parts.relay()
                running["jobs"] = parts.jobs()
                running["republishing"] = parts.republishing()
                running["rematching"] = parts.rematching()
                running["timekeeping"] = parts.timekeeping()
                running["forgetting"] = parts.forgetting()
                running["matching"] = parts.matching()
                running["measuring"] = parts.measuring()
                if settings.alert_webhook is not None:
                    running["telling"] = parts.telling(settings.alert_webhook.get_secret_value())
            if Part.CONSUME in chosen and kafka is not None:
                running["consume"] = parts.consume(kafka)
            settle_memory()
            await _together(running, bells.stop)
    _log.info("stopped")


def _chosen(settings: Settings, only: Collection[Part]) -> frozenset[Part]:
    if Part.CONSUME in only and settings.kafka_bootstrap is None:
        raise Halt("there is nothing to consume: HUB_KAFKA_BOOTSTRAP is not set")
    return frozenset(only or Part)


async def _together(running: Mapping[str, Awaitable[None]], stop: asyncio.Event) -> None:
    """Run all until each has ended; when one ends, for whatever reason, the others are told to stop."""

    async def run(name: str, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            if not stop.is_set():
                _log.error("part_ended", part=name, exc_info=sys.exception())
            stop.set()

    ended = await asyncio.gather(*(run(name, work) for name, work in running.items()), return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
