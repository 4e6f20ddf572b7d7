"""The file in which the lines of an extract that were not taken are put aside, `FILE.rejected.ndjson`.

It grows round by round, and how far it belongs to what is settled stands with the position of the load. What a kill
left beyond that is cut off again, so that no line is half there and none is there twice.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from hub.domain.errors import Reason, Rejected
from hub.exchange.extract import STANDARD_INPUT

_FOR_THE_OPERATOR_ALONE = 0o600


class RejectedLines:
    """The file, locked; `set_aside` opens it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self.size = 0
        """Bytes written; they are on the disk."""

    def go_on_from(self, kept: int | None) -> None:
        """The first `kept` bytes stand, the rest goes; None for a load that begins.

        Raises:
            Rejected: it holds something else already; or what it held is not there any more.
        """
        size = os.fstat(self._descriptor).st_size
        if kept is None and size > 0:
            raise Rejected(Reason.NOT_COVERED, f"{self._path.name} is there already, from something else; move it away")
        if size < (kept or 0):
            detail = f"{self._path.name} has lost lines put into it before this load broke off; put it back"
            raise Rejected(Reason.NOT_FOUND, detail)
        os.ftruncate(self._descriptor, kept or 0)
        self.size = kept or 0

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Write entries; returns when they are on the disk."""
        written = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in entries)
        remaining = memoryview(written)
        while remaining:
            remaining = remaining[os.write(self._descriptor, remaining) :]
        if written:
            os.fsync(self._descriptor)
            self.size += len(written)


def rejected_file(extract: Path) -> Path:
    """Where the rejected lines of an extract are put; of standard input, in the folder the command runs in."""
    name = "standard-input" if extract == STANDARD_INPUT else extract.name
    return extract.with_name(f"{name}.rejected.ndjson")


@contextmanager
def set_aside(path: Path) -> Iterator[RejectedLines]:
    """The file for one load alone; it is gone at the end if nothing is in it.

    Raises:
        Rejected: another load is writing it, or the folder takes no file.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _FOR_THE_OPERATOR_ALONE)
    except OSError as error:
        raise Rejected(Reason.NOT_FOUND, f"{path} cannot be written: {os.strerror(error.errno or 0)}") from None
    try:
        _lock(path, descriptor)
        yield RejectedLines(path, descriptor)
        if os.fstat(descriptor).st_size == 0:
            path.unlink()
    finally:
        os.close(descriptor)


def _lock(path: Path, descriptor: int) -> None:
    """Until the descriptor is closed, or the process ends. A file that another load has just removed does not do."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        mine = False
    if not mine:
        raise Rejected(Reason.NOT_COVERED, f"another load is writing {path.name}")
