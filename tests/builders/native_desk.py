"""A driver for the conformance kit: works a native system of documents as its users would, beside its adapter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.client.native import System
from adapters.client.running.inbox import RECORDED, Arrival
from adapters.client.running.store import Store
from hub.clock import utc_now
from hub.domain.canonical import Json
from hub.spec.registry import Registry
from tests.builders.native_releases import released

_KINDS = {
    "registrations": "registration",
    "movements": "movement",
    "assessments": "assessment",
    "contacts": "notice",
    "case-notes": "notice",
}


@dataclass(frozen=True, slots=True)
class Trade:
    """What only this system's users do. deleted, merged: what the system then announces; None: it never does."""

    kind: str
    can: tuple[str, ...]
    deleted: Callable[[Json], Json] | None = None
    merged: Callable[[str, str], Json] | None = None


@dataclass
class NativeDesk:
    """announce: puts a payload before the adapter. told: what the adapter handed over, by its address."""

    system: System
    trade: Trade
    registry: Registry
    announce: Callable[[Json, datetime], None]
    away: bool = False
    told: dict[str, Json] = field(default_factory=dict)

    def driver(self) -> Starlette:
        """What the kit asks."""
        return Starlette(
            routes=[
                Route("/", self._abilities),
                Route("/records", self._record, methods=["POST"]),
                Route("/withdrawals", self._withdraw, methods=["POST"]),
                Route("/merges", self._merge, methods=["POST"]),
                Route("/outage", self._outage, methods=["PUT", "DELETE"]),
                Route("/records/{record_type}/{local_id}", self._held),
            ]
        )

    def native(self) -> Starlette:
        """Where the adapter hands over."""
        return Starlette(routes=[Route("/{address:path}", self._hand_over, methods=["PUT", "DELETE"])])

    async def _hand_over(self, request: Request) -> Response:
        address = request.scope["raw_path"].decode().lstrip("/")
        if self.away:
            return Response(status_code=503)
        if request.method == "DELETE":
            self.told.pop(address, None)
            return Response(status_code=204)
        self.told[address] = orjson.loads(await request.body())
        return JSONResponse(self.told[address])

    async def _abilities(self, _request: Request) -> Response:
        types = sorted(self.system.hands_over)
        can = [*self.trade.can, "outage"]
        tried = {"name": self.system.name, "kind": self.trade.kind, "codes": self.system.name}
        return JSONResponse({**tried, "says": types, "takes": types, "can": can})

    async def _record(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        self.announce(self._in_native_form(told), _moment(told))
        return Response()

    async def _withdraw(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        if self.trade.deleted is None:
            return Response(status_code=501)
        self.announce(self.trade.deleted(self._in_native_form(told)), _moment(told))
        return Response()

    async def _merge(self, request: Request) -> Response:
        told = orjson.loads(await request.body())
        if self.trade.merged is None:
            return Response(status_code=501)
        event = self.trade.merged(told["survivor"], told["removed"])
        self.announce({**event, "occurredAt": told["recorded"]}, _moment(told))
        return Response()

    async def _outage(self, request: Request) -> Response:
        self.away = request.method == "PUT"
        return Response()

    async def _held(self, request: Request) -> Response:
        wanted, local_id = request.path_params["record_type"], request.path_params["local_id"]
        bodies = [
            self.system.read_back(wanted, native)
            for address, native in self.told.items()
            if _type_of(address) == wanted and (f"/{local_id}/" in f"/{address}/" or local_id in str(native))
        ]
        return JSONResponse({"bodies": bodies})

    def _in_native_form(self, told: Mapping[str, Any]) -> Json:
        """What the users' screen would make of it: the adapter's tables, the other way."""
        record_type, local_id, body = told["type"], told["localId"], told["body"]
        key = self.registry.newest(record_type).key("another", body)
        handing = self.system.hand_over(released(1, body, record_type, key, local_ids=(local_id,)), None)
        assert handing.faults == ()
        return handing.native


def keeping(store: Store, came: Callable[[], None]) -> Callable[[Json, datetime], None]:
    """Puts payloads into an adapter's inbox, with when they were recorded."""

    def announce(document: Json, recorded: datetime) -> None:
        with store.transaction():
            arrival = Arrival(orjson.dumps(document), utc_now(), {RECORDED: recorded.isoformat()})
            store.inbox.keep([arrival])
        came()

    return announce


def _moment(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(told["recorded"])


def _type_of(address: str) -> str:
    return next((kind for part, kind in _KINDS.items() if part in address.split("/")), "offender")
