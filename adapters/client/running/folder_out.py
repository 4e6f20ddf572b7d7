"""Hands releases over as files: one a record, at `<address>.json`, replaced as a whole and removed when withdrawn."""

import asyncio
import os
from pathlib import Path

import orjson

from adapters.client.running.target import Absent, Answer, Applied, NotApplied, Present, Read, Unreadable
from hub.domain.canonical import Json
from hub.domain.errors import Unavailable

_OUTSIDE = NotApplied("the address leads out of the folder")


class FolderTarget:
    """A folder that the native system reads. Implements `Target`; what is there is what is held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def put(self, address: str, native: Json, idempotency: str) -> Answer:  # noqa: ARG002 - a file is one anyway
        """Write the file, on disk when this returns. Raises `Unavailable`: the disk refuses."""
        file = self._file(address)
        if file is None:
            return _OUTSIDE
        await asyncio.to_thread(_write, file, orjson.dumps(native, option=orjson.OPT_INDENT_2))
        return Applied()

    async def remove(self, address: str, idempotency: str) -> Answer:  # noqa: ARG002 - as above
        """Remove the file, if it is there. Raises `Unavailable`: the disk refuses."""
        file = self._file(address)
        if file is None:
            return _OUTSIDE
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from error
        return Applied()

    async def read(self, address: str) -> Read:
        """The file. Raises `Unavailable`: the disk refuses."""
        file = self._file(address)
        if file is None:
            return Unreadable(_OUTSIDE.why)
        try:
            return Present(_object_in(await asyncio.to_thread(file.read_bytes)))
        except FileNotFoundError:
            return Absent()
        except OSError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _file(self, address: str) -> Path | None:
        file = (self._folder / f"{address}.json").resolve()
        return file if file.is_relative_to(self._folder) else None


def _write(file: Path, content: bytes) -> None:
    """Beside it first, under a name that no reader takes for a record."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.part")
        with beside.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        beside.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _unavailable(error) from error


def _object_in(content: bytes) -> Json:
    try:
        held = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return held if isinstance(held, dict) else {}


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(f"the folder of the native system refuses: {error.strerror}")
