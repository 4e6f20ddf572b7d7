"""Makes topics as they were planned, and mends those that somebody else made otherwise."""

from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from adapters.kafka.broker import Broker
from adapters.kafka.reaching import reaching, started

IN_SYNC = "min.insync.replicas"


async def make_topics(broker: Broker, wanted: Sequence[NewTopic]) -> None:
    """Have these topics, as planned; may be done again at any time. Raises `Unavailable`, `Halt`."""
    if not wanted:
        return
    async with reaching(broker):
        admin = AIOKafkaAdminClient(**broker.arguments())
        try:
            await started(admin.start())
            await _create(admin, wanted)
            await _mend(admin, wanted)
        finally:
            await admin.close()


async def _create(admin: AIOKafkaAdminClient, wanted: Sequence[NewTopic]) -> None:
    response = await admin.create_topics(list(wanted))
    for name, code, *_ in response.topic_errors:
        error = for_code(code) if code else None
        if error is not None and error is not TopicAlreadyExistsError:
            raise error(name)


async def _mend(admin: AIOKafkaAdminClient, wanted: Sequence[NewTopic]) -> None:
    """Where a topic was made by somebody else, make it as the hub relies on it; how many copies it has is theirs."""
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in wanted])
    standing = {name: _set_on_topic(entries) for answer in answers for _, _, _, name, entries in answer.resources}
    mended = []
    for topic in wanted:
        relied_on = {name: value for name, value in topic.topic_configs.items() if name != IN_SYNC}
        if not relied_on.items() <= standing[topic.name].items():
            configs = standing[topic.name] | relied_on
            mended.append(ConfigResource(ConfigResourceType.TOPIC, topic.name, configs))
    for answer in await admin.alter_configs(mended) if mended else ():
        for code, _, _, name in answer.resources:
            if code:
                raise for_code(code)(name)


def _set_on_topic(entries: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """Settings made on the topic itself, as against what it has from the broker (config source 1)."""
    return {name: value for name, value, _, source, *_ in entries if source == 1}
