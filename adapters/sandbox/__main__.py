"""One pretend agency in a process of its own: `python -m adapters.sandbox --help`.

Its credentials come from the environment: SANDBOX_CLIENT_ID and SANDBOX_CLIENT_SECRET. It ends on SIGTERM or
SIGINT, when what is under way is done.
"""

import asyncio
import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.client.feed import FeedLink
from adapters.client.link import Link
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from adapters.sandbox.agency import Agency
from adapters.sandbox.caseload.caseload import caseload
from adapters.sandbox.desk import DeskLink
from adapters.sandbox.systems import native_systems
from adapters.sandbox.work import work
from hub.clock import utc_now
from hub.log import configure
from hub.spec.registry import Registry, schemas_folder

CLIENT_ID = "SANDBOX_CLIENT_ID"
CLIENT_SECRET = "SANDBOX_CLIENT_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class _Told:
    """What the process was told to do."""

    agency: str
    store: Path
    hub: str
    people: int
    seed: int
    until: datetime
    kafka: str | None


def main(
    agency: Annotated[str, typer.Option(help="probation or prison.")],
    store: Annotated[Path, typer.Option(help="The SQLite file of its native store.")],
    hub: Annotated[str, typer.Option(help="Base address of the hub, such as http://127.0.0.1:8080.")],
    people: Annotated[int, typer.Option(help="How many people the caseload has.")],
    until: Annotated[datetime, typer.Option(help="The caseload ends then, UTC.", formats=["%Y-%m-%dT%H:%M:%S%z"])],
    seed: Annotated[int, typer.Option(help="The same seed gives the same caseload.")] = 1,
    kafka: Annotated[str | None, typer.Option(help="host:port; without it everything goes over HTTP.")] = None,
) -> None:
    """Play an agency's part of the caseload, then go on applying what the hub releases."""
    configure(level=logging.WARNING)
    asyncio.run(_run(_Told(agency, store, hub, people, seed, until, kafka)))


async def _run(told: _Told) -> None:
    registry = Registry.load(schemas_folder())
    agency = Agency(told.store, native_systems(schemas_folder())[told.agency], registry)
    link = _link(told)
    changes = (change for change in caseload(told.people, told.seed, told.until) if change.agency == told.agency)
    working = asyncio.ensure_future(work(agency, link, changes, utc_now))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await working
    finally:
        await link.close()
        agency.close()


def _link(told: _Told) -> Link:
    if told.kafka is not None:
        return StreamLink(Broker(told.kafka), told.agency)
    link = DeskLink if told.agency == "probation" else FeedLink
    return link(told.hub, told.agency, os.environ[CLIENT_ID], os.environ[CLIENT_SECRET])


if __name__ == "__main__":
    typer.run(main)
