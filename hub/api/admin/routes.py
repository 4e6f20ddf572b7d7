"""All routes of operators. A new subject is a module with a `router`, entered here, and its shapes in `shapes`."""

from hub.api.admin import agencies, dead_letters, deliveries, parked, replays

ROUTERS = (agencies.router, dead_letters.router, replays.router, deliveries.router, parked.router)
