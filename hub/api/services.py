"""What the routes stand on; built by `hub.wiring`, kept in the app's state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from starlette.requests import Request

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.exchange.feed import Feed
from hub.exchange.gather import Gatherer
from hub.exchange.measuring import Measuring
from hub.exchange.own_conflicts import OwnConflicts
from hub.exchange.parked import Parkings
from hub.exchange.read import Reading
from hub.exchange.reconcile import Reconciling
from hub.spec.registry import Registry
from hub.store.receipts import ReceiptStore
from hub.store.risk_reviews import RiskReviewStore
from hub.trust.tokens import Caller


class Verifies(Protocol):
    """Tells who calls; `hub.trust.tokens.Verifier` does."""

    async def verify(self, token: str) -> Caller:
        """Raises `Rejected` (`unauthenticated`, `token-expired`) or `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that serves requests of agencies. max_body_bytes: a larger body, or line of a stream, is refused."""

    verifier: Verifies
    gatherer: Gatherer
    reading: Reading
    conflicts: OwnConflicts
    feed: Feed
    receipts: ReceiptStore
    parkings: Parkings
    risk_reviews: RiskReviewStore
    reconciling: Reconciling
    measuring: Measuring
    contracts: Mapping[str, Contract]
    registry: Registry
    now: Clock
    max_body_bytes: int


def services_of(request: Request) -> Services:
    """The services of the app that serves this request."""
    return cast(Services, request.app.state.services)
