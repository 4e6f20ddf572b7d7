"""A system and its adapter in one, small enough to be right by sight; each of its faults is one a real adapter had."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import uuid4

import httpx
import orjson
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from adapters.client.credentials import ClientCredentials
from adapters.client.events import read_delivery
from adapters.client.feed import FeedLink
from adapters.client.link import Delivery, Event, RecordName
from hub.domain.canonical import Json, canonical
from hub.domain.errors import Unavailable
from hub.spec.registry import Registry, schemas_folder

REGISTRY = Registry.load(schemas_folder())
KIT = "http://kit.test"
EVERYTHING = ["offender", "assessment", "registration"]


class Fault(Enum):
    APPLIES_TWICE = auto()
    TAKES_THE_OLDER = auto()
    FORGETS_DURING_AN_OUTAGE = auto()
    KEEPS_WHAT_IS_WITHDRAWN = auto()
    LOSES_WHAT_MOVES = auto()
    TURNS_UNKNOWN_CODES_INTO_NOT_KNOWN = auto()
    FILLS_RISK_WITH_LOW = auto()
    CUTS_TEXT = auto()
    SAYS_WHEN_IT_SENT = auto()
    NUMBERS_EACH_TRY_ANEW = auto()
    GIVES_UP_ON_A_HUB_THAT_IS_AWAY = auto()
    IGNORES_DELETIONS = auto()
    IGNORES_MERGES = auto()
    DROPS_UNKNOWN_CODES = auto()
    IGNORES_LIMITS = auto()
    ECHOES = auto()
    GIVES_CHANGES_NO_ORDER = auto()


@dataclass
class Toy:
    """told: what the hub released, by person, type and key. own: what its users recorded."""

    fault: Fault | None = None
    told: dict[tuple[str, str, str], tuple[Sequence[str], Json]] = field(default_factory=dict)
    last: dict[RecordName, int] = field(default_factory=dict)
    lost: set[tuple[str, str, str]] = field(default_factory=set)
    own: dict[tuple[str, str, str], Json] = field(default_factory=dict)
    applied: Counter[int] = field(default_factory=Counter)
    back: asyncio.Event = field(default_factory=asyncio.Event)
    outgoing: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)

    def driver(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/", self._abilities, methods=["GET"])
        app.add_api_route("/records", self._record, methods=["POST"])
        app.add_api_route("/withdrawals", self._withdraw, methods=["POST"])
        app.add_api_route("/merges", self._merge, methods=["POST"])
        app.add_api_route("/outage", self._outage, methods=["PUT", "DELETE"])
        app.add_api_route("/records/{record_type}/{local_id}", self._held, methods=["GET"])
        return app

    async def _abilities(self) -> Json:
        can = ["outage", "withdraw", "merge", "limited-access", "unlisted-codes"]
        return {"name": "Toy", "kind": "prison", "codes": "toy", "says": EVERYTHING, "takes": EVERYTHING, "can": can}

    async def _record(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        self._say(told["type"], told["localId"], datetime.fromisoformat(told["recorded"]), told["body"])
        return Response()

    def _say(self, record_type: str, local_id: str, recorded: datetime, body: Json) -> None:
        said = self._without_echo(record_type, local_id, body)
        if self.fault is Fault.DROPS_UNKNOWN_CODES and str(said.get("sex", "")).startswith("toy:"):
            said = {name: value for name, value in said.items() if name != "sex"}
        if self.fault is Fault.IGNORES_LIMITS:
            said = {name: value for name, value in said.items() if name != "limitedAccess"}
        self.own[record_type, local_id, self._reference(record_type, said)] = said
        self._send(record_type, local_id, recorded, said, withdrawn=False)

    def _without_echo(self, record_type: str, local_id: str, body: Json) -> Json:
        if self.fault is Fault.ECHOES:
            return body
        reference = self._reference(record_type, body)
        before = self.own.get((record_type, local_id, reference), {})
        told: Json = next(
            (
                held
                for (_, of_type, _), (local_ids, held) in self.told.items()
                if of_type == record_type and local_id in local_ids and self._reference(record_type, held) == reference
            ),
            {},
        )
        required = REGISTRY.newest(record_type).schema.get("required", ["names"])
        return {
            name: value
            for name, value in body.items()
            if name in required
            or name not in told
            or canonical(value) != canonical(told[name])
            or (name in before and canonical(before[name]) == canonical(value))
        }

    async def _withdraw(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        if self.fault is not Fault.IGNORES_DELETIONS:
            named = {name: told["body"][name] for name in REGISTRY.newest(told["type"]).schema["x-reference"]}
            recorded = datetime.fromisoformat(told["recorded"])
            self._send(told["type"], told["localId"], recorded, named, withdrawn=True)
        return Response()

    async def _merge(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        if self.fault is not Fault.IGNORES_MERGES:
            recorded = datetime.fromisoformat(told["recorded"])
            survivor = self.own["offender", told["survivor"], ""]
            merged = {"scheme": "merged-prison-number", "value": told["removed"]}
            self._say(
                "offender", told["survivor"], recorded, {**survivor, "identifiers": [*survivor["identifiers"], merged]}
            )
            self._send("offender", told["removed"], recorded, {}, withdrawn=True)
        return Response()

    async def _outage(self, request: Request) -> Response:
        if request.method == "PUT":
            self.back.clear()
        else:
            self.back.set()
        return Response()

    async def _held(self, record_type: str, local_id: str) -> Response:
        told = [body for key, (ids, body) in self.told.items() if key[1] == record_type and local_id in ids]
        return JSONResponse({"bodies": told})

    def _send(self, record_type: str, local_id: str, recorded: datetime, body: Json, *, withdrawn: bool) -> None:
        if self.fault is Fault.SAYS_WHEN_IT_SENT:
            recorded = datetime.now(UTC)
        if self.fault is Fault.GIVES_CHANGES_NO_ORDER:
            recorded = recorded.replace(second=0, microsecond=0)
        sequence = self.outgoing.qsize() if self.fault is not Fault.GIVES_CHANGES_NO_ORDER else None
        ordered = f"{9 - self.outgoing.qsize()}-" if self.fault is Fault.GIVES_CHANGES_NO_ORDER else ""
        event = Event(f"{ordered}{uuid4()}", record_type, "1.0.0", local_id, recorded, body, withdrawn, sequence)
        self.outgoing.put_nowait(event)

    def _reference(self, record_type: str, body: Json) -> str:
        return REGISTRY.newest(record_type).reference(body)

    # --- the adapter's part -------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self, hub: httpx.AsyncBaseTransport) -> AsyncIterator[None]:
        self.back.set()
        transport = _Renumbering(hub) if self.fault is Fault.NUMBERS_EACH_TRY_ANEW else hub
        link = FeedLink(KIT, "toy", "toy-1", "secret", transport)
        auth = ClientCredentials(f"{KIT}/oauth/token", "toy-1", "secret")
        http = httpx.AsyncClient(base_url=KIT, auth=auth, transport=hub, timeout=30.0)
        tasks = [asyncio.create_task(self._sending(link)), asyncio.create_task(self._applying(link, http))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks)
            await link.close()
            await http.aclose()

    async def _sending(self, link: FeedLink) -> None:
        while True:
            event = await self.outgoing.get()
            if self.fault is Fault.GIVES_UP_ON_A_HUB_THAT_IS_AWAY:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(link.submit([event]), 0.15)
            else:
                await link.submit([event])

    async def _applying(self, link: FeedLink, http: httpx.AsyncClient) -> None:
        after = 0
        while True:
            try:
                answer = await http.get("/v1/feed", params={"after": after, "wait": 5})
            except Unavailable:
                answer = httpx.Response(503)
            if not answer.is_success:
                await asyncio.sleep(0.05)
                continue
            page = answer.json()
            for each in map(read_delivery, page["deliveries"]):
                if self._is_news(each):
                    await self._apply(link, each)
            after = page["next"]

    def _is_news(self, delivery: Delivery) -> bool:
        last = self.last.get(delivery.record, 0)
        self.last[delivery.record] = max(last, delivery.number)
        match self.fault:
            case Fault.APPLIES_TWICE:
                return True
            case Fault.TAKES_THE_OLDER:
                return delivery.number != last
            case _:
                return delivery.number > last

    async def _apply(self, link: FeedLink, delivery: Delivery) -> None:
        if not self.back.is_set() and self.fault is Fault.FORGETS_DURING_AN_OUTAGE:
            return
        await self.back.wait()
        key = (delivery.record.person, delivery.record.type, delivery.record.key)
        self.applied[delivery.number] += 1
        held = dict(delivery.body or {})
        if delivery.withdrawn:
            kept = self.fault is Fault.KEEPS_WHAT_IS_WITHDRAWN
            if not kept:
                self.told.pop(key, None)
            if self.fault is Fault.LOSES_WHAT_MOVES and delivery.moved_to:
                self.lost.add((delivery.moved_to, key[1], key[2]))
        elif key in self.lost:
            return
        else:
            again = self.fault is Fault.APPLIES_TWICE and self.applied[delivery.number] > 1
            place = (f"{key[0]}+", key[1], key[2]) if again else key
            self.told[place] = (delivery.local_ids, self._kept(held))
        body = delivery.body if delivery.withdrawn else self._kept(held)
        release = delivery.release if delivery.withdrawn else {**delivery.release, "body": body}
        await link.acknowledge([replace(delivery, release=release)])

    def _kept(self, body: dict[str, Json]) -> Json:
        match self.fault:
            case Fault.TURNS_UNKNOWN_CODES_INTO_NOT_KNOWN if ":" in str(body.get("sex", "")):
                return {**body, "sex": "not-known"}
            case Fault.FILLS_RISK_WITH_LOW if "roshSummary" in body:
                cells = {"childrenCommunity": "low", **body["roshSummary"]["cells"]}
                return {**body, "roshSummary": {**body["roshSummary"], "cells": cells}}
            case Fault.CUTS_TEXT if "notes" in body:
                return {**body, "notes": body["notes"][:250]}
            case _:
                return body


class _Renumbering(httpx.AsyncBaseTransport):
    """Gives every event of every request another id."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/submissions":
            events = [{**orjson.loads(line), "id": str(uuid4())} for line in request.content.splitlines()]
            content = b"".join(orjson.dumps(event) + b"\n" for event in events)
            headers = {name: value for name, value in request.headers.items() if name != "content-length"}
            request = httpx.Request(request.method, request.url, headers=headers, content=content)
        return await self._inner.handle_async_request(request)
