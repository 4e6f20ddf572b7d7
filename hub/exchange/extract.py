"""Reading an extract: a file of lines, plain, gzip (`.gz`) or Zstandard (`.zst`), or standard input.

A file called `.json` is one document and counts as one line. Lines are read in rounds, each with the place where it
ends, so that a later run goes on from there.
"""

import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import zstandard

from hub.domain.errors import Reason, Rejected

STANDARD_INPUT = Path("-")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLOCK = 65_536
_ROUND_LINES = 2_000
_ROUND_BYTES = 4_194_304


class Line(NamedTuple):
    """One line that is not blank. number: from 1, blank ones counted. text: None for one that is too long.

    offset, length: where it stands in the text of the extract, decompressed, in bytes.
    """

    number: int
    text: bytes | None
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Round:
    """Lines read together. number, offset: of the last line read, and of the byte after it, in the whole text."""

    lines: list[Line]
    number: int
    offset: int


class Extract:
    """An opened extract; `opened` makes one."""

    def __init__(self, name: str, file: IO[bytes], text: IO[bytes], longest: int, *, whole: bool = False) -> None:
        """whole: it is one document, however many lines it has."""
        self._name = name
        self._file = file
        self._text = text
        self._longest = longest
        self._whole = whole
        self._offset = 0
        self._damaged = False

    @property
    def consumed(self) -> int:
        """Bytes of the file read so far, as they lie there."""
        return self._file.tell() if self._file.seekable() else self._offset

    @property
    def made(self) -> int:
        """When the file was last written, in microseconds since 1970."""
        return os.fstat(self._file.fileno()).st_mtime_ns // 1_000

    def rounds(self, number: int = 0, offset: int = 0) -> Iterator[Round]:
        """The lines beyond a place, which is where an earlier round ended, as far as they can be read."""
        try:
            self._skip_to(offset)
            while round_ := self._round(number):
                number = round_.number
                yield round_
        except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError):
            self._damaged = True

    def check_whole(self) -> None:
        """Once the rounds have ended: whether that was the end.

        Raises:
            Rejected: what is compressed is damaged or was cut off; the rounds there were hold.
        """
        if self._damaged:
            raise Rejected(Reason.BAD_JSON, f"{self._name} is damaged, or was cut off on the way")

    def _skip_to(self, offset: int) -> None:
        if self._text.seekable():
            self._text.seek(offset)
        else:
            while self._offset < offset and (passed := self._text.read(min(_BLOCK, offset - self._offset))):
                self._offset += len(passed)
        self._offset = offset

    def _round(self, number: int) -> Round | None:
        """The next lines; None at the end."""
        start, lines = self._offset, list[Line]()
        while len(lines) < _ROUND_LINES and self._offset - start < _ROUND_BYTES:
            at = self._offset
            text = self._read_line()
            if self._offset == at:
                break
            number += 1
            if text is None or text.strip():
                lines.append(Line(number, text, at, self._offset - at))
        return Round(lines, number, self._offset) if self._offset > start else None

    def _read_line(self) -> bytes | None:
        """The next line without its end; None for one that is too long, of which no more than a block is held."""
        begun = self._offset
        piece = (self._text.read if self._whole else self._text.readline)(self._longest + 2)
        self._offset += len(piece)
        text = piece.rstrip(b"\r\n")
        if begun == 0:
            text = text.removeprefix(_BYTE_ORDER_MARK)
        if len(text) <= self._longest:
            return text
        while piece and (self._whole or not piece.endswith(b"\n")):
            piece = self._text.readline(_BLOCK)
            self._offset += len(piece)
        return None


@contextmanager
def opened(path: Path, longest: int) -> Iterator[Extract]:
    """An extract, read from its beginning. longest: bytes a line may have.

    Raises:
        Rejected: there is no such file, or it may not be read.
    """
    if path == STANDARD_INPUT:
        yield Extract("standard input", sys.stdin.buffer, sys.stdin.buffer, longest)
        return
    with _found(path) as file:
        whole = path.name.removesuffix(".gz").removesuffix(".zst").endswith(".json")
        yield Extract(path.name, file, _decompressed(path, file), longest, whole=whole)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits: by it a file is known again, whatever its name.

    Raises:
        Rejected: as `opened`.
    """
    with _found(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _found(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise Rejected(Reason.NOT_FOUND, f"{path} cannot be read: {os.strerror(error.errno or 0)}") from None


def _decompressed(path: Path, file: IO[bytes]) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            return io.BufferedReader(_Forward(gzip.GzipFile(fileobj=file)), _BLOCK)
        case ".zst":
            return io.BufferedReader(_Zstandard(file), _BLOCK)
        case _:
            return file


class _Forward(io.RawIOBase):
    """Reads forward only: to go back in what is compressed would be to begin again."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # as io.BufferedReader calls it
        return self._file.readinto(buffer)


class _Zstandard(io.RawIOBase):
    """Frames one after another; unlike the package's own reader it tells a frame that was cut off."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # as io.BufferedReader calls it
        while not self._ready and (block := self._frame.unused_data or self._file.read(_BLOCK)):
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._ready = self._frame.decompress(block)
            self._begun = True
        if not self._ready and self._begun and not self._frame.eof:
            raise EOFError
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
