"""Submissions as CloudEvents 1.0, the way an agency sends them, and deliveries as it gets them."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from uuid import uuid4

import orjson

from adapters.client.link import Delivery, Event, Parked, RecordName, Refusal, Sighted
from hub.domain.canonical import Json, digest
from hub.domain.errors import Fault

_PROBLEM = "urn:case-sharing:problem:"
_FAULTS_TOLD, _PATH_TOLD, _RULE_TOLD, _DETAIL_TOLD = 20, 1_000, 100, 500
"""Of what is parked: so many faults at most, and so many characters of each part."""
_POINTER = re.compile(r"(/[^/\x00-\x1f]*)*")
_NOT_OF_A_RULE = re.compile(r"[^A-Za-z0-9._-]+")
_REFUSED = "refused"


def attributes(agency: str, event: Event) -> dict[str, str]:
    """The attributes of a submission's envelope; those without a value are left out."""
    given = {
        "specversion": "1.0",
        "id": event.id,
        "source": agency,
        "type": f"{event.record_type}.{'withdrawn' if event.withdrawn else 'submitted'}",
        "time": event.time.isoformat(),
        "subject": event.local_id,
        "dataschema": f"{event.record_type}/{event.version}",
        "sequence": None if event.sequence is None else str(event.sequence),
        "traceparent": event.traceparent,
    }
    return {name: value for name, value in given.items() if value is not None}


def kafka_headers(agency: str, event: Event) -> dict[str, str]:
    """The envelope in binary mode, as headers of a Kafka message."""
    return {
        "content-type": "application/json",
        **{f"ce_{name}": value for name, value in attributes(agency, event).items()},
    }


def receipt_headers(agency: str) -> dict[str, str]:
    """The envelope of a message that carries receipts."""
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(uuid4()),
        "ce_source": agency,
        "ce_type": "receipt",
    }


def structured(agency: str, event: Event) -> dict[str, Json]:
    """The envelope in structured mode, with its data."""
    return {**attributes(agency, event), "datacontenttype": "application/json", "data": event.body}


def receipts(deliveries: Iterable[Delivery]) -> dict[str, Json]:
    """The agency's word that it holds these deliveries as the hub sent them."""
    return {"receipts": [{"number": each.number, "digest": digest(each.release)} for each in deliveries]}


def seen_receipts(sighted: Iterable[Sighted]) -> dict[str, Json]:
    """The same, with the member of staff who has seen each."""
    said = [(receipts([each.delivery])["receipts"][0], each.seen) for each in sighted]
    return {"receipts": [{**receipt, "seen": {"by": seen.by, "at": seen.at.isoformat()}} for receipt, seen in said]}


def parked_message(parked: Iterable[Parked]) -> dict[str, Json]:
    """The agency's word that it could not apply these deliveries."""
    return {"receipts": [], "parked": [{"number": each.number, "faults": _told(each.faults)} for each in parked]}


def _told(faults: Iterable[Fault]) -> list[Json]:
    """The first of them in the form the hub takes, so that word of what is parked never fails for how it is put."""
    first = tuple(islice(faults, _FAULTS_TOLD)) or (Fault("", _REFUSED, ""),)
    return [
        {
            "path": each.path if len(each.path) <= _PATH_TOLD and _POINTER.fullmatch(each.path) else "",
            "rule": _NOT_OF_A_RULE.sub("-", each.rule)[:_RULE_TOLD].strip("._-") or _REFUSED,
            "detail": each.detail.replace("\0", " ")[:_DETAIL_TOLD],
        }
        for each in first
    ]


def read_delivery(document: Mapping[str, Json]) -> Delivery:
    """A delivery from the JSON the hub sends on either way."""
    release = document["release"]
    return Delivery(
        number=document["number"],
        digest=document["digest"],
        record=RecordName(document["person"], release["type"], release["key"]),
        local_ids=tuple(document["localIds"]),
        sources=document["sources"],
        moved_to=document["movedTo"],
        event=document.get("event"),
        withdrawn=release.get("withdrawn", False),
        version=release.get("version"),
        body=release.get("body"),
        contested=tuple(release.get("marks", {}).get("contested", ())),
        release=release,
    )


def delivery_document(delivery: Delivery) -> dict[str, Json]:
    """A delivery as the hub sends it; `read_delivery` gives it back."""
    return {
        "number": delivery.number,
        "digest": delivery.digest,
        "person": delivery.record.person,
        "localIds": list(delivery.local_ids),
        "sources": dict(delivery.sources),
        "movedTo": delivery.moved_to,
        "event": delivery.event,
        "release": dict(delivery.release),
    }


def read_tombstone(key: str, headers: Mapping[str, bytes]) -> Delivery:
    """The withdrawal that a tombstone stands for, where compaction has removed the release that said so."""
    record = RecordName(*key.split("/", 2))
    return Delivery(
        number=int(headers["hub-number"]),
        digest=headers["hub-digest"].decode(),
        record=record,
        local_ids=(),
        sources={},
        moved_to=None,
        withdrawn=True,
        version=None,
        body=None,
        contested=(),
        release={"type": record.type, "key": record.key, "withdrawn": True},
    )


def read_refusal(problem: Mapping[str, Json]) -> Refusal:
    """A refusal from a problem (RFC 9457)."""
    return Refusal(
        id=problem.get("id"),
        reason=problem["type"].removeprefix(_PROBLEM),
        detail=problem["detail"],
        faults=tuple(Fault(each["path"], each["rule"], each["detail"]) for each in problem.get("faults", ())),
    )


def encoded(document: Json) -> bytes:
    """JSON in UTF-8."""
    return orjson.dumps(document)
