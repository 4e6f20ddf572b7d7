"""A broker that lets nobody in, and one that takes its time: just as much of Kafka's protocol as comes before that."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka.protocol.admin import ApiVersionResponse_v0, SaslHandShakeResponse_v1
from aiokafka.protocol.metadata import MetadataResponse_v0
from aiokafka.protocol.types import Bytes, Int16, Schema, String

_METADATA, _API_VERSIONS, _HANDSHAKE, _AUTHENTICATE = 3, 18, 17, 36
_SPOKEN = [(_METADATA, 0, 0), (_API_VERSIONS, 0, 0), (_HANDSHAKE, 0, 1), (_AUTHENTICATE, 0, 0)]
_AUTHENTICATED = Schema(("error_code", Int16), ("error_message", String("utf-8")), ("auth_bytes", Bytes))
_SASL_AUTHENTICATION_FAILED = 58


@asynccontextmanager
async def refusing_broker(mechanisms: Sequence[str] = ("SCRAM-SHA-512",)) -> AsyncIterator[str]:
    """Its address. mechanisms: by which one may try to be let in."""

    async def answer(kind: int) -> bytes:
        if kind == _API_VERSIONS:
            return _spoken()
        if kind == _HANDSHAKE:
            return bytes(SaslHandShakeResponse_v1(0, list(mechanisms)).encode())
        return bytes(_AUTHENTICATED.encode((_SASL_AUTHENTICATION_FAILED, "", b"")))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(reader, writer, answer)

    async with _listening(serve) as address:
        yield address


@dataclass(slots=True)
class SlowBroker:
    """asked: that somebody asked for the cluster's layout. answers: set, it says so. left: that they hung up."""

    address: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def slow_broker() -> AsyncIterator[SlowBroker]:
    """It lets everybody in, and says what the cluster looks like when it is told to."""
    broker = SlowBroker()

    async def answer(kind: int) -> bytes:
        if kind == _API_VERSIONS:
            return _spoken()
        broker.asked.set()
        await broker.answers.wait()
        host, port = broker.address.split(":")
        return bytes(MetadataResponse_v0([(0, host, int(port))], []).encode())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(reader, writer, answer)
        broker.left.set()

    async with _listening(serve) as broker.address:
        yield broker


@asynccontextmanager
async def _listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"{host}:{port}"


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Callable[[int], Awaitable[bytes]]
) -> None:
    try:
        while size := await reader.read(4):
            request = await reader.readexactly(*struct.unpack(">i", size))
            kind, _, correlation = struct.unpack(">hhi", request[:8])
            said = struct.pack(">i", correlation) + await answer(kind)
            writer.write(struct.pack(">i", len(said)) + said)
            await writer.drain()
    finally:
        writer.close()


def _spoken() -> bytes:
    return bytes(ApiVersionResponse_v0(0, _SPOKEN).encode())
