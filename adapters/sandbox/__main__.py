"""One pretend agency's systems in a process of their own: `python -m adapters.sandbox --help`.

Its users enter a caseload; what they enter is announced to the adapters' hooks, and the adapters hand over on the
port given. It knows no hub. It ends on SIGTERM or SIGINT.
"""

import asyncio
import logging
import signal
import socket
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.sandbox.announcing import announce
from adapters.sandbox.caseload.caseload import caseload
from adapters.sandbox.desk import desk
from adapters.sandbox.native import NativeStore
from adapters.sandbox.seeing import see
from adapters.sandbox.work import play
from hub.listening import serve
from hub.log import configure


@dataclass(frozen=True, slots=True)
class _Told:
    """What the process was told to do. hooks: system -> address of its adapter's hook."""

    agency: str
    store: Path
    port: int
    hooks: dict[str, str]
    people: int
    seed: int
    until: datetime


def main(
    agency: Annotated[str, typer.Option(help="probation or prison.")],
    store: Annotated[Path, typer.Option(help="The SQLite file of its documents.")],
    port: Annotated[int, typer.Option(help="Where its adapters hand over, on 127.0.0.1.")],
    hook: Annotated[list[str], typer.Option(help="system=address of an adapter's hook; one for each system.")],
    people: Annotated[int, typer.Option(help="How many people the caseload has.")],
    until: Annotated[datetime, typer.Option(help="The caseload ends then, UTC.", formats=["%Y-%m-%dT%H:%M:%S%z"])],
    seed: Annotated[int, typer.Option(help="The same seed gives the same caseload.")] = 1,
) -> None:
    """Play an agency's part of the caseload, then go on keeping what is handed over."""
    configure(level=logging.WARNING)
    hooks = dict(each.split("=", 1) for each in hook)
    asyncio.run(_run(_Told(agency, store, port, hooks, people, seed, until)))


async def _run(told: _Told) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    changes = (change for change in caseload(told.people, told.seed, told.until) if change.agency == told.agency)
    with closing(NativeStore(told.store)) as store:
        listening = socket.create_server(("127.0.0.1", told.port))
        working = asyncio.gather(
            announce(store, told.hooks, time.time),
            play(store, changes, time.time),
            see(store, told.hooks, time.time),
        )
        serving = asyncio.create_task(serve(desk(store, time.time), listening, stop))
        await asyncio.wait((working, serving), return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        stop.set()
        await serving
        with suppress(asyncio.CancelledError):
            await working


if __name__ == "__main__":
    typer.run(main)
