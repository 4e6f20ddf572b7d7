"""The command `hub`, run in the process of a test, in an installation of its own."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
import structlog

from hub.__main__ import main
from hub.settings import new_key


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    said: str
    complained: str


Hub: TypeAlias = Callable[..., Ended]


def install(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """An installation of its own: fresh keys, an empty SQLite database, any free port, a wide terminal."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_KEY", new_key())
    monkeypatch.setenv("HUB_LOOKUP_KEY", new_key())
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite+aiosqlite:///{folder / 'hub.db'}")
    monkeypatch.setenv("HUB_PORT", "0")
    monkeypatch.setenv("COLUMNS", "240")


@contextmanager
def commanding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    """Runs a command in this process; puts back what it sets for the whole of it."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["hub", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    yield run
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook
