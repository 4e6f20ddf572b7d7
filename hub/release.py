"""A release: the shared record as one agency gets it, under its contract."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from hub.domain.canonical import Json, canonical, digest
from hub.domain.contract import Contract, People
from hub.ports import HeldRow, PersonRow, RecordId, RecordRow, Seal


@dataclass(frozen=True, slots=True)
class Release:
    """What an agency is to hold of a record.

    document: what is digested: `{"type", "key", "version", "body", "marks": {...}}`, or
    `{"type", "key", "withdrawn": true}` where the agency is to hold nothing. Marks are `contested`, `ruled` and
    `underReview`, each a list of JSON Pointers into the body.
    digest: SHA-256 of the document's canonical JSON, 64 hex digits; also its ETag.
    sources: where each part came from, for parts that this agency may see; outside the digest.
    withheld: there is a record, but limited access keeps it back.
    known_as: digest of the agency's own local ids of the person, outside the digest above; empty when withdrawn.
    When it changes, the agency is told again: it may hold the record under the id of somebody else.
    """

    document: Json
    digest: str
    withdrawn: bool
    sources: Mapping[str, list[str]]
    withheld: bool = False
    known_as: str = ""

    def is_held(self, held: HeldRow) -> bool:
        """Whether this very release is the agency's last, under the same local ids of its own."""
        return held.digest == self.digest and held.known_as == self.known_as


def render(
    contract: Contract, record_id: RecordId, record: RecordRow | None, person: PersonRow | None, seal: Seal
) -> Release:
    """The current release of a record for an agency; pure but for opening the seal.

    What is not permitted is not there: a type the contract does not list, a person the agency does not know,
    limited access without rights for it, whether the person's offender record says it or this record alone, and a
    notice whose day is too far off for this agency.
    """
    receives = contract.receives.get(record_id.type)
    if record is None or record.content is None or person is None or receives is None:
        return _nothing(record_id)
    if contract.people is People.KNOWN and all(agency != contract.agency for agency, _, _ in person.locals):
        return _nothing(record_id)
    if person.restricted and not contract.limited_access:
        return _nothing(record_id, withheld=True)
    content = orjson.loads(seal.open(f"person:{record_id.person}", record.content))
    body, sources = content["body"], content["sources"]
    marks = {name: content[name] for name in ("contested", "ruled")}
    marks["underReview"] = [*record.under_review]
    if contract.agency not in content.get("told", (contract.agency,)):
        return _nothing(record_id)
    if _says_limited(body) and not contract.limited_access:
        return _nothing(record_id, withheld=True)
    if receives.fields is not None:
        visible = receives.fields | {""}
        body = {name: value for name, value in body.items() if name in visible}
        marks = {name: [path for path in paths if _first(path) in visible] for name, paths in marks.items()}
        sources = {path: names for path, names in sources.items() if _first(path) in visible}
    document = {
        "type": record_id.type,
        "key": record_id.key,
        "version": receives.version,
        "body": body,
        "marks": marks,
    }
    known_as = digest(sorted(key for key, _ in _own(contract.agency, person)))
    return Release(document, digest(document), withdrawn=False, sources=sources, known_as=known_as)


def _says_limited(body: Json) -> bool:
    """Whether the record itself is of a person whom its system keeps from some staff, as an assessment may say."""
    return body.get("limitedAccess") is True


def _nothing(record_id: RecordId, *, withheld: bool = False) -> Release:
    document = {"type": record_id.type, "key": record_id.key, "withdrawn": True}
    return Release(document, digest(document), withdrawn=True, sources={}, withheld=withheld)


def _first(path: str) -> str:
    """The record's own property in which a place lies; "" for the whole record, which is always visible."""
    return path.partition("#")[0].split("/", 2)[1] if path else ""


def wrap(release: Release, held: HeldRow, person: PersonRow | None, seal: Seal) -> bytes:
    """The delivery as it is sent: the release with its number, and what stands outside the digest.

    JSON: number, digest, person, localIds (the agency's own, of this person), sources, movedTo (the survivor,
    where the person was merged away), event (how the person came to be or ceased to be, where others are concerned),
    release.
    """
    agency, person_id = held.id.agency, held.id.record.person
    return canonical(
        {
            "number": held.number,
            "digest": release.digest,
            "person": person_id,
            "localIds": own_local_ids(agency, person, seal),
            "sources": release.sources,
            "movedTo": person.survivor if person else None,
            "event": _event(person) if person else None,
            "release": release.document,
        }
    )


def _event(person: PersonRow) -> Json:
    """Of two persons that became one: who stays and who is no more. Of one that became two: who stays, who came out."""
    if person.survivor is not None:
        return {"type": "person.merged", "survivor": person.survivor, "removed": person.id}
    if person.parted_from is not None:
        return {"type": "person.split", "survivor": person.parted_from, "removed": person.id}
    return None


def own_local_ids(agency: str, person: PersonRow | None, seal: Seal) -> list[str]:
    """The agency's own local ids of a person, opened and sorted."""
    return sorted(seal.open(f"local:{key}", sealed).decode() for key, sealed in _own(agency, person))


def _own(agency: str, person: PersonRow | None) -> list[tuple[str, bytes]]:
    """The agency's own local ids of a person: local key and sealed local id."""
    return [(key, sealed) for name, key, sealed in (person.locals if person else ()) if name == agency]
