"""An agency's copy of what it is released, kept by the test: read from the feed, damaged, brought as an inventory."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from hub.domain.canonical import Json, digest
from hub.domain.inventory import Difference, Named, bucket_digest, bucket_of, line

TYPES = ("offender",)
_NDJSON = {"content-type": "application/x-ndjson"}


@dataclass(slots=True)
class Held:
    """One record as it is held. number: of the delivery that was applied. release: the document that is digested."""

    number: int
    release: Json

    @property
    def digest(self) -> str:
        return digest(self.release)


@dataclass(slots=True)
class Round:
    """One reconciliation. opened: the first answer. differing: buckets. found: by record. counts: summed up."""

    opened: dict[str, Any]
    differing: list[str]
    found: dict[Named, Difference] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Copy:
    """What one agency holds. read: the number up to which it has read. seen: every release it was ever given.

    types: the record types that it brings.
    """

    def __init__(self, client: httpx.AsyncClient, types: Sequence[str] = TYPES) -> None:
        self._client = client
        self._types = types
        self.read = 0
        self.records: dict[Named, Held] = {}
        self.seen: dict[Named, list[Held]] = defaultdict(list)

    async def read_on(self, most: int = 500) -> list[tuple[int, str]]:
        """Apply the next page of the feed, and acknowledge it; number and digest of what came."""
        answer = await self._client.get("/v1/feed", params={"after": self.read, "limit": most})
        page = answer.json()
        for each in page["deliveries"]:
            self._apply(each)
        self.read = max(self.read, page["next"])
        receipts = [{"number": each["number"], "digest": each["digest"]} for each in page["deliveries"]]
        if receipts:
            assert (await self._client.post("/v1/receipts", json={"receipts": receipts})).status_code == 200
        return [(each["number"], each["digest"]) for each in page["deliveries"]]

    async def reconcile(self, as_of: int | None = None, at_once: int = 256) -> Round:
        """One whole round with what is held now."""
        lines = {name: held.digest for name, held in self.records.items()}
        numbers = {name: held.number for name, held in self.records.items()}
        done, opened = await self.open(lines, self.read if as_of is None else as_of)
        for start in range(0, len(done.differing), at_once):
            some = done.differing[start : start + at_once]
            answer = await self.bring(opened["inventory"], some, lines, numbers)
            assert answer.status_code == 200, answer.text
            head, *differences = [orjson.loads(each) for each in answer.content.splitlines()]
            for name in ("missing", "stale", "diverging", "unknown", "inFlight", "parked"):
                done.counts[name] = done.counts.get(name, 0) + head[name]
            done.found |= {
                Named(each["person"], each["type"], each["key"]): Difference(each["difference"]) for each in differences
            }
        return done

    async def open(self, lines: Mapping[Named, str], as_of: int) -> tuple[Round, dict[str, Any]]:
        """Bring the buckets."""
        buckets: defaultdict[str, list[bytes]] = defaultdict(list)
        for name, held in lines.items():
            buckets[bucket_of(name)].append(line(name, held))
        given = [{"bucket": bucket, "digest": bucket_digest(each)} for bucket, each in buckets.items()]
        answer = await self.say("/v1/inventory", [{"asOf": as_of, "types": [*self._types]}, *given])
        assert answer.status_code == 200, answer.text
        opened, *differing = [orjson.loads(each) for each in answer.content.splitlines()]
        return Round(opened, [each["bucket"] for each in differing]), opened

    async def bring(
        self, inventory: str, buckets: Iterable[str], lines: Mapping[Named, str], numbers: Mapping[Named, int]
    ) -> httpx.Response:
        """Bring the records of some buckets."""
        some = set(buckets)
        held = [
            {**name._asdict(), "number": numbers[name], "digest": each}
            for name, each in lines.items()
            if bucket_of(name) in some
        ]
        return await self.say(f"/v1/inventory/{inventory}/records", [{"buckets": sorted(some)}, *held])

    async def say(self, path: str, lines: Iterable[Json]) -> httpx.Response:
        """Lines as NDJSON."""
        content = b"".join(orjson.dumps(each) + b"\n" for each in lines)
        return await self._client.post(path, content=content, headers=_NDJSON)

    def _apply(self, delivery: dict[str, Any]) -> None:
        release = delivery["release"]
        name = Named(delivery["person"], release["type"], release["key"])
        if name.type not in self._types:
            return
        held = Held(delivery["number"], release)
        self.seen[name].append(held)
        if release.get("withdrawn"):
            self.records.pop(name, None)
        else:
            self.records[name] = held
