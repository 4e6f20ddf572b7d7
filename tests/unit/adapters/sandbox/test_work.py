"""A service at work: everything is entered; what goes wrong on the way is put right later."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.caseload.changes import Change, Mishap
from adapters.sandbox.native import NativeStore
from adapters.sandbox.work import play

AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 2, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NativeStore]:
    with closing(NativeStore(tmp_path / "probation.db")) as store:
        yield store


def changes(number: int, mishap: Mishap | None, of: int = 3) -> list[Change]:
    """A day's work, with a mishap to one of them."""
    plain = [Change("probation", "delius", f"X{each}", "offender", "", AT, {"n": each}) for each in range(number)]
    return [*plain[:of], replace(plain[of], mishap=mishap), *plain[of + 1 :]]


async def announced(store: NativeStore, work: list[Change]) -> list[tuple[int, datetime]]:
    """What was announced: which change, and when it was said to be recorded."""
    await play(store, work, NOW.timestamp)
    return [(each.document["n"], each.recorded) for each in store.waiting(1_000)]


async def test_everything_is_entered_and_announced_in_order(store: NativeStore) -> None:
    assert await announced(store, changes(60, None)) == [(n, AT) for n in range(60)]
    assert len(list(store.all_own())) == 60


async def test_what_is_sent_twice_is_announced_twice(store: NativeStore) -> None:
    said = [n for n, _ in await announced(store, changes(10, Mishap.SENT_TWICE))]
    assert sorted(said) == sorted([*range(10), 3])


async def test_what_is_sent_late_is_announced_after_what_came_later_with_its_own_time(store: NativeStore) -> None:
    said = await announced(store, changes(150, Mishap.SENT_LATE))
    assert len(said) == 150
    assert said.index((3, AT)) > 100


async def test_what_a_wrong_clock_recorded_is_announced_again_rightly(store: NativeStore) -> None:
    said = [recorded for n, recorded in await announced(store, changes(10, Mishap.CLOCK_AHEAD)) if n == 3]
    assert said == [NOW + timedelta(hours=1), AT]
