"""Asks the broker for the ids of topics, which change when a topic is deleted and made again.

aiokafka speaks the Metadata request up to version 5, which has no ids. This is version 12 of it (KIP-516), read
by every broker since Apache Kafka 2.8; it never makes a topic by being asked for it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from adapters.kafka.broker import Broker, broker_errors
from adapters.kafka.reaching import reaching, started

_METADATA = 3
_VERSION = 12
_BY_NAME = UUID(int=0)
_NO_ERROR, _UNKNOWN_TOPIC = 0, 3


class TopicIdentity(NamedTuple):
    """A topic as the cluster knows it now. leader: the broker that leads its first partition. partitions: how many."""

    id: str
    leader: int
    partitions: int


class _Uuid(AbstractType[UUID]):  # type: ignore[misc]  # aiokafka is untyped
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class _MetadataResponse(Response):  # type: ignore[misc]  # aiokafka is untyped
    API_KEY = _METADATA
    API_VERSION = _VERSION
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString()),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _MetadataRequestStruct(RequestStruct):  # type: ignore[misc]  # aiokafka is untyped
    API_KEY = _METADATA
    API_VERSION = _VERSION
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", CompactString()), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _MetadataRequest(Request[_MetadataRequestStruct]):  # type: ignore[misc]  # aiokafka is untyped
    API_KEY = _METADATA

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequestStruct]) -> _MetadataRequestStruct:
        return request_struct_class([(_BY_NAME, topic, {}) for topic in self._topics], False, False, {})


class TopicIds:
    """Looks topics up, over a connection of its own that is made anew when it fails."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._connected: AIOKafkaClient | None = None

    async def identify(self, topic: str) -> TopicIdentity | None:
        """The topic's id and leader; None when there is no such topic. Raises `Unavailable`, `Halt`."""
        async with self.connection() as client:
            response = await client.send(client.get_random_node(), _MetadataRequest([topic]))
            error, _, topic_id, _, partitions, *_ = response.topics[0]
            if error == _UNKNOWN_TOPIC:
                return None
            for code in (error, *(partition[0] for partition in partitions)):
                if code != _NO_ERROR:
                    raise for_code(code)(topic)
        leader = next(leader for _, number, leader, *_ in partitions if number == 0)
        return TopicIdentity(str(topic_id), leader, len(partitions))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AIOKafkaClient]:
        """The connection, for other requests too. Raises `Unavailable`, `Halt` for what fails inside."""
        async with reaching(self._broker):
            client = await self._client()
        with broker_errors():
            try:
                yield client
            except (KafkaError, OSError, TimeoutError):
                await self.close()
                raise

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._connected = self._connected, None
        if client is not None:
            await client.close()

    async def _client(self) -> AIOKafkaClient:
        if self._connected is None:
            client = AIOKafkaClient(**self._broker.arguments())
            try:
                await started(client.bootstrap())
            except (KafkaError, OSError, TimeoutError, asyncio.CancelledError):
                await client.close()
                raise
            self._connected = client
        return self._connected
