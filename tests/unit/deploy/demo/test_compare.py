"""The comparison finds what it is there to find: a planted difference, a planted loss."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters.client.link import RecordName
from adapters.sandbox.caseload.changes import Change
from deploy.demo.compare import Compared, Stores, compare
from hub.domain.canonical import Json
from tests.builders.native_releases import PERSON, released
from tests.unit.deploy.demo.beside import AT, Agency

_KEY = "probation-register/RHRH/prison/7"
_OFFENDER: Json = {"names": {"surname": "Marsh"}}
_REGISTRATION: Json = {
    "scheme": "probation-register",
    "code": "RHRH",
    "reference": "7",
    "period": {"start": "2026-01-05"},
}


@pytest.fixture
def prison(tmp_path: Path) -> Iterator[Agency]:
    """It asserts a person and a registration, and nothing has come back yet."""
    with Agency("prison", tmp_path) as agency:
        agency.enter("offender", "A1", _OFFENDER)
        agency.enter("registration", "A1", _REGISTRATION)
        yield agency


def _came_back(prison: Agency) -> dict[RecordName, str]:
    """Everything is released as it was said; returns what the hub holds for the prison."""
    deliveries = [released(1, _OFFENDER), released(2, _REGISTRATION, "registration", _KEY)]
    for each in deliveries:
        prison.hold(each)
    return {each.record: each.digest for each in deliveries}


def _compared(prison: Agency, by_hub: Mapping[RecordName, str], *limited: str) -> Compared:
    with Stores(prison.native_file, {"toy": prison.beside.store}, {"toy": prison.system}) as stores:
        return compare("prison", stores, by_hub, limited)


def test_all_agree_when_everything_came_back_as_it_was_said(prison: Agency) -> None:
    compared = _compared(prison, _came_back(prison))
    assert (compared.agree, compared.differ, compared.lost, compared.withheld, compared.unsaid) == (2, 0, 0, 0, 0)
    assert compared.held == compared.asserted == {"offender": 1, "registration": 1}


def test_a_value_changed_in_the_native_system_is_a_difference(prison: Agency) -> None:
    by_hub = _came_back(prison)
    with sqlite3.connect(prison.native_file) as behind_its_back:
        behind_its_back.execute("UPDATE told SET document = replace(document, 'Marsh', 'March')")
    behind_its_back.close()
    compared = _compared(prison, by_hub)
    assert (compared.agree, compared.differ) == (1, 1)


def test_a_record_gone_from_the_native_system_is_a_difference(prison: Agency) -> None:
    by_hub = _came_back(prison)
    prison.native.forget("toy", "people/A1")
    assert _compared(prison, by_hub).differ == 1


def test_what_stands_on_one_side_only_is_a_difference(prison: Agency) -> None:
    by_hub = _came_back(prison)
    offender = RecordName(PERSON, "offender", "-")
    assert _compared(prison, {offender: by_hub[offender]}).differ == 1
    assert _compared(prison, by_hub | {RecordName("p2", "offender", "-"): "0" * 64}).differ == 1


def test_what_no_system_of_the_agency_takes_is_counted_apart(prison: Agency) -> None:
    compared = _compared(prison, _came_back(prison) | {RecordName(PERSON, "movement", "x"): "0" * 64})
    assert (compared.differ, compared.homeless) == (0, 1)


def test_what_was_asserted_and_never_released_is_lost(prison: Agency) -> None:
    compared = _compared(prison, {})
    assert (compared.lost, compared.withheld) == (2, 0)


def test_unless_it_is_withheld_for_limited_access(prison: Agency) -> None:
    compared = _compared(prison, {}, "A1")
    assert (compared.lost, compared.withheld) == (0, 2)


def test_an_update_of_what_has_no_other_author_must_have_come_back(prison: Agency) -> None:
    by_hub = _came_back(prison)
    prison.enter("registration", "A1", {**_REGISTRATION, "riskLevel": "high"})
    assert _compared(prison, by_hub).lost == 1


def test_a_document_of_which_the_adapter_says_nothing_is_unsaid(prison: Agency) -> None:
    by_hub = _came_back(prison)
    prison.native.keep_quietly(Change("prison", "toy", "A1", "registration", "8", AT, {}))
    assert _compared(prison, by_hub).unsaid == 1
