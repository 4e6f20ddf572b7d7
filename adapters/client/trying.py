"""Tries an adapter on files, without a hub: what becomes of native payloads, and of releases in native form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from adapters.client.events import read_delivery, structured
from adapters.client.link import Delivery, Event, RecordName
from adapters.client.native import KnowsWhatWaits, Payload, Said, System, Taken
from adapters.client.running.folder_in import arrivals_in
from adapters.client.running.inbound import never_own
from adapters.client.running.inbox import Arrival
from adapters.client.running.parts import PartsInMemory
from hub.clock import Clock
from hub.domain.canonical import Json, digest, parse
from hub.domain.errors import Fault, Rejected
from hub.spec.registry import Registry

_UNMARKED: Json = {"contested": [], "ruled": [], "underReview": []}
_NO_DELIVERY = Fault("", "kind", "is neither a delivery of the feed nor a submission as `hub adapt` prints it")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a file, in a sentence without values. lost: something of it was not taken."""

    file: str
    says: str
    lost: bool


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A record said. slot: whose word on what. about: of which things in parts it was made."""

    said: Said
    version: str
    slot: tuple[str, str, str]
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A payload that waits. about: of which things in parts."""

    remark: Remark
    payload: Payload
    about: frozenset[str]


@dataclass(slots=True)
class Trial:
    """Takes payloads as the running adapter would on its first day, and sends nothing."""

    system: System
    agency: str
    registry: Registry
    now: Clock
    about: Mapping[str, str]
    remarks: list[Remark] = field(default_factory=list)
    _parts: PartsInMemory = field(default_factory=PartsInMemory)
    _spoken: list[_Spoken] = field(default_factory=list)
    _waiting: list[_Waiting] = field(default_factory=list)

    def take(self, file: Path) -> None:
        """Take every payload of a file."""
        for arrival in arrivals_in(file, self.now):
            self._take(str(file), arrival)

    def submissions(self) -> Iterator[dict[str, Json]]:
        """What the agency would say: CloudEvents. A record made of parts is said once, of all its parts."""
        for each in self._spoken:
            said = each.said
            yield structured(
                self.agency,
                Event(
                    str(uuid4()),
                    said.record_type,
                    each.version,
                    said.local_id,
                    said.time,
                    said.body,
                    said.withdrawn,
                    said.sequence,
                ),
            )

    def all_remarks(self) -> list[Remark]:
        """What there is to know, parts included that never became a record."""
        return [*self.remarks, *(each.remark for each in self._waiting if self._still_waits(each))]

    def _take(self, file: str, arrival: Arrival) -> None:
        try:
            document = parse(arrival.document)
        except Rejected as refusal:
            self._refuse(file, refusal.faults or (Fault("", refusal.reason.value, refusal.detail),))
            return
        self._parts.touched.clear()
        payload = Payload(document, arrival.received, {**arrival.about, **self.about})
        taken = self.system.take(payload, self._parts)
        about = frozenset(self._parts.touched)
        for said in taken.said:
            self._say(file, said, about)
        knows = isinstance(self.system, KnowsWhatWaits)
        if taken.said and not knows:
            self._waiting = [each for each in self._waiting if not each.about & about]
        if taken.waiting and (knows or not taken.said):
            remark = Remark(file, f"waiting: {taken.waiting}", lost=True)
            self._waiting.append(_Waiting(remark, payload, about))
        self._refuse(file, taken.refused)
        self.remarks.extend(_remarks(file, taken))

    def _still_waits(self, each: _Waiting) -> bool:
        return not isinstance(self.system, KnowsWhatWaits) or self.system.still_waits(each.payload, self._parts)

    def _say(self, file: str, said: Said, about: frozenset[str]) -> None:
        try:
            spec = self.registry.newest(said.record_type)
            (spec.check_withdrawal if said.withdrawn else spec.check)(said.body)
        except Rejected as refusal:
            made = f"in the {said.record_type} made of it: "
            self._refuse(file, [replace(each, detail=made + each.detail) for each in refusal.faults])
            return
        if said.told_at is not None:
            self._refuse(file, [never_own(said.told_at)])
            return
        slot = said.record_type, said.local_id, spec.reference(said.body)
        self._spoken = [each for each in self._spoken if each.slot != slot or not each.about & about]
        self._spoken.append(_Spoken(said, spec.version, slot, about))

    def _refuse(self, file: str, faults: Iterable[Fault]) -> None:
        self.remarks.extend(_refusals(file, faults))


def hand_over(system: System, registry: Registry, file: Path, now: Clock) -> Iterator[dict[str, Json] | Remark]:
    """The releases of a file in native form, `address`, `native` and `carried` of each; remarks on what has none.

    file: JSON or NDJSON; deliveries as the feed gives them, one or a page of them, or submissions as `Trial` gives
    them.
    """
    for arrival in arrivals_in(file, now):
        try:
            deliveries = [*_deliveries(parse(arrival.document), registry)]
        except Rejected as refusal:
            yield from _refusals(str(file), refusal.faults or (Fault("", refusal.reason.value, refusal.detail),))
            continue
        if not deliveries:
            yield from _refusals(str(file), [_NO_DELIVERY])
        for delivery in deliveries:
            yield from _handed(system, str(file), delivery)


def _handed(system: System, file: str, delivery: Delivery) -> Iterator[dict[str, Json] | Remark]:
    if delivery.record.type not in system.hands_over:
        yield Remark(file, f"{delivery.record.type}: {system.name} takes no releases of this type", lost=True)
        return
    handing = system.hand_over(delivery, None)
    yield from _refusals(file, handing.faults)
    if not handing.faults:
        yield {"address": handing.address, "native": handing.native, "carried": list(handing.carried)}


def _deliveries(document: Json, registry: Registry) -> Iterator[Delivery]:
    """Deliveries as they are given, or made of submissions; none where the document is neither."""
    match document:
        case {"deliveries": [*deliveries]}:
            yield from map(read_delivery, deliveries)
        case {"release": {"type": _, "key": _}, "number": _, "digest": _, "person": _, "localIds": _}:
            yield read_delivery({"sources": {}, "movedTo": None, **document})
        case {"specversion": _, "source": str(agency), "type": str(kind), "subject": str(local_id), "data": body}:
            yield _delivery_of(registry, agency, kind, local_id, body)


def _delivery_of(registry: Registry, agency: str, kind: str, local_id: str, body: Json) -> Delivery:
    """A submission as if it had been released just so."""
    record_type, _, what = kind.rpartition(".")
    spec, gone = registry.newest(record_type), what == "withdrawn"
    (spec.check_withdrawal if gone else spec.check)(body)
    key = spec.reference(body) if gone else spec.key(agency, body)
    release: dict[str, Json] = {"type": record_type, "key": key}
    release |= {"withdrawn": True} if gone else {"version": spec.version, "body": body, "marks": _UNMARKED}
    return Delivery(
        0, digest(release), RecordName("", record_type, key), (local_id,), {}, None, gone, release.get("version"),
        release.get("body"), (), release,
    )  # fmt: skip


def _refusals(file: str, faults: Iterable[Fault]) -> Iterator[Remark]:
    for each in faults:
        yield Remark(file, f"refused {each.path or 'the whole'} ({each.rule}): {each.detail}", lost=True)


def _remarks(file: str, taken: Taken) -> Iterator[Remark]:
    for each in taken.homeless:
        if each.because is None:
            yield Remark(file, f"unknown {each.path}: the table does not know this field", lost=True)
        else:
            yield Remark(file, f"no home {each.path}: {each.because}", lost=False)
    for code in taken.unlisted:
        yield Remark(file, f"unlisted {code.path}: kept raw, the list {code.code_list} has no such code", lost=False)
    for notice in taken.notices:
        yield Remark(file, f"notice {notice.path} ({notice.rule}): {notice.detail}", lost=False)
