"""What an agency says, what it holds, and that its digests come from what it really holds."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.client.link import Delivery, RecordName
from adapters.sandbox.agency import Agency, event_of
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.shape import NativeSystem
from hub.domain.canonical import Json, digest
from hub.spec.registry import Registry

_AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
_ROW = {"crn": "X320741", "first_name": "Ada", "surname": "Marsh", "gender": "Female"}
_REGISTER = {
    "registration_id": "2500011",
    "register": "REGISTER",
    "register_type_code": "RHRH",
    "registration_date": "2026-01-12",
}


def _entered(row: Json) -> Change:
    return Change("probation", "X320741", "offender", "", _AT, row)


def _registered(row: Json) -> Change:
    return Change("probation", "X320741", "registration", "2500011", _AT, row)


def _now() -> datetime:
    return _AT


def _delivery(number: int, body: Json, record: RecordName = RecordName("p1", "offender", "-")) -> Delivery:  # noqa: B008 - immutable
    release = {
        "type": record.type,
        "key": record.key,
        "version": "1.0.0",
        "body": body,
        "marks": {"contested": ["/sex"]},
    }
    return Delivery(number, digest(release), record, ("X320741",), {}, None, False, "1.0.0", body, ("/sex",), release)


def _withdrawal(number: int) -> Delivery:
    release = {"type": "offender", "key": "-", "withdrawn": True}
    name = RecordName("p1", "offender", "-")
    return Delivery(number, digest(release), name, ("X320741",), {}, None, True, None, None, (), release)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "probation.db"


@pytest.fixture
def agency(file: Path, systems: Mapping[str, NativeSystem], registry: Registry) -> Iterator[Agency]:
    agency = Agency(file, systems["probation"], registry)
    yield agency
    agency.close()


def test_it_says_the_whole_record_after_every_change(agency: Agency) -> None:
    first, second = agency.enter([_entered(_ROW), _entered(_ROW | {"surname": "Okafor"})])
    assert (first.body["names"]["surname"], second.body["names"]["surname"]) == ("Marsh", "Okafor")
    assert second.body["sex"] == "female"
    assert first.id != second.id
    assert (event_of(first).sequence, event_of(second).sequence) == (1, 2)
    assert [own.reference for own, _ in agency.own_bodies()] == [""]


def test_deleting_a_record_withdraws_it_by_its_reference(agency: Agency) -> None:
    _, withdrawn = agency.enter([_registered(_REGISTER), _registered(None)])
    assert withdrawn.withdrawn
    assert withdrawn.body == {"reference": "2500011"}
    assert list(agency.own_bodies()) == []


def test_what_it_was_told_it_does_not_say(agency: Agency) -> None:
    agency.enter([_entered(_ROW)])
    told = {"names": {"surname": "Marsh"}, "nationality": "Polish", "location": {"place": "custody"}}
    agency.apply([_delivery(1, told)], _now)
    said = agency.enter([_entered(_ROW | {"religion": "Sikh"})])[0].body
    assert "nationality" not in said
    assert "location" not in said


def test_it_holds_what_it_was_told_with_the_same_digest(agency: Agency) -> None:
    body = {"names": {"surname": "Marsh"}, "identifiers": [{"scheme": "crn", "value": "X320741", "verified": True}]}
    delivery = _delivery(1, body)
    (held,) = agency.apply([delivery], _now)
    assert held.release == delivery.release
    assert [each for _, each in agency.digests()] == [delivery.digest]


def test_its_digest_is_that_of_what_stands_in_its_tables(agency: Agency, file: Path) -> None:
    delivery = _delivery(1, {"names": {"surname": "Marsh"}, "sex": "female"})
    agency.apply([delivery], _now)
    with sqlite3.connect(file) as behind_its_back:
        behind_its_back.execute("UPDATE offender SET gender = 'Male' WHERE origin = 'hub'")
    behind_its_back.close()
    ((_, now),) = agency.digests()
    assert now != delivery.digest
    assert now == digest({**delivery.release, "body": {"names": {"surname": "Marsh"}, "sex": "male"}})


def test_a_later_release_takes_the_place_of_the_one_before(agency: Agency, file: Path) -> None:
    agency.apply([_delivery(1, {"names": {"surname": "Marsh"}}), _delivery(4, {"names": {"surname": "Okafor"}})], _now)
    assert agency.applied() == {RecordName("p1", "offender", "-"): 4}
    with sqlite3.connect(file) as looking:
        assert looking.execute("SELECT surname FROM offender").fetchall() == [("Okafor",)]
    looking.close()


def test_a_withdrawn_release_empties_the_native_tables(agency: Agency, file: Path) -> None:
    agency.apply([_delivery(1, {"names": {"surname": "Marsh"}})], _now)
    (held,) = agency.apply([_withdrawal(2)], _now)
    assert held.release == {"type": "offender", "key": "-", "withdrawn": True}
    assert list(agency.held_bodies()) == []
    with sqlite3.connect(file) as looking:
        assert looking.execute("SELECT count(*) FROM offender").fetchone() == (0,)
    looking.close()


def test_what_was_refused_is_said_again_under_an_id_of_its_own(agency: Agency) -> None:
    (said,) = agency.enter([_entered(_ROW)])
    agency.note_sent([said], 1.0)
    refused = agency.note_refused(said.id, "time-in-future")
    assert refused == said
    again = agency.repeat(said)
    assert (again.body, again.recorded) == (said.body, said.recorded)
    assert again.id != said.id


def test_a_refusal_of_a_used_id_concerns_the_one_who_used_it_again(agency: Agency) -> None:
    first, second = agency.enter([_entered(_ROW), _registered(_REGISTER)])
    misnumbered = agency.misnumber(second, first.id)
    assert agency.note_refused(first.id, "id-reused") == misnumbered == replace(second, id=first.id)


def test_a_refusal_of_what_it_never_sent_concerns_nothing(agency: Agency) -> None:
    assert agency.note_refused("nobody-1", "bad-json") is None
