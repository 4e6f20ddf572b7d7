"""The parts of a serving hub: the way in and out over HTTP, the relay, the way in over Kafka."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from adapters.identity.jwks import published_keys
from adapters.kafka.broker import Broker
from adapters.kafka.consumer import InputConsumer
from adapters.kafka.ping import ping
from adapters.kafka.positions import KafkaPositions
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.topics import TopicPlan, Topics
from adapters.webhook.sender import webhook
from hub.api.app import create_app
from hub.api.health import health_app
from hub.api.operations import Operations
from hub.api.services import Services
from hub.domain.contract import Contract, Delivery
from hub.domain.errors import Unavailable
from hub.domain.outcome import Outcome
from hub.domain.submission import Submission
from hub.exchange.consume import Consumption
from hub.exchange.dead_letters import DeadLetters
from hub.exchange.due import Timekeeper
from hub.exchange.feed import Feed
from hub.exchange.finding import Recorded
from hub.exchange.forgetting import Forgetting
from hub.exchange.gather import Gatherer
from hub.exchange.intake import Intake
from hub.exchange.parked import Parkings
from hub.exchange.read import Reading
from hub.exchange.receipts import Receipt, Settlement, settle
from hub.exchange.reconcile import Reconciling
from hub.exchange.relay import Relay
from hub.exchange.risk_watch import RiskWatch
from hub.exchange.rounds import pause
from hub.exchange.telling import Telling
from hub.listening import serve
from hub.metrics import Metrics, Queues
from hub.settings import Settings
from hub.store.alerts import AlertStore
from hub.store.dead_letters import DeadLetterStore
from hub.store.forgetting import ForgettingStore
from hub.store.instances import name_of_its_own
from hub.store.notices import NoticeStore
from hub.store.parked import ParkedStore
from hub.store.queues import look_at_queues
from hub.store.reading import SqlReading
from hub.store.receipts import ReceiptStore
from hub.store.reconciling import ReconcileStore
from hub.store.relaying import SqlRelayStore
from hub.store.risk_reviews import RiskReviewStore
from hub.store.watching import WatchStore
from hub.trust.sealing import MasterKey
from hub.trust.signing import OWN_ALGORITHM, SigningKeys
from hub.trust.tokens import Tokens, Verifier
from hub.wiring.conflicts import own_conflicts
from hub.wiring.desk import desk
from hub.wiring.foundation import Foundation
from hub.wiring.matching import matching
from hub.wiring.spine import spine

_TRY_AGAIN_S = 2.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kafka:
    """The broker, what the hub publishes through, and what tells how far it has read."""

    broker: Broker
    topics: Topics
    publisher: KafkaPublisher
    positions: KafkaPositions


@dataclass(frozen=True, slots=True)
class Bells:
    """What the parts of one process tell each other.

    stop: all end. said: somebody may be described anew. owed: something is. delivered: an agency has something new.
    """

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    said: asyncio.Event = field(default_factory=asyncio.Event)
    owed: asyncio.Event = field(default_factory=asyncio.Event)
    delivered: asyncio.Event = field(default_factory=asyncio.Event)


class Parts:
    """The parts of one process, on one foundation; each runs until the bells say stop."""

    def __init__(self, base: Foundation, bells: Bells, kafka: Kafka | None) -> None:
        self._base = base
        self._bells = bells
        self._kafka = kafka
        self._metrics = Metrics(base.registry.types())
        self._relay_store = SqlRelayStore(base.engine)
        self._receipts = ReceiptStore(base.engine)
        self._parkings = Parkings(ParkedStore(base.engine), self._receipts, base.seal, base.now)
        self._sharing = spine(base)
        self._intake = Intake(self._share, self._settle, self._parkings.park, base.settings.max_body_bytes)
        self._desk = desk(base, self._intake, kafka.positions if kafka else None)

    async def api(self, listening: socket.socket, *, agencies: bool) -> None:
        """HTTP: with the agencies' routes, or health and metrics only."""
        async with AsyncExitStack() as stack:
            verifier, tokens = await self._identity(stack)
            services, operations = self._services(verifier), self._operations(tokens)
            if agencies:
                await stack.enter_async_context(services.gatherer)
                app = create_app(services, operations, self._desk, self._base.registry)
            else:
                app = health_app(services, operations)
            await serve(app, listening, self._bells.stop)

    async def relay(self) -> None:
        """What is owed goes out."""
        publisher = self._kafka.publisher if self._kafka else None
        relay = Relay(self._relay_store, publisher, self._base.contracts, self._base.seal, self._base.now)
        await relay.run(self._bells.stop, self._bells.owed, self._bells.delivered)

    async def jobs(self) -> None:
        """What operators asked for and takes longer than a request."""
        await self._desk.replaying.run(self._bells.stop)

    async def republishing(self) -> None:
        """How far topics are filled again that operators asked for; the relay fills them."""
        await self._desk.outlook.republishing.run(self._bells.stop)

    async def rematching(self) -> None:
        """Whom operators want matched anew waits for it."""
        await self._desk.outlook.rematching.run(self._bells.stop)

    async def forgetting(self) -> None:
        """What nobody can ask for any more leaves the database."""
        base, alerts_kept = self._base, timedelta(days=self._base.settings.alerts_kept_days)
        await Forgetting(ForgettingStore(base.engine), base.now, alerts_kept).run(self._bells.stop)

    async def timekeeping(self) -> None:
        """What is overdue is raised."""
        base = self._base
        tells = base.settings.alert_webhook is not None
        risks = RiskWatch(WatchStore(base.engine), base.contracts, base.keys, base.seal, base.now)
        await Timekeeper(AlertStore(base.engine), risks, base.now, tells=tells).run(self._bells.stop)

    async def matching(self) -> None:
        """Who is described anew is compared with the others."""
        await matching(self._base, self._matched).run(self._bells.stop, self._bells.said)

    async def measuring(self) -> None:
        """How far agencies agree, now and then."""
        await self._desk.outlook.measuring.run(self._bells.stop, self._base.settings.measure_every_s)

    async def telling(self, url: str) -> None:
        """That something was raised is told outside."""
        async with webhook(url) as sender:
            await Telling(NoticeStore(self._base.engine), sender, self._base.now).run(self._bells.stop)

    async def consume(self, kafka: Kafka) -> None:
        """What agencies send over Kafka comes in."""
        base, settings = self._base, self._base.settings
        store = DeadLetterStore(base.engine)
        letters = DeadLetters(store, kafka.publisher, base.seal, base.now, settings.poison_limit)
        await self._prepare_topics(kafka, letters)
        consumption = Consumption(self._intake, letters)

        async def held_back() -> frozenset[str]:
            return await letters.paused() | await base.agencies.suspended()

        async with name_of_its_own(base.engine, settings.instance) as instance:
            await InputConsumer(kafka.broker, instance, consumption.take, held_back).run(self._bells.stop)

    def _services(self, verifier: Verifier) -> Services:
        base, bells, settings = self._base, self._bells, self._base.settings
        return Services(
            verifier=verifier,
            gatherer=Gatherer(self._share, window=settings.gather_window_ms / 1_000),
            reading=Reading(SqlReading(base.engine), base.contracts, base.registry, base.keys, base.seal, base.now),
            conflicts=own_conflicts(base),
            feed=Feed(self._relay_store, base.contracts, base.seal, base.now, bells.delivered, bells.stop),
            receipts=self._receipts,
            parkings=self._parkings,
            risk_reviews=RiskReviewStore(base.engine),
            reconciling=Reconciling(
                ReconcileStore(base.engine), base.contracts, base.now, self._metrics.count_differences
            ),
            measuring=self._desk.outlook.measuring,
            contracts=base.contracts,
            registry=base.registry,
            now=base.now,
            max_body_bytes=settings.max_body_bytes,
        )

    def _operations(self, tokens: Tokens | None) -> Operations:
        return Operations(
            queues=self._queues,
            broker=partial(ping, self._kafka.broker) if self._kafka else None,
            metrics=self._metrics,
            agencies=self._base.agencies,
            tokens=tokens,
        )

    async def _prepare_topics(self, kafka: Kafka, letters: DeadLetters) -> None:
        """Make the topics that are not there, and tell senders what a crash left untold; waits for the broker."""
        while not self._bells.stop.is_set():
            try:
                await kafka.topics.make(sorted(streams(self._base.contracts)))
                await letters.notify()
            except Unavailable as error:
                _log.warning("topics_not_ready", why=str(error))
                await pause(_TRY_AGAIN_S, self._bells.stop)
            else:
                return

    async def _identity(self, stack: AsyncExitStack) -> tuple[Verifier, Tokens | None]:
        """Who checks tokens, and who issues them if the hub does."""
        base, settings = self._base, self._base.settings
        if settings.jwks is not None:
            source = await stack.enter_async_context(published_keys(settings.jwks, base.now))
            algorithm = settings.token_algorithm
            return Verifier(source, base.agencies, settings.issuer, settings.audience, algorithm, base.now), None
        keys = SigningKeys(base.agency_store, MasterKey(settings.key.get_secret_value()), base.now)
        return (
            Verifier(keys, base.agencies, settings.issuer, settings.audience, OWN_ALGORITHM, base.now),
            Tokens(keys, settings.issuer, settings.audience, settings.token_lifetime_s, base.now),
        )

    async def _share(self, submissions: Sequence[Submission]) -> list[Outcome]:
        outcomes = await self._sharing.share(submissions)
        self._metrics.count_submissions(submissions, outcomes)
        if any(each.record_type == "offender" for each in submissions):
            self._bells.said.set()
        self._bells.owed.set()
        return outcomes

    def _matched(self, recorded: Recorded) -> None:
        self._metrics.count_matched(recorded.links, recorded.reviews, recorded.undone)
        self._metrics.count_not_compared(recorded.large, recorded.cut)
        self._bells.owed.set()

    async def _settle(self, agency: str, receipts: Sequence[Receipt]) -> list[Settlement]:
        return await settle(self._receipts, agency, receipts, self._base.now())

    async def _queues(self) -> Queues:
        return await look_at_queues(self._base.engine, streams(self._base.contracts), self._base.now())


def streams(contracts: Mapping[str, Contract]) -> frozenset[str]:
    """The agencies that are served by topic."""
    return frozenset(name for name, contract in contracts.items() if contract.delivery is Delivery.STREAM)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Kafka | None]:
    """Kafka as the settings say; None without a broker. Nothing is sent yet."""
    if settings.kafka_bootstrap is None:
        yield None
        return
    password = settings.kafka_password.get_secret_value() if settings.kafka_password else None
    broker = Broker(settings.kafka_bootstrap, settings.kafka_user, password, settings.kafka_ca_file)
    plan = TopicPlan(settings.kafka_input_partitions, settings.kafka_copies, settings.max_body_bytes)
    publisher, positions = KafkaPublisher(broker, plan), KafkaPositions(broker)
    try:
        yield Kafka(broker, Topics(broker, plan), publisher, positions)
    finally:
        await publisher.close()
        await positions.close()
