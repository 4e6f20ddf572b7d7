"""From native payloads to submissions: what each says of itself, put into the outbox in one transaction with it."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import structlog

from adapters.client.echo import OwnWords
from adapters.client.native import Payload, Said, System, Taken
from adapters.client.running.inbox import InboxRow
from adapters.client.running.outbox import Slot
from adapters.client.running.parts import PartsInMemory
from adapters.client.running.store import Store
from adapters.client.running.told import Telling
from hub.domain.canonical import Json, canonical, parse
from hub.domain.errors import Fault, HubError, Rejected
from hub.spec.record import RecordSpec
from hub.spec.registry import Registry

_AT_ONCE = 50
ADAPTER_FAILED = Fault("", "adapter", "the adapter failed on it; its log says where")

_log = structlog.get_logger(__name__)


def never_own(place: str) -> Fault:
    """That a record at this place of a payload is neither what was told, nor any that the system says itself."""
    detail = "is a record of another service: the system may repeat it as it was told, and change nothing of it"
    return Fault(place, "never-own", detail)


class Inbound:
    """Takes payloads. agency: whose word they are. wrote: is called when there is something to send."""

    def __init__(
        self, store: Store, system: System, agency: str, registry: Registry, wrote: Callable[[], None]
    ) -> None:
        self._store = store
        self._system = system
        self._agency = agency
        self._registry = registry
        self._wrote = wrote
        self._words = {name: OwnWords(registry.newest(name)) for name in registry.types()}

    async def step(self) -> int:
        """Take the next payloads, in one transaction; how many they were."""
        rows = self._store.inbox.waiting(_AT_ONCE)
        if not rows:
            return 0
        reached = 0
        try:
            with self._store.transaction():
                for reached, row in enumerate(rows):  # noqa: B007 - where it failed
                    self._take(row)
        except (HubError, sqlite3.Error):
            raise
        except Exception:
            # The adapter's own fault ends the process; started again, it must not end at the same payload.
            with self._store.transaction():
                self._store.inbox.settle(rows[reached].position, [ADAPTER_FAILED])
            raise
        self._wrote()
        return len(rows)

    def _take(self, row: InboxRow) -> None:
        try:
            payload = Payload(parse(row.document), row.recorded, row.about)
        except Rejected as refusal:
            faults = refusal.faults or (Fault("", refusal.reason.value, refusal.detail),)
            self._store.inbox.settle(row.position, faults)
            return
        taken = self._system.take(payload, self._store.parts)
        faults = (*taken.refused, *(fault for said in taken.said for fault in self._say(said, payload, row.position)))
        if faults and self._store.told.repeats(payload.document, payload.received):
            faults = ()  # what the adapter wrote itself is no news, whatever cannot be read of it
        self._store.outbox.retried(row.position)
        self._store.inbox.settle(row.position, faults)
        _tell(taken, faults)

    def _say(self, said: Said, payload: Payload, position: int) -> tuple[Fault, ...]:
        """Queue what the agency says itself; what is wrong with it, by its place in the payload if that is known."""
        try:
            spec = self._registry.newest(said.record_type)
            if said.withdrawn:
                spec.check_withdrawal(said.body)
                self._withdraw(said, spec, position)
                return ()
            spec.check(said.body)
        except Rejected as refusal:
            faults = refusal.faults or (Fault("", refusal.reason.value, refusal.detail),)
            return tuple(replace(each, path=said.origin(each.path) or each.path) for each in faults)
        own = self._own(said, spec, payload)
        if own is None:
            return ()
        if said.told_at is not None:
            return (never_own(said.told_at),)
        slot = Slot(said.record_type, said.local_id, spec.key(self._agency, own), spec.reference(own))
        if not self._store.outbox.says(said, slot, own):
            self._store.outbox.say(replace(said, body=own), slot, spec.version, position)
        return ()

    def _own(self, said: Said, spec: RecordSpec, payload: Payload) -> Json | None:
        """What of it is the agency's own word and was not said before; None when nothing is."""
        outbox = self._store.outbox
        key, reference = spec.key(self._agency, said.body), spec.reference(said.body)
        told = self._store.told.of_record(said.record_type, said.local_id, key, said.time)
        last = outbox.last_said(said.record_type, said.local_id, reference=reference)
        if last is None and told:
            # The native system may have taken over the reference it was told along with the rest.
            last = outbox.last_said(said.record_type, said.local_id, key=key)
        if last is None and self._repeats_anothers(said, payload):
            return None
        before = None if last is None or last.withdrawn else last.body
        forms = [form for telling in told for form in self._forms(telling, said.record_type, payload)]
        own = self._words[said.record_type].own(said.body, before, forms)
        return None if own is None or (before is not None and canonical(own) == canonical(before)) else own

    def _repeats_anothers(self, said: Said, payload: Payload) -> bool:
        """Whether it is, all of it, a record that only another agency has: the key of such names that agency."""
        words = self._words[said.record_type]
        told = self._store.told.of_person(said.record_type, said.local_id, said.time)
        return any(
            words.own(said.body, None, self._forms(telling, said.record_type, payload)) is None for telling in told
        )

    def _forms(self, telling: Telling, record_type: str, payload: Payload) -> list[Json]:
        """Shared bodies by which what was told is known again: also as it would be taken if it came like this."""
        again = self._system.take(replace(payload, document=telling.native), PartsInMemory())
        return [*telling.forms, *(said.body for said in again.said if said.record_type == record_type)]

    def _withdraw(self, said: Said, spec: RecordSpec, position: int) -> None:
        """Take back what was said. What was only told is not the agency's to take back; what is unknown may be."""
        reference = spec.reference(said.body)
        last = self._store.outbox.last_said(said.record_type, said.local_id, reference=reference)
        if last is None and self._was_told(said, spec, reference):
            return
        if last is not None and last.withdrawn:
            return
        slot = Slot(said.record_type, said.local_id, last.key if last else "", reference)
        if not self._store.outbox.says(said, slot, said.body):
            self._store.outbox.say(said, slot, spec.version, position)

    def _was_told(self, said: Said, spec: RecordSpec, reference: str) -> bool:
        told = self._store.told.of_person(said.record_type, said.local_id, said.time)
        names = spec.schema["x-reference"]
        return any(
            spec.reference(form) == reference
            for telling in told
            for form in telling.forms
            if all(name in form for name in names)
        )


def _tell(taken: Taken, faults: tuple[Fault, ...]) -> None:
    """What somebody should know; paths and lists, never values."""
    if faults:
        _log.warning("payload_parked", path=[fault.path for fault in faults], reason=[fault.rule for fault in faults])
    if taken.unlisted:
        _log.warning("codes_unlisted", path=[each.path for each in taken.unlisted])
    if unknown := [each.path for each in taken.homeless if each.because is None]:
        _log.warning("fields_unknown", path=unknown)
    if taken.notices:
        _log.info("payload_noticed", path=[each.path for each in taken.notices])
