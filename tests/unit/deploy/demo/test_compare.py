"""The comparison finds what it is there to find: a planted difference, a planted loss."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.client.link import Delivery, RecordName
from adapters.sandbox.agency import Agency
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.shape import Row
from adapters.sandbox.systems import native_systems
from deploy.demo.compare import Compared, compare
from hub.domain.canonical import Json, digest
from hub.spec.registry import Registry, schemas_folder

_AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
_OFFENDER = RecordName("p1", "offender", "-")
_MOVEMENT = RecordName("p1", "movement", "prison/A00112/1")
_ROWS: dict[str, Row] = {
    "offender": {"offender_id_display": "A1234BC", "last_name": "MARSH"},
    "movement": {
        "booking_no": "A00112",
        "movement_seq": 1,
        "movement_type": "ADM",
        "direction_code": "IN",
        "movement_time": "2026-01-12T17:30:00+00:00",
    },
}


def _delivery(number: int, name: RecordName, body: Json) -> Delivery:
    release = {"type": name.type, "key": name.key, "version": "1.0.0", "body": body, "marks": {"contested": []}}
    return Delivery(number, digest(release), name, ("A1234BC",), {}, None, False, "1.0.0", body, (), release)


@pytest.fixture
def registry() -> Registry:
    return Registry.load(schemas_folder())


@pytest.fixture
def prison(tmp_path: Path, registry: Registry) -> Iterator[Agency]:
    """It asserts a person and a movement, and nothing has come back yet."""
    agency = Agency(tmp_path / "prison.db", native_systems(schemas_folder())["prison"], registry)
    agency.enter(Change("prison", "A1234BC", kind, "", _AT, row) for kind, row in _ROWS.items())
    yield agency
    agency.close()


def _came_back(prison: Agency) -> dict[RecordName, str]:
    """Everything is released as it was said; returns what the hub holds for the prison."""
    names = {"offender": _OFFENDER, "movement": _MOVEMENT}
    own = {own.record_type: body for own, body in prison.own_bodies()}
    deliveries = [_delivery(number, names[kind], own[kind]) for number, kind in enumerate(names, start=1)]
    prison.apply(deliveries, lambda: _AT)
    return {each.record: each.digest for each in deliveries}


def _compared(prison: Agency, by_hub: dict[RecordName, str], registry: Registry, *limited: str) -> Compared:
    return compare(prison, by_hub, registry, limited)


def test_all_agree_when_everything_came_back_as_it_was_said(prison: Agency, registry: Registry) -> None:
    compared = _compared(prison, _came_back(prison), registry)
    assert (compared.agree, compared.differ, compared.lost, compared.withheld) == (2, 0, 0, 0)
    assert compared.held == compared.asserted == {"offender": 1, "movement": 1}


def test_a_value_changed_in_the_native_tables_is_a_difference(
    prison: Agency, registry: Registry, tmp_path: Path
) -> None:
    by_hub = _came_back(prison)
    with sqlite3.connect(tmp_path / "prison.db") as behind_its_back:
        behind_its_back.execute("UPDATE offenders SET last_name = 'MARCH' WHERE origin = 'hub'")
    behind_its_back.close()
    compared = _compared(prison, by_hub, registry)
    assert (compared.agree, compared.differ) == (1, 1)


def test_what_stands_on_one_side_only_is_a_difference(prison: Agency, registry: Registry) -> None:
    by_hub = _came_back(prison)
    assert _compared(prison, {_OFFENDER: by_hub[_OFFENDER]}, registry).differ == 1
    assert _compared(prison, by_hub | {RecordName("p2", "offender", "-"): "0" * 64}, registry).differ == 1


def test_what_was_asserted_and_never_released_is_lost(prison: Agency, registry: Registry) -> None:
    compared = _compared(prison, {}, registry)
    assert (compared.lost, compared.withheld) == (2, 0)


def test_unless_it_is_withheld_for_limited_access(prison: Agency, registry: Registry) -> None:
    compared = _compared(prison, {}, registry, "A1234BC")
    assert (compared.lost, compared.withheld) == (0, 2)


def test_an_update_of_what_has_no_other_author_must_have_come_back(prison: Agency, registry: Registry) -> None:
    by_hub = _came_back(prison)
    corrected = _ROWS["movement"] | {"movement_reason_code": "I"}
    prison.enter([Change("prison", "A1234BC", "movement", "", _AT, corrected)])
    assert _compared(prison, by_hub, registry).lost == 1
