from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.client.link import Delivery, RecordName
from adapters.sandbox.agency import Agency
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.systems import native_systems
from deploy.demo.latency import latencies, percentile
from hub.spec.registry import Registry, schemas_folder

_START = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
_REGISTER = {
    "registration_id": "R1",
    "register": "REGISTER",
    "register_type_code": "RHRH",
    "registration_date": "2026-01-12",
}


def _after(seconds: float) -> Callable[[], datetime]:
    return lambda: _START + timedelta(seconds=seconds)


def _delivery(number: int, record_type: str, key: str, *local_ids: str) -> Delivery:
    body = {"reference": "R1"} if record_type == "registration" else {"names": {"surname": "Marsh"}}
    return Delivery(number, "", RecordName("p1", record_type, key), local_ids, {}, None, False, "1.0.0", body, (), {})


class Agencies:
    """Both agencies, with files of their own."""

    def __init__(self, folder: Path) -> None:
        systems = native_systems(schemas_folder())
        self.registry = Registry.load(schemas_folder())
        self.files = {name: folder / f"{name}.db" for name in systems}
        self.probation, self.prison = (Agency(self.files[name], systems[name], self.registry) for name in self.files)

    def register(self, at: float) -> None:
        """Probation enters a registration and sends it."""
        change = Change("probation", "X1", "registration", "R1", _START, _REGISTER)
        self.probation.note_sent(self.probation.enter([change]), (_START + timedelta(seconds=at)).timestamp())

    @property
    def measured(self) -> list[float]:
        return [round(seconds, 3) for seconds in latencies(self.files, self.registry)]


_KEY = "probation-register/RHRH/probation/R1"


@pytest.fixture
def agencies(tmp_path: Path) -> Iterator[Agencies]:
    both = Agencies(tmp_path)
    yield both
    both.probation.close()
    both.prison.close()


def test_from_the_hand_of_one_to_the_store_of_both(agencies: Agencies) -> None:
    agencies.prison.apply([_delivery(1, "offender", "-", "A1")], _after(0))
    agencies.register(1)
    agencies.probation.apply([_delivery(1, "registration", _KEY, "X1")], _after(1.2))
    agencies.prison.apply([_delivery(2, "registration", _KEY, "A1")], _after(1.5))
    assert sorted(agencies.measured) == [0.2, 0.5]


def test_who_did_not_know_the_person_yet_is_not_counted(agencies: Agencies) -> None:
    agencies.register(1)
    agencies.probation.apply([_delivery(1, "registration", _KEY, "X1")], _after(1.2))
    agencies.prison.apply([_delivery(1, "offender", "-", "A1"), _delivery(2, "registration", _KEY, "A1")], _after(60))
    assert agencies.measured == [0.2]


def test_only_the_first_submission_and_the_first_release_count(agencies: Agencies) -> None:
    agencies.register(1)
    agencies.probation.apply([_delivery(1, "registration", _KEY, "X1")], _after(1.2))
    agencies.register(8)
    agencies.probation.apply([_delivery(2, "registration", _KEY, "X1")], _after(9.9))
    assert agencies.measured == [0.2]


def test_percentiles() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.99) == 99
    assert percentile([], 0.5) is None
