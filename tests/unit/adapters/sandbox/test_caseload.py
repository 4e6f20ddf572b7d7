from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from adapters.client.native import Payload, Said, System
from adapters.client.running.parts import PartsInMemory
from adapters.delius.system import delius
from adapters.nomis.system import nomis
from adapters.oasys.system import oasys
from adapters.sandbox.caseload.caseload import caseload, limited_access
from adapters.sandbox.caseload.changes import Change, Mishap
from hub.domain.canonical import Json, canonical, normalise
from hub.domain.identifiers import parse
from hub.spec.registry import Registry, schemas_folder
from tests.unit.adapters.sandbox.conftest import UNTIL

_PEOPLE = 2_500
_SCHEMAS: Path = schemas_folder()


@pytest.fixture(scope="module")
def many() -> list[Change]:
    """Enough people for shares to show."""
    return list(caseload(_PEOPLE, seed=3, until=UNTIL))


@pytest.fixture(scope="module")
def systems() -> Mapping[tuple[str, str], System]:
    """Agency and system -> what its adapter makes of its documents."""
    return {
        ("probation", "delius"): delius(_SCHEMAS),
        ("prison", "nomis"): nomis(_SCHEMAS),
        ("probation", "oasys"): oasys(_SCHEMAS, "probation"),
        ("prison", "oasys"): oasys(_SCHEMAS, "prison"),
    }


@pytest.fixture(scope="module")
def first_records(many: list[Change], systems: Mapping[tuple[str, str], System]) -> list[tuple[Change, Json]]:
    """Every person as each service entered them at first."""
    found: dict[tuple[str, str], tuple[Change, Json]] = {}
    for change in many:
        if change.record_type == "offender" and (change.agency, change.local_id) not in found:
            (said, *_) = _said(systems[change.agency, change.system], change)
            found[change.agency, change.local_id] = change, said.body
    return list(found.values())


def _said(system: System, change: Change) -> Iterator[Said]:
    """What the adapter makes of the document; it leaves nothing out that it does not know."""
    taken = system.take(Payload(change.document, change.recorded), PartsInMemory())
    assert taken.refused == ()
    assert [each.path for each in taken.homeless if each.because is None] == []
    assert taken.waiting is None
    return iter(taken.said)


def _numbers(body: Json, scheme: str) -> list[str]:
    return [item["value"] for item in body["identifiers"] if item["scheme"] == scheme]


def _well_formed(scheme: str, number: str) -> bool:
    return parse(scheme, number, UNTIL.year).canonical is not None


def test_the_same_seed_gives_the_same_caseload_and_another_seed_another() -> None:
    once, again = list(caseload(30, 5, UNTIL)), list(caseload(30, 5, UNTIL))
    assert once == again
    assert once != list(caseload(30, 6, UNTIL))


def test_people_come_one_after_the_other_however_many_there_are() -> None:
    assert len(list(islice(caseload(10**9, 5, UNTIL), 50))) == 50


def test_every_document_is_taken_whole_by_its_adapter_and_says_something_valid(
    changes: list[Change], systems: Mapping[tuple[str, str], System]
) -> None:
    registry, checked = Registry.load(_SCHEMAS), Counter[str]()
    for change in changes:
        for said in _said(systems[change.agency, change.system], change):
            assert said.local_id == change.local_id
            if not said.withdrawn:
                registry.get(said.record_type, "1.0.0").check(normalise(said.body))
            checked[said.record_type] += 1
        assert checked[change.record_type]
    assert set(checked) == {"offender", "assessment", "registration", "movement"}
    assert min(checked.values()) > 200


@pytest.mark.parametrize(("scheme", "without"), [("cro", 0.37), ("pnc", 0.26)])
def test_as_many_numbers_are_missing_as_in_real_records(
    scheme: str, without: float, first_records: list[tuple[Change, Json]]
) -> None:
    missing = [
        body for _, body in first_records if not any(_well_formed(scheme, number) for number in _numbers(body, scheme))
    ]
    assert len(missing) / len(first_records) == pytest.approx(without, abs=0.025)


@pytest.mark.parametrize("scheme", ["pnc", "cro"])
def test_some_check_letters_are_wrong_and_some_numbers_short(
    scheme: str, first_records: list[tuple[Change, Json]]
) -> None:
    read = [parse(scheme, number, UNTIL.year) for _, body in first_records for number in _numbers(body, scheme)]
    known = [number for number in read if number.canonical]
    wrong = sum(not number.verified for number in known)
    short = sum(number.verified and number.raw.upper() != number.canonical for number in known)
    assert 0.05 < wrong / len(known) < 0.12
    assert 0.1 < short / len(known) < 0.35


def test_placeholders_stand_where_numbers_should(first_records: list[tuple[Change, Json]]) -> None:
    assert "UNKNOWN PNC" in {number for _, body in first_records for number in _numbers(body, "pnc")}


def test_some_have_no_surname_and_some_have_words_in_its_place(first_records: list[tuple[Change, Json]]) -> None:
    surnames = [body["names"].get("surname") for _, body in first_records]
    assert 0.005 < surnames.count(None) / len(surnames) < 0.025
    assert "self-harm" in surnames


def test_days_stand_for_months_and_letters_are_crossed(first_records: list[tuple[Change, Json]]) -> None:
    """The same person, known to both services by a common number, is not always written the same."""
    by_number: defaultdict[str, list[Json]] = defaultdict(list)
    for change, body in first_records:
        for number in _numbers(body, "prison-number"):
            if change.agency == "prison" or parse("prison-number", number, UNTIL.year).verified:
                by_number[number].append(body)
    pairs = [bodies for bodies in by_number.values() if len(bodies) == 2]
    births = [(one.get("dateOfBirth"), other.get("dateOfBirth")) for one, other in pairs]
    assert any(one and other and one != other and one[5:7] == other[8:10] for one, other in births)
    names = [{body["names"].get("surname", "").casefold() for body in pair} for pair in pairs]
    assert 0.03 < sum(len(each) > 1 for each in names) / len(pairs) < 0.2


def test_almost_half_of_the_people_are_known_to_both_services(many: list[Change]) -> None:
    """Three in four to probation and seven in ten to prison; nobody to neither."""
    known = Counter(agency for agency, _ in {(change.agency, change.local_id) for change in many})
    assert known["probation"] / _PEOPLE == pytest.approx(0.75, abs=0.03)
    assert known["prison"] / _PEOPLE == pytest.approx(0.7, abs=0.03)


def test_records_are_entered_again_later(many: list[Change]) -> None:
    entries = Counter((change.local_id, change.record_type, change.reference) for change in many)
    assert sum(count > 1 for count in entries.values()) > _PEOPLE / 10


def test_odd_case_references_occur(first_records: list[tuple[Change, Json]]) -> None:
    crns = [change.local_id for change, _ in first_records if change.agency == "probation"]
    assert len(set(crns)) == len(crns)
    assert any(crn[1].isalpha() for crn in crns)
    assert any(len(crn) == 6 for crn in crns)


def test_later_changes_come_late_twice_withdrawn_or_with_a_wrong_clock(many: list[Change]) -> None:
    mishaps = Counter(change.mishap for change in many)
    assert set(mishaps) == {None, *Mishap}
    assert mishaps[None] / len(many) > 0.9
    assert sum(change.deleted for change in many) > 20


def test_what_is_withdrawn_was_entered_before(many: list[Change]) -> None:
    entered = set()
    for change in many:
        slot = (change.agency, change.local_id, change.record_type, change.reference)
        assert not change.deleted or slot in entered
        entered.add(slot)


def test_nothing_is_recorded_after_the_end_and_nothing_before_what_it_changes(many: list[Change]) -> None:
    last: dict[tuple[str, str], timedelta] = {}
    for change in many:
        assert change.recorded < UNTIL
        slot = (change.agency, change.local_id)
        since = change.recorded - UNTIL
        assert since >= last.get(slot, since)
        last[slot] = since


def test_people_kept_from_most_staff_are_the_ones_flagged(many: list[Change]) -> None:
    flagged = {change.local_id for change in many if _is_flagged(change)}
    assert flagged
    assert flagged <= limited_access(_PEOPLE, 3, UNTIL)
    assert len(flagged) / _PEOPLE < 0.02


def _is_flagged(change: Change) -> bool:
    return change.system == "delius" and bool(change.document.get("currentRestriction"))


def test_an_assessment_is_about_three_to_five_thousand_bytes(
    changes: list[Change], systems: Mapping[tuple[str, str], System]
) -> None:
    assessments = [change for change in changes if change.record_type == "assessment"]
    sizes = [
        len(canonical(said.body))
        for change in assessments
        for said in _said(systems[change.agency, change.system], change)
    ]
    assert 2_500 < sum(sizes) / len(sizes) < 5_000
