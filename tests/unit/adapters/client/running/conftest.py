"""A store of an adapter's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.client.running.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "adapter.db")
    yield store
    store.close()
