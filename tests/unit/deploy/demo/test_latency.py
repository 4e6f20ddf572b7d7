from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.latency import latencies, percentile
from hub.domain.canonical import Json
from tests.builders.native_releases import released
from tests.unit.deploy.demo.beside import Agency

_KEY = "probation-register/RHRH/probation/7"
_OFFENDER: Json = {"names": {"surname": "Marsh"}}
_REGISTRATION: Json = {
    "scheme": "probation-register",
    "code": "RHRH",
    "reference": "7",
    "period": {"start": "2026-01-05"},
}


class Both:
    """Both agencies; the person is X1 to probation and A1 to the prison."""

    def __init__(self, probation: Agency, prison: Agency) -> None:
        self.probation = probation
        self.prison = prison

    def register(self, second: float) -> None:
        self.probation.enter("registration", "X1", _REGISTRATION, second)

    def apply(self, agency: Agency, number: int, second: float) -> None:
        local_id = "X1" if agency is self.probation else "A1"
        agency.hold(released(number, _REGISTRATION, "registration", _KEY, local_ids=(local_id,)), second)

    @property
    def measured(self) -> list[float]:
        natives = {each.name: each.native_file for each in (self.probation, self.prison)}
        return [round(each, 3) for each in latencies([self.probation.beside, self.prison.beside], natives)]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with Agency("probation", tmp_path) as probation, Agency("prison", tmp_path) as prison:
        yield Both(probation, prison)


def test_from_the_hand_of_one_into_the_systems_of_both(both: Both) -> None:
    both.prison.hold(released(1, _OFFENDER), 0)
    both.register(1)
    both.apply(both.probation, 1, 1.2)
    both.apply(both.prison, 2, 1.5)
    assert sorted(both.measured) == [0.2, 0.5]


def test_who_did_not_know_the_person_yet_is_not_counted(both: Both) -> None:
    both.register(1)
    both.apply(both.probation, 1, 1.2)
    both.prison.hold(released(1, _OFFENDER), 60)
    both.apply(both.prison, 2, 60)
    assert both.measured == [0.2]


def test_only_the_first_entry_and_the_first_release_count(both: Both) -> None:
    both.register(1)
    both.apply(both.probation, 1, 1.2)
    both.register(8)
    both.apply(both.probation, 2, 9.9)
    assert both.measured == [0.2]


def test_percentiles() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.99) == 99
    assert percentile([], 0.5) is None
