"""What the operator's routes and the token endpoint stand on; built by `hub.wiring`, kept in the app's state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from starlette.requests import Request

from hub.metrics import Metrics, Queues
from hub.trust.agencies import Agencies
from hub.trust.tokens import Tokens

LookAtQueues: TypeAlias = Callable[[], Awaitable[Queues]]
"""What waits in the hub now; raises `Unavailable` or `Halt` when the database does not tell."""

AskBroker: TypeAlias = Callable[[], Awaitable[None]]
"""Returns when the broker answers; raises `Unavailable` or `Halt` when it does not."""


@dataclass(frozen=True, slots=True)
class Operations:
    """broker: None without one. tokens: None when somebody else issues them."""

    queues: LookAtQueues
    broker: AskBroker | None
    metrics: Metrics
    agencies: Agencies
    tokens: Tokens | None


def operations_of(request: Request) -> Operations:
    """The operations of the app that serves this request."""
    return cast(Operations, request.app.state.operations)
