"""All routes of operators. A new subject is a module with a `router`, entered here, and its shapes in `shapes`."""

from hub.api.admin import agencies, deliveries, parked

ROUTERS = (agencies.router, deliveries.router, parked.router)
