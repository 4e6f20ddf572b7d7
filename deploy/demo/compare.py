"""Compares what the agencies really hold with what the hub holds for them, and asks whether anything was lost.

The agencies' side is computed anew from their native stores. The hub's side is what its feed gives each agency
from the start, read with that agency's credentials; nobody looks into the hub's database.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from adapters.client.credentials import ClientCredentials
from adapters.client.events import read_delivery
from adapters.client.link import RecordName
from adapters.sandbox.agency import VERSION, Agency
from hub.domain.canonical import Json
from hub.spec.registry import Registry
from hub.trust.agencies import Credentials

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """One agency beside the hub.

    held: record type -> how many it holds. agree: of these and of what the hub holds for it, how many have the
    same digest. differ: how many have not, or stand on one side only. asserted: record type -> how many records it
    asserts. withheld: of these, released to nobody because of limited access. lost: of these, not released to it
    for no reason known, or not as the agency, their only author, says them.
    """

    held: Mapping[str, int]
    agree: int
    differ: int
    asserted: Mapping[str, int]
    withheld: int
    lost: int


class _Asserted(NamedTuple):
    """A record the agency asserts, as it says it now."""

    record_type: str
    key: str
    local_id: str
    body: Json


async def held_by_hub(hub: str, credentials: Credentials) -> dict[RecordName, str]:
    """What the hub holds for an agency: record -> digest, withdrawn ones left out."""
    auth = ClientCredentials(f"{hub}/oauth/token", credentials.client_id, credentials.secret)
    found: dict[RecordName, str] = {}
    after = 0
    async with httpx.AsyncClient(base_url=hub, auth=auth, timeout=60.0) as client:
        while True:
            page = (await client.get("/v1/feed", params={"after": after, "limit": _PAGE})).raise_for_status().json()
            for delivery in map(read_delivery, page["deliveries"]):
                found.pop(delivery.record, None)
                if not delivery.withdrawn:
                    found[delivery.record] = delivery.digest
            if page["next"] == after:
                return found
            after = page["next"]


def compare(
    agency: Agency, by_hub: Mapping[RecordName, str], registry: Registry, limited_access: Collection[str]
) -> Compared:
    """Set the agency's stores beside what the hub holds for it. limited_access: local ids that are withheld."""
    by_agency = {held.name: digest for held, digest in agency.digests() if held.row is not None}
    either = by_agency.keys() | by_hub.keys()
    agree = sum(by_agency.get(name) == by_hub.get(name) for name in either)
    asserted = list(_asserted(agency, registry))
    released = {
        (held.name.type, held.name.key, local_id): body
        for held, body in agency.held_bodies()
        for local_id in held.local_ids
    }
    missing = [record.local_id for record in asserted if not _came_back(record, released, agency.name)]
    withheld = sum(local_id in limited_access for local_id in missing)
    return Compared(
        held=Counter(name.type for name in by_agency),
        agree=agree,
        differ=len(either) - agree,
        asserted=Counter(record.record_type for record in asserted),
        withheld=withheld,
        lost=len(missing) - withheld,
    )


def _asserted(agency: Agency, registry: Registry) -> Iterator[_Asserted]:
    for own, body in agency.own_bodies():
        key = registry.get(own.record_type, VERSION).key(agency.name, body)
        yield _Asserted(own.record_type, key, own.local_id, body)


def _came_back(record: _Asserted, released: Mapping[tuple[str, str, str], Json], agency: str) -> bool:
    """Whether the agency holds a release of it. A key that names the agency has no other author: nothing may differ."""
    body = released.get((record.record_type, record.key, record.local_id))
    return body is not None and (agency not in record.key.split("/") or body == record.body)
