"""What one sender sends, however long, is refused before everybody else waits for it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.listening import LONGEST_HEAD, listen, serve

HEAD = b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n"
PIECE = b"x" * 16_384
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _length_of_body(scope: Scope, receive: Receive, send: Send) -> None:
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await Response(str(length))(scope, receive, send)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    stop = asyncio.Event()
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    serving = asyncio.create_task(serve(_length_of_body, listening, stop))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()
    stop.set()
    await serving


@pytest.mark.parametrize("before", [b"GET /", HEAD + b"Name: ", HEAD + b"\r\n1\r\nx\r\n0\r\nName: "])
async def test_a_head_or_trailer_that_does_not_end_is_refused(connection: Connection, before: bytes) -> None:
    reader, writer = connection
    writer.write(before)
    answer = asyncio.create_task(reader.readline())
    while not answer.done():
        writer.write(PIECE)
        await asyncio.sleep(0)
    assert b" 400 " in await answer


async def test_a_long_head_is_taken_and_a_body_is_as_long_as_it_likes(connection: Connection) -> None:
    reader, writer = connection
    writer.write(HEAD + b"Name: " + b"x" * (LONGEST_HEAD - 200) + b"\r\n\r\n")
    for _ in range(20):
        await writer.drain()
        writer.write(b"4000\r\n" + PIECE + b"\r\n")
    writer.write(b"0\r\n\r\n")
    answer = await reader.readuntil(b"327680")
    assert answer.startswith(b"HTTP/1.1 200 ")
