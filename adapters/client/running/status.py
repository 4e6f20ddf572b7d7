"""What an operator sees of an adapter, and may have tried again. Documents as they are shown as JSON."""

from collections import defaultdict
from collections.abc import Iterable

from adapters.client.running.inbox import InboxRow, Stage
from adapters.client.running.outbox import RefusedRow
from adapters.client.running.retracing import Retracing
from adapters.client.running.store import Store
from hub.domain.canonical import Json
from hub.domain.errors import Fault

_IN, _OUT = "in-", "out-"


def status(store: Store) -> dict[str, Json]:
    """Counts of what waits and what is parked, each way, and how far the agency has come with what it is told."""
    inbox, outbox, releases = store.inbox.count(), store.outbox.count(), store.releases.count()
    return {
        "inbox": inbox[Stage.WAITING],
        "outbox": outbox.get("waiting", 0),
        "parkedIn": inbox[Stage.PARKED],
        "toHandOver": releases["waiting"],
        "parkedOut": releases["parked"],
        "receiptsDue": releases["receipts"],
        "sightingsDue": store.sightings.count(),
        "lastNumberApplied": releases["last"],
    }


def parked(store: Store, retracing: Retracing | None = None) -> list[dict[str, Json]]:
    """What is parked: payloads of which something was refused, here or by the hub; releases not applied.

    What the hub refused is told by its path in the record, and with `retracing` by that in the payload, too.
    """
    refused: defaultdict[int, list[RefusedRow]] = defaultdict(list)
    for each in store.outbox.all_refused():
        refused[each.payload].append(each)
    found = [_payload(row, refused.get(row.position, []), retracing) for row in store.inbox.parked()]
    found += [
        {
            "id": f"{_OUT}{each.number}",
            "what": each.record.type,
            "refusedBy": "the native system",
            "faults": _faults("", each.faults),
        }
        for each in store.releases.parked()
    ]
    return found


def retry(store: Store, ids: Iterable[str]) -> list[str]:
    """Have these tried again, by the running process or the next; those of them that are not parked."""
    unknown = []
    with store.transaction():
        for each in ids:
            number = each.removeprefix(_IN).removeprefix(_OUT)
            way = store.releases if each.startswith(_OUT) else store.inbox
            if not each.startswith((_IN, _OUT)) or not number.isdecimal() or not way.retry(int(number)):
                unknown.append(each)
    return unknown


def _payload(row: InboxRow, refused: list[RefusedRow], retracing: Retracing | None) -> dict[str, Json]:
    told = _faults("", row.faults)
    for each in refused:
        by_hub = _faults(each.record_type, each.faults) or [_fault(each.record_type, Fault("", each.reason, ""))]
        origin = retracing.origin(row, each) if retracing else lambda _: None
        told += [one if (at := origin(one["path"])) is None else {**one, "native": at} for one in by_hub]
    return {
        "id": f"{_IN}{row.position}",
        "what": "payload",
        "refusedBy": "the hub" if refused else "the adapter",
        "faults": told,
    }


def _faults(record_type: str, faults: Iterable[Fault]) -> list[Json]:
    return [_fault(record_type, each) for each in faults]


def _fault(record_type: str, fault: Fault) -> dict[str, Json]:
    """record_type: in whose body the path lies, "" where it lies in the payload or release itself."""
    told = {"path": fault.path, "rule": fault.rule, "detail": fault.detail}
    return {"record": record_type, **told} if record_type else told
