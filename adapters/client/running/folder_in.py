"""Native payloads from a folder: JSON files, one payload each, or NDJSON, one a line; in the order of their names.

A file is let go only when the store has it and it has been taken: it is moved to `taken`, or to `refused` when
something of it was not taken. Files whose names begin with a dot or end in `.part` are being written and are left
alone. `key=value` parts of a name, between commas, are what the way it came says of it:
`section8,crn=X123456,assessmentPk=9630348.json`.
"""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import structlog

from adapters.client.running.inbox import Arrival, Stage
from adapters.client.running.store import Store
from adapters.client.running.waiting import LOOK_S, any_of
from hub.clock import Clock

_TAKEN, _REFUSED = "taken", "refused"
_FILES_AT_ONCE = 50

_log = structlog.get_logger(__name__)


class FolderSource:
    """A folder into which the native system puts what it has to say."""

    def __init__(self, store: Store, folder: Path, now: Clock) -> None:
        self._store = store
        self._folder = folder
        self._now = now
        for name in (_TAKEN, _REFUSED):
            (folder / name).mkdir(exist_ok=True)

    async def run(self, stop: asyncio.Event, came: asyncio.Event, taken: asyncio.Event) -> None:
        """Bring files in until told to stop. came: is rung when payloads came. taken: rings when some were taken."""
        while not stop.is_set():
            taken.clear()
            moved = self._step(came)
            if not moved:
                await any_of([stop, taken], [], LOOK_S)

    def _step(self, came: asyncio.Event) -> int:
        """Keep the next files, move those that have been taken; how many these were."""
        moved = 0
        for file in waiting_files(self._folder)[:_FILES_AT_ONCE]:
            arrivals = arrivals_in(file, self._now)
            sources = [each.source for each in arrivals if each.source]
            stages = self._store.inbox.stages(sources)
            if not stages:
                with self._store.transaction():
                    self._store.inbox.keep(arrivals)
                came.set()
            elif Stage.WAITING not in stages:
                self._let_go(file, sources, _REFUSED if Stage.PARKED in stages else _TAKEN)
                moved += 1
        return moved

    def _let_go(self, file: Path, sources: list[str], where: str) -> None:
        """Moved first: a crash between the two only finds payloads again that it knows."""
        file.replace(_free(self._folder / where / file.name))
        with self._store.transaction():
            self._store.inbox.let_go(sources)
        if where == _REFUSED:
            _log.warning("file_refused", path=f"{where}/{file.name}")


def waiting_files(folder: Path) -> list[Path]:
    """The files to bring in, by name."""
    return sorted(
        file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".") and file.suffix != ".part"
    )


def arrivals_in(file: Path, now: Clock) -> list[Arrival]:
    """The payloads of a file, each known by name, content and line. An empty file holds one that says nothing."""
    content = file.read_bytes()
    mark = hashlib.sha256(content).hexdigest()
    lines = content.splitlines() if file.suffix == ".ndjson" else [content]
    documents = [(number, line) for number, line in enumerate(lines, 1) if line.strip()] or [(1, content)]
    about = said_by_name(file)
    return [Arrival(document, now(), about, f"file/{file.name}/{mark}/{number}") for number, document in documents]


def said_by_name(file: Path) -> Mapping[str, str]:
    """What a file's name says of what is in it."""
    parts = [part.partition("=") for part in file.stem.split(",")]
    return {"file": file.name, **{name: value for name, equals, value in parts if equals}}


def _free(file: Path) -> Path:
    """A name that no file has: nothing that was taken before is overwritten."""
    number = 1
    free = file
    while os.path.lexists(free):
        number += 1
        free = file.with_name(f"{file.stem}-{number}{file.suffix}")
    return free
