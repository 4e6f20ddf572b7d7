"""Is the hub alive, can it work, and what does it do: for whoever watches over it.

Health is open without credentials and says nothing about any agency; the metrics need the scope `admin`.
"""

from enum import StrEnum

import structlog
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.api.callers import Operator
from hub.api.operations import Operations, operations_of
from hub.api.problems import answer_with_problems
from hub.api.services import Services
from hub.domain.errors import Halt, Unavailable
from hub.metrics import CONTENT_TYPE

LATE_S = 60.0
"""A debt older than this means that the relay does not keep up."""

router = APIRouter(tags=["Health"])
_log = structlog.get_logger(__name__)


class State(StrEnum):
    """READY: all is well. DEGRADED: submissions are taken, something else waits. UNAVAILABLE: nothing can be taken."""

    READY = "ready"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


class Life(BaseModel):
    """The process answers."""

    state: str = Field(examples=["alive"])


class Readiness(BaseModel):
    """Whether the hub can work, and what stands in its way."""

    state: State
    reasons: list[str] = Field(examples=[["inputs from Kafka that are paused: 1"]])
    relay_lag_s: float | None = Field(serialization_alias="relayLagSeconds", examples=[0.2])


@router.get("/health/live", summary="Is the process alive?", response_model=Life)
async def live() -> Response:
    """Answers as long as the process can answer at all. Restart it when this fails, not when it is not ready."""
    return JSONResponse(Life(state="alive").model_dump())


@router.get(
    "/health/ready",
    summary="Can the hub work?",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "The database does not answer: nothing can be taken."}},
)
async def ready(request: Request) -> Response:
    """200 as long as submissions are taken, `degraded` with the reasons when something else does not work."""
    readiness = await _readiness(operations_of(request))
    status = 503 if readiness.state is State.UNAVAILABLE else 200
    return JSONResponse(readiness.model_dump(mode="json", by_alias=True), status)


@router.get(
    "/metrics",
    summary="What the hub does, for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request, caller: Operator) -> Response:  # noqa: ARG001 - that there is one is the point
    """Counters of this process, and the queues of the whole hub."""
    operations = operations_of(request)
    return Response(operations.metrics.exposition(await operations.queues()), media_type=CONTENT_TYPE)


async def _readiness(operations: Operations) -> Readiness:
    try:
        queues = await operations.queues()
    except (Unavailable, Halt) as error:
        _log.warning("not_ready", why=str(error))
        return Readiness(state=State.UNAVAILABLE, reasons=[str(error)], relay_lag_s=None)
    reasons = []
    if queues.lag_s > LATE_S:
        reasons.append(f"the oldest release waits for {queues.lag_s:.0f} s")
    if queues.paused:
        reasons.append(f"inputs from Kafka that are paused: {len(queues.paused)}")
    if operations.broker is not None:
        try:
            await operations.broker()
        except (Unavailable, Halt) as error:
            reasons.append(str(error))
    state = State.DEGRADED if reasons else State.READY
    return Readiness(state=state, reasons=reasons, relay_lag_s=round(queues.lag_s, 3))


def health_app(services: Services, operations: Operations) -> FastAPI:
    """An app with health and metrics alone, for processes that serve no agency."""
    app = FastAPI(title="Case-sharing hub: health", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    answer_with_problems(app)
    app.state.services = services
    app.state.operations = operations
    return app
