"""All routes of operators. A new subject is a module with a `router`, entered here, and its shapes in `shapes`."""

from hub.api.admin import (
    agencies,
    alerts,
    audit,
    convergence,
    dead_letters,
    decisions,
    deliveries,
    jobs,
    operators,
    parked,
    punctuality,
    questions,
    reconciliations,
    replays,
    risk_reviews,
    rulings,
)

ROUTERS = (
    agencies.router,
    operators.router,
    dead_letters.router,
    replays.router,
    deliveries.router,
    parked.router,
    alerts.router,
    punctuality.router,
    questions.router,
    rulings.router,
    decisions.router,
    risk_reviews.router,
    reconciliations.router,
    convergence.router,
    audit.router,
    jobs.router,
)
