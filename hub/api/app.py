"""Puts the app together."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from hub.api import (
    conflicts,
    convergence,
    docs,
    feed,
    health,
    inventory,
    oauth,
    offenders,
    risk_reviews,
    search,
    submissions,
)
from hub.api.admin.desk import Desk
from hub.api.admin.routes import ROUTERS as ADMIN_ROUTERS
from hub.api.counting import Counting
from hub.api.openapi import describe
from hub.api.operations import Operations
from hub.api.problems import answer_with_problems
from hub.api.records import NAMED, reads_of, writes_of
from hub.api.services import Services
from hub.spec.registry import Registry


def create_app(services: Services, operations: Operations, desk: Desk, registry: Registry) -> FastAPI:
    """The app that serves agencies, operators, and whoever watches over the hub."""
    return stand_on(bare_app(registry), services, operations, desk)


def stand_on(app: FastAPI, services: Services, operations: Operations, desk: Desk) -> FastAPI:
    """Give an app what it serves from; whatever it stood on before, it does no more."""
    app.state.services = services
    app.state.operations = operations
    app.state.desk = desk
    return app


def bare_app(registry: Registry) -> FastAPI:
    """The app without anything to stand on: it cannot serve, but describe itself."""
    app = FastAPI(
        title="Case-sharing hub",
        version="1.0.0",
        summary="One shared truth about a person, for agencies that keep their own systems.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    writes = (offenders.writes, *(writes_of(named) for named in NAMED), submissions.router)
    shared = (search.router, feed.router, inventory.router, convergence.router, conflicts.router, risk_reviews.router)
    reads = (offenders.reads, *(reads_of(named) for named in NAMED), *shared)
    for router in (*writes, *reads, *ADMIN_ROUTERS, oauth.router, health.router, docs.router):
        app.include_router(router)
    app.add_middleware(Counting)
    answer_with_problems(app)
    app.openapi = _once(lambda: describe(app, registry))  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _once(make: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    made: list[dict[str, Any]] = []

    def kept() -> dict[str, Any]:
        if not made:
            made.append(make())
        return made[0]

    return kept
