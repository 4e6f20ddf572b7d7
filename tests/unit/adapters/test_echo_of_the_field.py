"""What a system of the field was told and announces as a change of its own is never said as its agency's word."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.client.native import System
from adapters.client.running.inbound import Inbound
from adapters.client.running.inbox import Arrival, InboxRow
from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from adapters.client.running.told import Telling
from adapters.delius import delius
from adapters.nomis import nomis
from adapters.oasys import oasys
from hub.domain.canonical import Json
from hub.spec.lens.rest import complete
from hub.spec.registry import schemas_folder
from tests.builders.native_releases import released
from tests.builders.valid_bodies import examples, registry, valid_bodies

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBER = {"nomis": "A1234BC", "delius": "X320741", "oasys": "X320741"}
ABOUT = {"nomis": "offenderNo", "delius": "crn", "oasys": "crn"}
SYSTEMS = {name: make(schemas_folder()) for name, make in (("nomis", nomis), ("delius", delius), ("oasys", oasys))}
HANDED = [(name, each) for name, system in SYSTEMS.items() for each in sorted(system.hands_over)]
ENTRIES = [body for body in examples("registration") if body["scheme"] != "prison-alert"]


class Beside:
    """An adapter's store beside a system that announces every write."""

    def __init__(self, system: System, folder: Path) -> None:
        self.system = system
        self.store = Store(folder / "adapter.db")
        self.inbound = Inbound(self.store, system, system.agency, registry(), lambda: None)

    def tell(self, body: Json, record_type: str) -> Json | None:
        """The record as it is handed over, and known to be; None where the system cannot hold it."""
        key = registry().newest(record_type).key("another", body)
        delivery = released(1, body, record_type, key, local_ids=(NUMBER[self.system.name],))
        handing = self.system.hand_over(delivery, None)
        if handing.faults:
            return None
        read = self.system.read_back(record_type, handing.native)
        holding = Holding(delivery.record, 1, handing.address, handing.native, handing.rest, delivery.release)
        with self.store.transaction():
            self.store.releases.keep([delivery])
            self.store.releases.applied(holding)
            told = Telling(
                (body, read, complete(self.system.read_back(record_type, handing.native), handing.rest)), handing.native
            )
            self.store.told.tell(delivery.record, 1, told)
        return handing.native

    async def announce(self, native: Json) -> list[Json]:
        """What is said because of it."""
        about = {ABOUT[self.system.name]: NUMBER[self.system.name]}
        with self.store.transaction():
            self.store.inbox.keep([Arrival(orjson.dumps(native), NOW + timedelta(minutes=1), about)])
        await self.inbound.step()
        return [each.body for each in self.store.outbox.waiting(100)]

    def parked(self) -> list[InboxRow]:
        return [*self.store.inbox.parked()]


@contextmanager
def beside(name: str) -> Iterator[Beside]:
    with TemporaryDirectory() as folder:
        found = Beside(SYSTEMS[name], Path(folder))
        try:
            yield found
        finally:
            found.store.close()


@pytest.mark.parametrize(("name", "record_type"), HANDED)
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_whatever_was_told_and_is_announced_is_known_again(
    name: str, record_type: str, data: st.DataObject
) -> None:
    body = data.draw(valid_bodies(record_type))
    with beside(name) as adapter:
        native = adapter.tell(body, record_type)
        if native is None:
            return
        assert await adapter.announce(native) == []
        assert [fault for row in adapter.parked() for fault in row.faults] == []


@pytest.mark.parametrize("body", ENTRIES, ids=lambda body: f"{body['scheme']}-{body['code']}")
async def test_another_services_register_that_the_prison_was_not_told_is_refused(body: Json) -> None:
    with beside("nomis") as adapter:
        native = adapter.tell(body, "registration")
        assert native is not None
        assert await adapter.announce({**native, "reference": "OWN-1"}) == []
        ((fault,),) = [row.faults for row in adapter.parked()]
        assert (fault.path, fault.rule) == ("/registerCode", "never-own")


async def test_an_entry_of_another_service_that_was_changed_is_refused_and_not_asserted() -> None:
    for name, of_scheme, place in (
        ("nomis", "probation-register", "/registerCode"),
        ("delius", "prison-alert", "/scheme"),
    ):
        (body, *_) = [each for each in examples("registration") if each["scheme"] == of_scheme]
        with beside(name) as adapter:
            native = adapter.tell(body, "registration")
            assert native is not None
            notes = "comment" if name == "nomis" else "notes"
            assert await adapter.announce({**native, notes: "Not as it was told."}) == []
            ((fault,),) = [row.faults for row in adapter.parked()]
            assert (fault.path, fault.rule) == (place, "never-own")
