"""An agency with a toy system and the adapter beside it, by hand: what is entered, said and handed over, and when."""

from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.client.link import Delivery
from adapters.client.native import Said
from adapters.client.running.inbox import Arrival
from adapters.client.running.outbox import Slot
from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.native import NativeStore
from deploy.demo.stage import Beside
from hub.domain.canonical import Json
from tests.builders.toy_system import ToySystem
from tests.builders.valid_bodies import registry

AT = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)


class Agency:
    """A context manager; its files stay. Everything happens at once, at the second that is given."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.native_file = folder / f"{name}.db"
        self.beside = Beside(name, "toy", folder / f"{name}-toy.db", 0, "")
        self.system = ToySystem()
        self._ending = ExitStack()

    def __enter__(self) -> "Agency":
        self.native = self._ending.enter_context(closing(NativeStore(self.native_file)))
        self.store = self._ending.enter_context(closing(Store(self.beside.store)))
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def enter(self, record_type: str, local_id: str, body: Json, second: float = 0.0) -> None:
        """Its users enter a record, and its adapter says it."""
        spec = registry().newest(record_type)
        reference = spec.reference(body)
        self.native.enter([Change(self.name, "toy", local_id, record_type, reference, AT, body)], second)
        (announced,) = self.native.waiting(1)
        self.native.note_taken([announced], second)
        arrival = Arrival(orjson.dumps(body), AT, {}, f"hook/{announced.position}")
        slot = Slot(record_type, local_id, spec.key(self.name, body), reference)
        with self.store.transaction():
            self.store.inbox.keep([arrival])
            (row,) = self.store.inbox.waiting(1)
            submission = self.store.outbox.say(Said(record_type, local_id, AT, body), slot, "1.0.0", row.position)
            self.store.inbox.settle(row.position, [])
            self.store.outbox.sent([submission])

    def hold(self, delivery: Delivery, second: float = 0.0) -> None:
        """Its adapter hands a release over."""
        handing = self.system.hand_over(delivery, None)
        self.native.tell("toy", handing.address, handing.native, second)
        release = {name: value for name, value in delivery.release.items() if name != "body"}
        holding = Holding(delivery.record, delivery.number, handing.address, handing.native, handing.rest, release)
        with self.store.transaction():
            self.store.releases.keep([delivery])
            self.store.releases.applied(holding)
