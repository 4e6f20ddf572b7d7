"""Whoever gives up while the broker is being reached leaves no connection behind."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from adapters.kafka.broker import Broker
from adapters.kafka.producer import Producer
from adapters.kafka.topic_ids import TopicIds
from hub.ports import Publication


@pytest.fixture
async def silent() -> AsyncIterator[Broker]:
    """A broker that takes connections and never answers."""
    never = asyncio.Event()

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield Broker(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    never.set()
    server.close()
    await server.wait_closed()


async def publish(broker: Broker) -> None:
    await Producer(broker).append("hub.out.prison", [Publication("key", {}, b"{}")])


async def identify(broker: Broker) -> None:
    await TopicIds(broker).identify("hub.out.prison")


@pytest.mark.parametrize("reach", [publish, identify])
async def test_giving_up_while_connecting_closes_what_was_opened(
    silent: Broker, reach: Callable[[Broker], Awaitable[None]], recwarn: pytest.WarningsRecorder
) -> None:
    reaching = asyncio.ensure_future(reach(silent))
    await asyncio.sleep(0.2)
    reaching.cancel()
    await asyncio.wait((reaching,))
    assert reaching.cancelled()

    del reaching
    gc.collect()
    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []
