"""The one file in which an adapter keeps everything it must not lose: what came, what it says, what it was told."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.client.running.inbox import Inbox
from adapters.client.running.outbox import Outbox
from adapters.client.running.parts import StoredParts
from adapters.client.running.releases import Releases
from adapters.client.running.sightings import Sightings
from adapters.client.running.told import Told
from hub.domain.errors import Halt

_SECONDS_TO_WAIT_FOR_A_LOCK = 30.0
_OWNER_ONLY = 0o600


class Store:
    """An adapter's file, open. Changes are made inside `transaction`, and are on disk when it ends."""

    def __init__(self, path: Path) -> None:
        self._connection = _connect(path)
        self.inbox = Inbox(self._connection)
        self.parts = StoredParts(self._connection)
        self.outbox = Outbox(self._connection)
        self.releases = Releases(self._connection)
        self.told = Told(self._connection)
        self.sightings = Sightings(self._connection, self.releases)
        with self.transaction():
            for part in (self.inbox, self.parts, self.outbox, self.releases, self.told, self.sightings):
                part.create()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is changed inside, or nothing, whenever Ctrl-C comes. Nothing is awaited inside."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def held_alone(path: Path) -> Iterator[None]:
    """Keep other adapter processes away from a store. Raises `Halt` when one has it."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Halt("another adapter runs on this store; give each its own: ADAPTER_STORE") from error
        yield


def _connect(path: Path) -> sqlite3.Connection:
    """Readable by its owner alone: it holds records of people."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
    except OSError as error:
        raise Halt(f"the adapter's store cannot be opened: {error.strerror}; set ADAPTER_STORE") from error
    connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT_FOR_A_LOCK, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
