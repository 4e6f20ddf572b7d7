"""The probation system's adapter, and a desk at which payloads are handed in one after another."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from adapters.client.native import Payload, Said, Taken
from adapters.client.running.parts import PartsInMemory
from adapters.delius import Delius, delius
from hub.domain.canonical import Json
from hub.spec.registry import schemas_folder

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def system() -> Delius:
    return delius(schemas_folder())


class Desk:
    """Takes payloads a minute apart. now: the last that was said of every record, None when it was withdrawn."""

    def __init__(self, system: Delius) -> None:
        self.system = system
        self.parts = PartsInMemory()
        self.received = START
        self.now: dict[tuple[str, str, str], Json] = {}
        self.said: list[Said] = []

    def take(self, document: Json, about: Mapping[str, str] | None = None) -> Taken:
        self.received += timedelta(minutes=1)
        taken = self.system.take(Payload(document, self.received, about or {}), self.parts)
        for said in taken.said:
            self.said.append(said)
            body = None if said.withdrawn else said.body
            self.now[said.record_type, said.local_id, said.body.get("reference", "")] = body
        return taken

    def offender(self, crn: str = "X320741") -> Json:
        return self.now.get(("offender", crn, ""))

    def registrations(self, crn: str = "X320741") -> dict[str, Json]:
        return {
            reference: body
            for (record_type, local_id, reference), body in self.now.items()
            if record_type == "registration" and local_id == crn and body is not None
        }


@pytest.fixture
def desk(system: Delius) -> Desk:
    return Desk(system)


@pytest.fixture
def new_desk(system: Delius) -> Callable[[], Desk]:
    return lambda: Desk(system)
