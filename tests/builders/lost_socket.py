"""Connections that end while they are being made: anyio then asks a socket that is gone, with an AttributeError."""

import types

import httpx


def _asks_nothing() -> None:
    None.getsockname()  # type: ignore[attr-defined]


def raised_in(module: str) -> httpx.AsyncBaseTransport:
    """A transport in which code of that module asks nothing for something."""

    def handle(_request: httpx.Request) -> httpx.Response:
        types.FunctionType(_asks_nothing.__code__, {"__name__": module})()
        return httpx.Response(200)

    return httpx.MockTransport(handle)


def lost_socket() -> httpx.AsyncBaseTransport:
    """A transport whose every connection ends so."""
    return raised_in("anyio.abc._sockets")
