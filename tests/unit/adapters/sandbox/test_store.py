import sqlite3
from collections.abc import Iterator, Mapping

import pytest

from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.mapping import said
from adapters.sandbox.shape import NativeSystem
from adapters.sandbox.store import NativeStore
from hub.domain.canonical import Json, digest, normalise
from hub.spec.registry import Registry

_VERSION = "1.0.0"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


def _bodies(
    changes: list[Change], systems: Mapping[str, NativeSystem], registry: Registry
) -> Iterator[tuple[str, Json]]:
    """Every record of the caseload, as the hub would keep it."""
    for change in changes:
        if change.row is not None:
            body = said(systems[change.agency].shapes[change.record_type].parts, change.row)
            spec = registry.get(change.record_type, _VERSION)
            yield change.record_type, spec.prepare(normalise(body), change.recorded)


@pytest.mark.parametrize("agency", ["probation", "prison"])
def test_what_either_agency_is_told_comes_back_with_the_same_digest(
    agency: str,
    changes: list[Change],
    systems: Mapping[str, NativeSystem],
    registry: Registry,
    connection: sqlite3.Connection,
) -> None:
    store = NativeStore(connection, systems[agency])
    store.create()
    kept = [
        (record_type, store.keep(record_type, "X1", body), digest(body))
        for record_type, body in _bodies(changes, systems, registry)
    ]
    assert len(kept) > len(changes) / 2
    assert [row for row in kept if digest(store.body(row[0], row[1])) != row[2]] == []


def test_what_an_agency_recorded_itself_says_the_same_from_the_store(
    changes: list[Change], systems: Mapping[str, NativeSystem], connection: sqlite3.Connection
) -> None:
    system = systems["prison"]
    store = NativeStore(connection, system)
    store.create()
    own = [change for change in changes if change.agency == "prison" and change.row is not None]
    for change in own:
        number = store.record(change.record_type, change.local_id, change.row or {})
        assert store.body(change.record_type, number) == said(system.shapes[change.record_type].parts, change.row or {})


def test_whose_word_a_row_is_stands_in_it(systems: Mapping[str, NativeSystem], connection: sqlite3.Connection) -> None:
    store = NativeStore(connection, systems["probation"])
    store.create()
    store.record("offender", "X320741", {"crn": "X320741", "surname": "Marsh"})
    store.keep("offender", "X320741", {"names": {"surname": "Marsh"}, "sex": "not-known"})
    found = connection.execute("SELECT origin, surname, gender, rest FROM offender ORDER BY id").fetchall()
    assert found == [("own", "Marsh", None, None), ("hub", "Marsh", None, '[[["sex"],"not-known"]]')]


def test_removing_a_record_leaves_nothing_of_it(
    changes: list[Change], systems: Mapping[str, NativeSystem], connection: sqlite3.Connection
) -> None:
    store = NativeStore(connection, systems["probation"])
    store.create()
    assessments = [change for change in changes if change.agency == "probation" and change.record_type == "assessment"]
    numbers = [store.record("assessment", "X1", change.row or {}) for change in assessments]
    assert connection.execute("SELECT count(*) FROM oasys_answer").fetchone()[0] > 100
    for number in numbers:
        store.remove("assessment", number)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables) == 0  # noqa: S608
