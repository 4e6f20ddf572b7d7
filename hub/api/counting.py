"""Counts every answer, by method, route and status."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Counting:
    """ASGI middleware; a request that broke without an answer counts as 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and count what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path_format", None)
            scope["app"].state.operations.metrics.count_request(scope["method"], route, status)
