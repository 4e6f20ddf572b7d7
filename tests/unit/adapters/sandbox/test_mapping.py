from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from adapters.sandbox.mapping import kept, said
from adapters.sandbox.shape import NativeSystem, Shape
from hub.domain.canonical import canonical, digest
from hub.spec.lens.rest import complete, difference
from hub.spec.registry import schemas_folder

_EXAMPLES = sorted(schemas_folder().glob("*/1.0.0/valid/*.json"))


def _names(path: Path) -> str:
    return f"{path.parts[-4]}/{path.stem}"


@pytest.fixture
def offender(systems: Mapping[str, NativeSystem]) -> Shape:
    return systems["probation"].shapes["offender"]


@pytest.fixture
def alert(systems: Mapping[str, NativeSystem]) -> Shape:
    return systems["prison"].shapes["registration"]


@pytest.mark.parametrize("agency", ["probation", "prison"])
@pytest.mark.parametrize("example", _EXAMPLES, ids=_names)
def test_every_valid_record_survives_being_kept_natively(
    agency: str, example: Path, systems: Mapping[str, NativeSystem]
) -> None:
    body = orjson.loads(example.read_bytes())
    parts = systems[agency].shapes[example.parts[-4]].parts
    row = kept(parts, body)
    rest = difference(body, said(parts, row))
    assert digest(complete(said(parts, row), rest)) == digest(body)


@pytest.mark.parametrize("agency", ["probation", "prison"])
def test_most_of_what_is_told_has_a_native_home(agency: str, systems: Mapping[str, NativeSystem]) -> None:
    bodies = [(example.parts[-4], orjson.loads(example.read_bytes())) for example in _EXAMPLES]
    homeless = 0
    for record_type, body in bodies:
        parts = systems[agency].shapes[record_type].parts
        homeless += len(canonical(difference(body, said(parts, kept(parts, body)))))
    assert homeless < 0.25 * sum(len(canonical(body)) for _, body in bodies)


def test_blank_says_nothing_or_that_there_is_none_column_by_column(offender: Shape) -> None:
    row = {"crn": "X320741", "first_name": "Ada", "surname": "", "date_of_death": "", "religion": None}
    assert said(offender.parts, row) == {
        "identifiers": [{"scheme": "crn", "value": "X320741"}],
        "names": {"forenames": ["Ada"]},
        "dateOfDeath": None,
    }


def test_there_is_none_is_written_down_as_blank(offender: Shape) -> None:
    row = kept(offender.parts, {"names": {"surname": "Marsh"}, "dateOfDeath": None})
    assert row["date_of_death"] == ""


def test_a_code_that_the_list_does_not_know_is_never_guessed(offender: Shape) -> None:
    assert "sex" not in said(offender.parts, {"surname": "Marsh", "gender": "Unknown to the list"})


def test_of_several_native_codes_the_first_is_written_back(offender: Shape) -> None:
    assert said(offender.parts, {"surname": "Marsh", "ethnicity": "O1"})["ethnicity"] == "asian-chinese"
    assert kept(offender.parts, {"names": {"surname": "Marsh"}, "ethnicity": "asian-chinese"})["ethnicity"] == "A4"


def test_identifiers_stand_in_columns_and_further_ones_in_a_table_of_their_own(offender: Shape) -> None:
    body = {
        "names": {"surname": "Marsh"},
        "identifiers": [
            {"scheme": "crn", "value": "X320741"},
            {"scheme": "pnc", "value": "1998/0012345X"},
            {"scheme": "pnc", "value": "98/12345X"},
            {"scheme": "passport-number", "value": "123"},
        ],
    }
    row = kept(offender.parts, body)
    assert (row["crn"], row["pnc_number"]) == ("X320741", "1998/0012345X")
    assert row["additional_identifier"] == [
        {"identifier_type": "PNC", "identifier": "98/12345X"},
        {"identifier_type": "PASSPORT_NUMBER", "identifier": "123"},
    ]


def test_an_alert_code_means_something_under_its_type_only(alert: Shape) -> None:
    row = {"alert_seq": "A1-1", "caseload_type": "INST", "alert_code": "RCS", "alert_date": "2026-01-02"}
    assert said(alert.parts, row | {"alert_type": "R"})["concern"] == "children"
    assert "concern" not in said(alert.parts, row | {"alert_type": "C"})


def test_a_missing_score_is_null_and_a_section_without_score_says_none(systems: Mapping[str, NativeSystem]) -> None:
    parts = systems["prison"].shapes["assessment"].parts
    sections = [{"section_code": "3", "weighted_score": "M"}, {"section_code": "5", "weighted_score": None}]
    assert said(parts, {"assessment_ref": "A1", "oasys_section": sections})["sections"] == [
        {"number": "3", "score": None},
        {"number": "5"},
    ]
