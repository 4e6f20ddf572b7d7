import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.client.running.store import Store


class Interrupted(sqlite3.Connection):
    """Ctrl-C comes while a statement waits for the lock: Python raises it once the statement is done."""

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as the library has it
        cursor = super().execute(statement, values)
        if statement.startswith("BEGIN"):
            raise KeyboardInterrupt
        return cursor


def test_whoever_is_interrupted_as_a_transaction_begins_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = sqlite3.connect
    interrupted: list[sqlite3.Connection] = []

    def connect(path: Path, **told: object) -> sqlite3.Connection:
        interrupted.append(opened(path, **told, factory=Interrupted))  # type: ignore[call-overload]  # passed on
        return interrupted[0]

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path / "store.db")

    with closing(opened(tmp_path / "store.db", timeout=0)) as another:
        another.execute("BEGIN IMMEDIATE")
    interrupted[0].close()
