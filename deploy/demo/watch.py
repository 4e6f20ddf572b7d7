"""Looks at the systems, the adapters and the hub while the caseload is played, until nothing moves any more."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from adapters.client.running.status import status
from adapters.client.running.store import Store
from adapters.sandbox.native import IS_UNSEEN
from adapters.sandbox.work import PLAYED
from deploy.demo.stage import Stage, check_alive
from deploy.servers.errors import ServerFailed

_LOOK_EVERY_S = 0.5
_QUIET_S = 1.5
_PATIENCE_S = 60.0
_UNSEEN = f"SELECT count(*) FROM told WHERE {IS_UNSEEN}"  # noqa: S608 - a constant
_WAITING = ("inbox", "outbox", "toHandOver", "receiptsDue", "sightingsDue")


@dataclass(frozen=True, slots=True)
class Seen:
    """How far an agency is. entered, announced: documents. told: held as the hub released them.

    waiting: what its adapters have yet to say, to hand over or to acknowledge, and risks its staff is yet to see.
    """

    played: bool
    entered: int
    announced: int
    told: int
    waiting: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is on its way any more, as far as this agency knows."""
        return self.played and self.entered == self.announced and not self.waiting


def watch(stage: Stage, totals: Mapping[str, int], progress: Progress) -> None:
    """Return when everything was entered, and nothing has moved for a while.

    totals: agency -> changes its users will enter.

    Raises:
        ServerFailed: a process ended, or nothing moves though not everything was said.
    """
    tasks = {agency: _tasks(progress, agency, total) for agency, total in totals.items()}
    before: Mapping[str, Seen] = {}
    moved = time.monotonic()
    while True:
        check_alive(stage)
        seen = {agency: look(stage, agency) for agency in totals}
        for agency, (said, told) in tasks.items():
            progress.update(said, completed=min(seen[agency].announced, totals[agency]))
            progress.update(told, completed=seen[agency].told)
        if seen != before or not _hub_is_idle(stage.hub):
            before, moved = seen, time.monotonic()
        still = time.monotonic() - moved
        if still > _QUIET_S and all(each.is_done for each in seen.values()):
            return
        if still > _PATIENCE_S:
            raise ServerFailed(f"nothing has moved for {_PATIENCE_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)


def bars() -> Progress:
    """The progress bars of the demo."""
    return Progress(
        TextColumn("{task.description:<22}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn(), transient=False
    )


def look(stage: Stage, agency: str) -> Seen:
    """How far an agency is, from the stores of its systems and its adapters."""
    waiting = sum(_waiting(beside.store) for beside in stage.adapters if beside.agency == agency)
    store = stage.natives[agency]
    if not store.exists():
        return Seen(played=False, entered=0, announced=0, told=0, waiting=waiting)
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as connection:
        try:
            return _look(connection, waiting)
        except sqlite3.OperationalError:
            # The system has not made its tables yet.
            return Seen(played=False, entered=0, announced=0, told=0, waiting=waiting)


def _waiting(store: Path) -> int:
    if not store.exists():
        return 1
    with closing(Store(store)) as opened:
        told = status(opened)
    return sum(told[name] for name in _WAITING)


def _look(connection: sqlite3.Connection, waiting: int) -> Seen:
    entered, announced = connection.execute("SELECT count(*), count(taken) FROM announcement").fetchone()
    (told,) = connection.execute("SELECT count(*) FROM told").fetchone()
    (unseen,) = connection.execute(_UNSEEN).fetchone()
    played = connection.execute("SELECT 1 FROM note WHERE name = ?", (PLAYED,)).fetchone() is not None
    return Seen(played, entered, announced, told, waiting + unseen)


def _tasks(progress: Progress, agency: str, total: int) -> tuple[TaskID, TaskID]:
    said = progress.add_task(f"{agency} enters", total=total)
    return said, progress.add_task(f"{agency} holds", total=None)


def _hub_is_idle(hub: str) -> bool:
    """Whether the hub owes nobody anything."""
    answer = httpx.get(f"{hub}/health/ready", timeout=30.0).json()
    return bool(answer["relayLagSeconds"] == 0)
