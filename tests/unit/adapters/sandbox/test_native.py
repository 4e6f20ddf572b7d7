"""A pretend system's store: what its users entered and what it was told are never mixed; announcements wait."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.native import NativeStore, Own

AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
CASE = Change("probation", "delius", "X123456", "offender", "", AT, {"surname": "Tamm"})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NativeStore]:
    with closing(NativeStore(tmp_path / "probation.db")) as store:
        yield store


def test_what_is_entered_is_announced_until_an_adapter_has_taken_it(store: NativeStore) -> None:
    store.enter([CASE], now=1.0)
    (waiting,) = store.waiting(10)
    assert (waiting.system, waiting.recorded, waiting.document) == ("delius", AT, {"surname": "Tamm"})
    store.note_taken([waiting], now=2.0)
    assert store.waiting(10) == []


def test_announcements_wait_in_the_order_in_which_they_were_entered(store: NativeStore) -> None:
    store.enter([CASE, Change("probation", "delius", "X2", "offender", "", AT, {"surname": "Kask"})], now=1.0)
    assert [each.document["surname"] for each in store.waiting(10)] == ["Tamm", "Kask"]
    assert len(store.waiting(1)) == 1


def test_what_is_entered_again_replaces_and_what_is_deleted_goes(store: NativeStore) -> None:
    store.enter([CASE, CASE], now=1.0)
    assert list(store.all_own()) == [Own("offender", "X123456", "")]
    deleted = Change("probation", "delius", "X123456", "offender", "", AT, {"softDeleted": True}, deleted=True)
    store.enter([deleted], now=2.0)
    assert list(store.all_own()) == []
    assert len(store.waiting(10)) == 3


def test_what_is_kept_quietly_is_announced_later_with_the_time_given(store: NativeStore) -> None:
    store.keep_quietly(CASE)
    assert store.waiting(10) == []
    store.announce_again(CASE, AT + timedelta(hours=1), now=1.0)
    (waiting,) = store.waiting(10)
    assert waiting.recorded == AT + timedelta(hours=1)


def test_what_was_told_is_never_announced(store: NativeStore) -> None:
    store.tell("delius", "offenders/X123456", {"surname": "Tamm"}, now=1.0)
    assert store.waiting(10) == []
    assert list(store.all_own()) == []


def test_what_is_told_replaces_what_was_told_there_before(store: NativeStore) -> None:
    store.tell("delius", "offenders/X123456", {"surname": "Tamm"}, now=1.0)
    store.tell("delius", "offenders/X123456", {"surname": "Kask"}, now=2.0)
    assert store.told("delius", "offenders/X123456") == {"surname": "Kask"}
    assert store.told("oasys", "offenders/X123456") is None
    assert store.handed_over == 2
    store.forget("delius", "offenders/X123456")
    assert store.told("delius", "offenders/X123456") is None


def test_another_process_finds_everything_there(tmp_path: Path) -> None:
    with closing(NativeStore(tmp_path / "prison.db")) as store:
        store.enter([CASE], now=1.0)
        store.tell("nomis", "offenders/A1234BC", {"lastName": "MARSH"}, now=1.0)
    with closing(NativeStore(tmp_path / "prison.db")) as store:
        assert len(store.waiting(10)) == 1
        assert store.told("nomis", "offenders/A1234BC") == {"lastName": "MARSH"}
