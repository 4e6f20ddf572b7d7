"""The pretend systems over HTTP: where their adapters hand over what the hub releases, and read what is held."""

from collections.abc import Callable

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sandbox.native import NativeStore

_JSON = "application/json"


def desk(store: NativeStore, clock: Callable[[], float]) -> Starlette:
    """The app: PUT, DELETE and GET of `/{system}/{address}`. clock: seconds since 1970."""

    async def tell(request: Request) -> Response:
        """Answers with the document as it is now held."""
        system, address = _place(request)
        store.tell(system, address, orjson.loads(await request.body()), clock(), _number(request))
        return Response(orjson.dumps(store.told(system, address)), media_type=_JSON)

    async def forget(request: Request) -> Response:
        store.forget(*_place(request))
        return Response(status_code=204)

    async def show(request: Request) -> Response:
        document = store.told(*_place(request))
        if document is None:
            return Response(status_code=404)
        return Response(orjson.dumps(document), media_type=_JSON)

    path = "/{system}/{address:path}"
    return Starlette(
        routes=[
            Route(path, tell, methods=["PUT"]),
            Route(path, forget, methods=["DELETE"]),
            Route(path, show, methods=["GET"]),
        ]
    )


def _number(request: Request) -> int | None:
    """Of the delivery that is handed over, as the adapter says it."""
    number = request.headers.get("idempotency-key", "").rpartition("-")[2]
    return int(number) if number.isdecimal() else None


def _place(request: Request) -> tuple[str, str]:
    """System and address, as they were asked for: a reference may hold a slash, which is then written otherwise."""
    path: bytes = request.scope["raw_path"]
    _, system, address = path.decode().split("/", 2)
    return system, address
