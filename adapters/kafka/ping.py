"""Does the broker answer?"""

import asyncio

from aiokafka import AIOKafkaClient

from adapters.kafka.broker import Broker, broker_errors

_PATIENCE_S = 3.0


async def ping(broker: Broker) -> None:
    """Returns when the cluster answers; raises `Unavailable` or `Halt` when it does not."""
    with broker_errors():
        client = AIOKafkaClient(**broker.arguments())
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await client.bootstrap()
        finally:
            await client.close()
