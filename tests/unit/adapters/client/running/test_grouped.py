"""Changes that come at one time are on disk with one commit, and one that is wrong stands alone."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest

from adapters.client.running.grouped import Grouped
from adapters.client.running.inbox import Arrival
from adapters.client.running.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for every transaction of the store."""
    counted: list[int] = []
    transaction = store.transaction

    @contextmanager
    def counting() -> Iterator[None]:
        counted.append(1)
        with transaction():
            yield

    monkeypatch.setattr(store, "transaction", counting)
    return counted


def keeping(store: Store, document: bytes) -> Callable[[], None]:
    return partial(store.inbox.keep, [Arrival(document, NOW, {})])


def kept(store: Store) -> list[bytes]:
    return [row.document for row in store.inbox.waiting(100)]


async def test_what_comes_at_one_time_is_one_commit(store: Store, commits: list[int]) -> None:
    grouped = Grouped(store)
    await asyncio.gather(*(grouped.write(keeping(store, b"%d" % number)) for number in range(9)))
    assert kept(store) == [b"%d" % number for number in range(9)]
    assert len(commits) == 1
    await grouped.write(keeping(store, b"later"))
    assert len(commits) == 2


async def test_one_that_is_wrong_is_told_and_its_neighbours_are_kept(store: Store) -> None:
    def wrong() -> None:
        store.inbox.keep([Arrival(b"half", NOW, {})])
        raise ZeroDivisionError

    grouped = Grouped(store)
    changes = [keeping(store, b"1"), wrong, keeping(store, b"2")]
    outcomes = await asyncio.gather(*map(grouped.write, changes), return_exceptions=True)
    assert [type(each) for each in outcomes] == [type(None), ZeroDivisionError, type(None)]
    assert kept(store) == [b"1", b"2"]


async def test_whoever_is_stopped_while_the_disk_is_waited_for_keeps_nobody_else_waiting(store: Store) -> None:
    grouped = Grouped(store)
    first = asyncio.create_task(grouped.write(keeping(store, b"1")))
    second = asyncio.create_task(grouped.write(keeping(store, b"2")))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert kept(store) == [b"1", b"2"]
