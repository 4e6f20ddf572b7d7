"""A hub with real parts behind its REST interface, over a database of a test's choice, without a network.

Every answer is held against the API description: a status, media type or member that is not described fails.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import SecretBytes
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.api.admin.desk import Desk
from hub.api.app import bare_app, stand_on
from hub.api.operations import Operations
from hub.api.services import Services
from hub.domain.contract import Contract, People
from hub.domain.errors import Reason, Rejected
from hub.domain.ids import uuid7
from hub.exchange.feed import Feed
from hub.exchange.gather import Gatherer
from hub.exchange.intake import Intake
from hub.exchange.measuring import Measuring
from hub.exchange.parked import Parkings
from hub.exchange.read import Reading
from hub.exchange.receipts import settle
from hub.exchange.reconcile import Reconciling
from hub.exchange.relay import Relay
from hub.exchange.share import Sharing
from hub.metrics import Metrics
from hub.settings import Settings
from hub.spec.registry import Registry, schemas_folder
from hub.store.agencies import AgencyStore
from hub.store.engine import open_engine, reading
from hub.store.measuring import MeasuringStore
from hub.store.parked import ParkedStore
from hub.store.queues import look_at_queues
from hub.store.reading import SqlReading
from hub.store.receipts import ReceiptStore
from hub.store.reconciling import ReconcileStore
from hub.store.relaying import SqlRelayStore
from hub.store.risk_reviews import RiskReviewStore
from hub.store.sharing import SqlStore
from hub.store.tables import audit, unmatched
from hub.trust.agencies import AS_OPERATORS, Agencies, Scope
from hub.trust.contracts import load_contracts
from hub.trust.sealing import CompressingSeal, LookupKeys
from hub.trust.tokens import Caller
from hub.wiring.conflicts import own_conflicts
from hub.wiring.desk import desk as operators_desk
from hub.wiring.foundation import Foundation
from hub.wiring.matching import matching
from tests.builders.hub import quick_engine
from tests.simulation.broker import Broker, MemoryPositions

CONTRACTS = Path(__file__).resolve().parents[1] / "contracts"
LIMIT = 20_000
"""Bytes a body may have here."""
_SQLITE = "sqlite+aiosqlite:///"
MESSAGE_LIMIT = 1_048_576
"""Bytes a message from Kafka may have."""


OPERATOR = "anna"


class Verifier:
    """Takes `<agency>` for a token of that agency with all its scopes, `expired` for an expired one.

    `<agency>:<scope>` is one with this scope alone, `operator` that of the operator `OPERATOR`.
    """

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts

    async def verify(self, token: str) -> Caller:
        if token == "expired":  # noqa: S105 - the name of a case
            raise Rejected(Reason.TOKEN_EXPIRED, "the token has expired")
        if token == "operator":  # noqa: S105 - the name of a case
            return Caller(OPERATOR, AS_OPERATORS)
        agency, _, scope = token.partition(":")
        if agency not in self._contracts:
            raise Rejected(Reason.UNAUTHENTICATED, "not a token")
        return Caller(agency, frozenset({Scope(scope)} if scope else {Scope.SUBMIT, Scope.READ}))


_FREE_APPS: list[FastAPI] = []
"""Of hubs that are closed, for others to stand on: to describe all routes anew takes longer than most tests."""


@dataclass
class RestHub:
    """The hub, and who calls it. now: what its clock says, which a test may set."""

    app: FastAPI
    engine: AsyncEngine
    registry: Registry
    contracts: dict[str, Contract]
    relay: Relay
    delivered: asyncio.Event
    stop: asyncio.Event
    desk: Desk
    broker: Broker
    intake: Intake
    base: Foundation
    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    probation: httpx.AsyncClient = field(init=False)
    prison: httpx.AsyncClient = field(init=False)
    operator: httpx.AsyncClient = field(init=False)

    def client(self, token: str | None) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url="http://hub", headers=headers, event_hooks={"response": [described()]}
        )

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    async def relayed(self) -> None:
        """Let the relay deliver all that is owed."""
        while await self.relay.step():
            self.delivered.set()

    async def matched(self) -> None:
        """Let everybody be compared who waits for it."""
        while await matching(self.base, lambda _recorded: None).step() or await self.rows(select(unmatched)):
            pass

    async def rows(self, statement: Select[Any]) -> list[Any]:
        async with reading(self.engine) as connection:
            return list((await connection.execute(statement)).all())

    async def audited(self, action: str) -> list[Any]:
        return await self.rows(select(audit).where(audit.c.action == action).order_by(audit.c.id))


@cache
def load_registry() -> Registry:
    """The specification, loaded once for all tests: it never changes."""
    return Registry.load(schemas_folder())


@asynccontextmanager
async def rest_hub(url: str) -> AsyncIterator[RestHub]:
    """A hub with the project's contracts, and a court that sees everybody with rights for limited access."""
    engine = quick_engine(Path(url.removeprefix(_SQLITE))) if url.startswith(_SQLITE) else open_engine(url)
    registry = load_registry()
    contracts = load_contracts(CONTRACTS, registry)
    contracts["court"] = replace(
        contracts["probation"], agency="court", people=People.ALL, limited_access=True, asserts={}
    )
    keys, seal = LookupKeys(b"k" * 32), CompressingSeal()
    delivered, stop = asyncio.Event(), asyncio.Event()
    hub: RestHub

    def now() -> datetime:
        return hub.clock()

    numbers = iter(range(10**9))
    sharing = Sharing(SqlStore(engine), registry, contracts, keys, seal, now, lambda: uuid7(next(numbers)))
    relay_store, metrics = SqlRelayStore(engine), Metrics(registry.types())
    agencies = Agencies(AgencyStore(engine), contracts, keys, now)
    settings = Settings.model_validate({"key": SecretBytes(b"m" * 32), "lookup_key": SecretBytes(b"k" * 32)})
    base = Foundation(settings, engine, registry, contracts, keys, seal, AgencyStore(engine), agencies, now)
    async with Gatherer(sharing.share) as gatherer:
        services = Services(
            verifier=Verifier(contracts),
            gatherer=gatherer,
            reading=Reading(SqlReading(engine), contracts, registry, keys, seal, now),
            conflicts=own_conflicts(base),
            feed=Feed(relay_store, contracts, seal, now, delivered, stop),
            receipts=ReceiptStore(engine),
            risk_reviews=RiskReviewStore(engine),
            parkings=Parkings(ParkedStore(engine), ReceiptStore(engine), seal, now),
            reconciling=Reconciling(ReconcileStore(engine), contracts, now, metrics.count_differences),
            measuring=Measuring(MeasuringStore(engine), registry, contracts, seal, now),
            contracts=contracts,
            registry=registry,
            now=now,
            max_body_bytes=LIMIT,
        )
        operations = Operations(
            queues=lambda: look_at_queues(engine, frozenset(), now()),
            broker=None,
            metrics=metrics,
            agencies=agencies,
            tokens=None,
        )
        receipts = ReceiptStore(engine)
        intake = Intake(
            sharing.share,
            lambda agency, given: settle(receipts, agency, given, now()),
            Parkings(ParkedStore(engine), receipts, seal, now).park,
            MESSAGE_LIMIT,
        )
        broker = Broker()
        desk = operators_desk(base, intake, MemoryPositions(broker))
        app = stand_on(_FREE_APPS.pop() if _FREE_APPS else bare_app(registry), services, operations, desk)
        relay = Relay(relay_store, None, contracts, seal, now)
        hub = RestHub(app, engine, registry, contracts, relay, delivered, stop, desk, broker, intake, base)
        async with (
            hub.client("probation") as hub.probation,
            hub.client("prison") as hub.prison,
            hub.client("operator") as hub.operator,
        ):
            yield hub
    _FREE_APPS.append(app)
    await engine.dispose()


@cache
def described() -> "Described":
    """What every answer is held against."""
    return Described(api_document())


@cache
def api_document() -> dict[str, Any]:
    """The API description, made once for all tests."""
    return bare_app(load_registry()).openapi()


class Described:
    """Holds an answer against the API description."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._paths = {re.compile(re.sub(r"\{\w+\}", "(.+)", path), re.DOTALL): path for path in document["paths"]}

    async def __call__(self, response: httpx.Response) -> None:
        await response.aread()
        operation = self._operation(response.request)
        if operation is None:
            assert response.status_code in (404, 405), "an answer of an operation that is not described"
            return
        described = operation["responses"].get(str(response.status_code))
        assert described is not None, f"{response.status_code} is not described"
        if "content" in described:
            media = response.headers["content-type"].partition(";")[0]
            assert media in described["content"], f"{response.status_code} as {media} is not described"
            lines = response.content.splitlines() if media == "application/x-ndjson" else [response.content]
            for line in lines:
                self._check(described["content"][media]["schema"], orjson.loads(line))

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        matching = [path for pattern, path in self._paths.items() if pattern.fullmatch(request.url.path)]
        path = max(matching, key=lambda each: (len(re.sub(r"\{\w+\}", "", each)), -each.count("{")), default=None)
        return self._document["paths"][path].get(request.method.lower()) if path else None

    def _check(self, schema: dict[str, Any], instance: object) -> None:
        whole = {**schema, "components": self._document["components"]}
        Draft202012Validator(whole).validate(instance)
