"""A broker that answers, and lets nobody in: just as much of Kafka's protocol as comes before that."""

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.protocol.admin import ApiVersionResponse_v0, SaslHandShakeResponse_v1
from aiokafka.protocol.types import Bytes, Int16, Schema, String

_API_VERSIONS, _HANDSHAKE, _AUTHENTICATE = 18, 17, 36
_SPOKEN = [(_API_VERSIONS, 0, 0), (_HANDSHAKE, 0, 1), (_AUTHENTICATE, 0, 0)]
_AUTHENTICATED = Schema(("error_code", Int16), ("error_message", String("utf-8")), ("auth_bytes", Bytes))
_SASL_AUTHENTICATION_FAILED = 58


@asynccontextmanager
async def refusing_broker(mechanisms: Sequence[str] = ("SCRAM-SHA-512",)) -> AsyncIterator[str]:
    """Its address. mechanisms: by which one may try to be let in."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while size := await reader.read(4):
                request = await reader.readexactly(*struct.unpack(">i", size))
                kind, _, correlation = struct.unpack(">hhi", request[:8])
                answer = struct.pack(">i", correlation) + _answer(kind, mechanisms)
                writer.write(struct.pack(">i", len(answer)) + answer)
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"{host}:{port}"


def _answer(kind: int, mechanisms: Sequence[str]) -> bytes:
    if kind == _API_VERSIONS:
        return bytes(ApiVersionResponse_v0(0, _SPOKEN).encode())
    if kind == _HANDSHAKE:
        return bytes(SaslHandShakeResponse_v1(0, list(mechanisms)).encode())
    return bytes(_AUTHENTICATED.encode((_SASL_AUTHENTICATION_FAILED, "", b"")))
