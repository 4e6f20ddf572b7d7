"""An agency's inventory at the hub, over HTTP: buckets first, then the records of those that differ."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx
import orjson

from adapters.client.asking import asked
from adapters.client.credentials import ClientCredentials
from hub.domain.canonical import Json
from hub.domain.inventory import Difference, Found, Named, bucket_digest, bucket_of, line

_BUCKETS_AT_ONCE = 256
_RECORDS_AT_ONCE = 50_000
_TIMEOUT = httpx.Timeout(10.0, read=300.0)
_NDJSON = {"content-type": "application/x-ndjson"}


@dataclass(slots=True)
class Answered:
    """What the hub said of an inventory. buckets: how many were brought; differing: how many are not as delivered.

    differences: by record; they are owed again. in_flight, parked: records that differ and were passed over.
    """

    id: str
    buckets: int
    differing: int
    differences: dict[Named, Difference] = field(default_factory=dict)
    in_flight: int = 0
    parked: int = 0


class InventoryLink:
    """One agency's way of bringing inventories. transport: how requests travel, if not over the network."""

    def __init__(
        self, hub: str, client_id: str, client_secret: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        auth = ClientCredentials(f"{hub}/oauth/token", client_id, client_secret)
        self._http = httpx.AsyncClient(base_url=hub, auth=auth, timeout=_TIMEOUT, transport=transport)

    async def compare(self, as_of: int, types: Iterable[str], held: Sequence[Found]) -> Answered:
        """Bring all that is held of these types, as of the number up to which was read; what the hub says of it.

        Raises:
            Unavailable: the hub does not answer now; what it found by then, it sends again.
            Rejected: `read-on` when the hub does not know any more what had been delivered by that number, or another.
        """
        buckets: defaultdict[str, list[Found]] = defaultdict(list)
        for each in held:
            buckets[bucket_of(each.record)].append(each)
        digests = ({"bucket": bucket, "digest": _digest(each)} for bucket, each in buckets.items())
        opened, *differing = await self._say("/v1/inventory", [{"asOf": as_of, "types": sorted(types)}, *digests])
        answered = Answered(opened["inventory"], len(buckets), len(differing))
        for some in _lots([each["bucket"] for each in differing], buckets):
            await self._bring(answered, some, [record for bucket in some for record in buckets.get(bucket, ())])
        return answered

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _bring(self, answered: Answered, buckets: Sequence[str], records: Iterable[Found]) -> None:
        lines = ({**each.record._asdict(), "number": each.number, "digest": each.digest} for each in records)
        counts, *differences = await self._say(
            f"/v1/inventory/{answered.id}/records", [{"buckets": [*buckets]}, *lines]
        )
        answered.in_flight += counts["inFlight"]
        answered.parked += counts["parked"]
        for each in differences:
            record = Named(each["person"], each["type"], each["key"])
            answered.differences[record] = Difference(each["difference"])

    async def _say(self, path: str, lines: Iterable[Json]) -> list[Json]:
        content = b"".join(orjson.dumps(each) + b"\n" for each in lines)
        answer = await asked(self._http, "POST", path, content=content, headers=_NDJSON)
        return [orjson.loads(each) for each in answer.content.splitlines()]


def _digest(records: Iterable[Found]) -> str:
    return bucket_digest([line(each.record, each.digest) for each in records])


def _lots(names: Iterable[str], buckets: defaultdict[str, list[Found]]) -> Iterator[list[str]]:
    """As many buckets together as may be brought at once."""
    lot: list[str] = []
    records = 0
    for name in names:
        more = len(buckets.get(name, ()))
        if lot and (len(lot) == _BUCKETS_AT_ONCE or records + more > _RECORDS_AT_ONCE):
            yield lot
            lot, records = [], 0
        lot.append(name)
        records += more
    if lot:
        yield lot
