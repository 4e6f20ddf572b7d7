"""Looks at both agencies' stores and at the hub while the caseload is played, until nothing moves any more."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from adapters.sandbox.work import PLAYED
from deploy.demo.stage import Stage, check_alive
from deploy.servers.errors import ServerFailed

_LOOK_EVERY_S = 0.25
_QUIET_S = 1.5
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """How far an agency is. waiting: submissions queued and not yet sent."""

    played: bool
    sent: int
    waiting: int
    applied: int


def watch(stage: Stage, totals: Mapping[str, int], progress: Progress) -> None:
    """Return when both agencies have sent everything and nothing has moved for a while.

    totals: agency -> submissions it will send.

    Raises:
        ServerFailed: a process ended, or nothing moves though not everything was sent.
    """
    tasks = {agency: _tasks(progress, agency, total) for agency, total in totals.items()}
    before: Mapping[str, Seen] = {}
    moved = time.monotonic()
    while True:
        check_alive(stage)
        seen = {agency: look(store) for agency, store in stage.stores.items()}
        for agency, (said, applied) in tasks.items():
            progress.update(said, completed=seen[agency].sent)
            progress.update(applied, completed=seen[agency].applied)
        if seen != before or not _hub_is_idle(stage.hub):
            before, moved = seen, time.monotonic()
        still = time.monotonic() - moved
        if still > _QUIET_S and all(each.played and not each.waiting for each in seen.values()):
            return
        if still > _PATIENCE_S:
            raise ServerFailed(f"nothing has moved for {_PATIENCE_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)


def bars() -> Progress:
    """The progress bars of the demo."""
    return Progress(
        TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn(), transient=False
    )


def look(store: Path) -> Seen:
    """How far the agency is, from its own store."""
    if not store.exists():
        return Seen(played=False, sent=0, waiting=0, applied=0)
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as connection:
        try:
            return _look(connection)
        except sqlite3.OperationalError:
            # The agency has not made its tables yet.
            return Seen(played=False, sent=0, waiting=0, applied=0)


def _look(connection: sqlite3.Connection) -> Seen:
    sent, waiting = connection.execute("SELECT count(sent), count(*) - count(sent) FROM outgoing").fetchone()
    (applied,) = connection.execute("SELECT count(*) FROM applied").fetchone()
    played = connection.execute("SELECT 1 FROM note WHERE name = ?", (PLAYED,)).fetchone() is not None
    return Seen(played, sent, waiting, applied)


def _tasks(progress: Progress, agency: str, total: int) -> tuple[TaskID, TaskID]:
    said = progress.add_task(f"{agency} says", total=total)
    return said, progress.add_task(f"{agency} applies", total=None)


def _hub_is_idle(hub: str) -> bool:
    """Whether the hub owes nobody anything."""
    answer = httpx.get(f"{hub}/health/ready", timeout=30.0).json()
    return bool(answer["relayLagSeconds"] == 0)
