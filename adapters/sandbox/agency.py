"""A pretend agency: its native store, what it says to the hub out of it, and what it writes down of what it is told.

It never says what it was merely told: its own native rows and those the hub told are kept apart (`Origin`), and
submissions are read from its own alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.client.link import Delivery, Event, RecordName
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.ledger import HeldRecord, Ledger, Outgoing, OwnRecord
from adapters.sandbox.mapping import said
from adapters.sandbox.returns import Returned
from adapters.sandbox.shape import NativeSystem
from adapters.sandbox.store import NativeStore, connect
from hub.clock import Clock
from hub.domain.canonical import Json, digest
from hub.spec.registry import Registry

VERSION = "1.0.0"
"""Of the common specification, for everything both agencies say."""


class Agency:
    """An agency over its file. ids: what its submission ids start with."""

    def __init__(self, path: Path, system: NativeSystem, registry: Registry) -> None:
        self.name = system.name
        self._system = system
        self._registry = registry
        self._connection = connect(path)
        self._native = NativeStore(self._connection, system)
        self.ledger = Ledger(self._connection)
        with self._connection:
            self._native.create()
            self.ledger.create()

    def enter(self, changes: Iterable[Change]) -> list[Outgoing]:
        """Enter changes into the native store, and queue what they make the agency say; one transaction."""
        with self._connection:
            return [self._enter(change) for change in changes]

    def repeat(self, refused: Outgoing) -> Outgoing:
        """Queue what was refused once more, under an id of its own; one transaction."""
        with self._connection:
            position = self.ledger.next_position()
            again = replace(refused, position=position, id=self._id(position))
            self.ledger.queue(again)
            self.ledger.mended(refused.position, position)
            return again

    def misnumber(self, outgoing: Outgoing, used_id: str) -> Outgoing:
        """Give a queued submission an id that another has, as a system does that lost count."""
        with self._connection:
            self.ledger.rename(outgoing.position, used_id)
            return replace(outgoing, id=used_id)

    def note_sent(self, outgoing: Iterable[Outgoing], at: float) -> None:
        """Note what was handed over, and when (seconds since 1970)."""
        with self._connection:
            self.ledger.sent([each.position for each in outgoing], at)

    def note_refused(self, submission_id: str, reason: str) -> Outgoing | None:
        """Note a refusal; returns what was refused."""
        with self._connection:
            return self.ledger.refused(submission_id, reason)

    def note(self, name: str, value: str) -> None:
        """Remember a single fact."""
        with self._connection:
            self.ledger.write_note(name, value)

    def apply(self, deliveries: Sequence[Delivery], now: Clock) -> list[Delivery]:
        """Write releases down natively; one transaction.

        Returns the same deliveries with the release as the native store now gives it back: what a receipt says
        is computed from what is really held.
        """
        with self._connection:
            for delivery in deliveries:
                self._apply(delivery, now)
            return [replace(delivery, release=self._as_held(delivery)) for delivery in deliveries]

    def applied(self) -> dict[RecordName, int]:
        """The last number applied of every record held."""
        return {held.name: held.number for held in self.ledger.all_held()}

    def digests(self) -> Iterator[tuple[HeldRecord, str]]:
        """Every record held, with its digest computed anew from the native store."""
        for held in self.ledger.all_held():
            yield held, digest(self._document(held))

    def held_bodies(self) -> Iterator[tuple[HeldRecord, Json]]:
        """Every record held and not withdrawn, as the native store gives it back."""
        for held in self.ledger.all_held():
            if held.row is not None:
                yield held, self._native.body(held.name.type, held.row)

    def own_bodies(self) -> Iterator[tuple[OwnRecord, Json]]:
        """Every record the agency asserts, as it would say it now."""
        for own in self.ledger.all_own():
            yield own, self._native.body(own.record_type, own.row)

    def returned(self, outgoing: Outgoing) -> Returned:
        """How a release will name what is submitted."""
        key = self._registry.get(outgoing.record_type, VERSION).key(self.name, outgoing.body)
        return Returned(outgoing.record_type, key, outgoing.local_id)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _enter(self, change: Change) -> Outgoing:
        row = self.ledger.own(change.record_type, change.local_id, change.reference)
        before = None if row is None else self._native.body(change.record_type, row)
        if row is not None:
            self._native.remove(change.record_type, row)
            self.ledger.retract_own(change.record_type, change.local_id, change.reference)
        position = self.ledger.next_position()
        outgoing = Outgoing(
            position,
            self._id(position),
            change.record_type,
            change.local_id,
            change.reference,
            change.recorded,
            self._entered(change) if change.row is not None else self._names(change.record_type, before),
            withdrawn=change.row is None,
        )
        self.ledger.queue(outgoing)
        return outgoing

    def _entered(self, change: Change) -> Json:
        row = change.row or {}
        number = self._native.record(change.record_type, change.local_id, row)
        self.ledger.assert_own(change.record_type, change.local_id, change.reference, number)
        return said(self._system.shapes[change.record_type].parts, row)

    def _names(self, record_type: str, body: Json) -> Json:
        """What names a record to be withdrawn."""
        names = self._registry.get(record_type, VERSION).schema["x-reference"]
        return {name: body[name] for name in names}

    def _id(self, position: int) -> str:
        return f"{self.name}-{position}"

    def _apply(self, delivery: Delivery, now: Clock) -> None:
        before = self.ledger.held(delivery.record)
        if before is not None and before.row is not None:
            self._native.remove(delivery.record.type, before.row)
        row = None
        if not delivery.withdrawn:
            local_id = delivery.local_ids[0] if delivery.local_ids else None
            row = self._native.keep(delivery.record.type, local_id, delivery.body)
        self.ledger.hold(delivery, row, now().timestamp())

    def _as_held(self, delivery: Delivery) -> Json:
        held = self.ledger.held(delivery.record)
        return delivery.release if held is None else self._document(held)

    def _document(self, held: HeldRecord) -> Json:
        """The release as it was digested, from what the native store holds."""
        if held.row is None:
            return {"type": held.name.type, "key": held.name.key, "withdrawn": True}
        return {
            "type": held.name.type,
            "key": held.name.key,
            "version": held.version,
            "body": self._native.body(held.name.type, held.row),
            "marks": {"contested": list(held.contested)},
        }


def event_of(outgoing: Outgoing) -> Event:
    """The submission as the link takes it."""
    return Event(
        id=outgoing.id,
        record_type=outgoing.record_type,
        version=VERSION,
        local_id=outgoing.local_id,
        time=outgoing.recorded,
        body=outgoing.body,
        withdrawn=outgoing.withdrawn,
        sequence=outgoing.position,
    )
