"""A broker of a Kafka of one's own, and how it is set."""

import base64
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker, which is a controller too; `folder` holds its settings and its data."""

    number: int
    port: int
    controller_port: int
    directory_id: str
    folder: Path
    process: ServerProcess

    @property
    def properties(self) -> Path:
        """Its settings file."""
        return self.folder / "server.properties"

    @property
    def data(self) -> Path:
        """Where it keeps its topics."""
        return self.folder / "log"

    @property
    def voter(self) -> str:
        """Itself, as the first controllers of a cluster are listed."""
        return f"{self.number}@127.0.0.1:{self.controller_port}:{self.directory_id}"


def plan_broker(number: int, folder: Path) -> Broker:
    """Give a broker its ports, its id and its place in `folder`."""
    process = ServerProcess(f"Kafka broker {number}", folder / f"broker-{number}.log")
    return Broker(number, free_port(), free_port(), short_uuid(), folder / f"broker-{number}", process)


def properties_of(broker: Broker, brokers: list[Broker]) -> str:
    """Return the settings file of one of `brokers`."""
    copies = len(brokers)
    in_sync = max(1, copies - 1)
    controllers = ",".join(f"127.0.0.1:{other.controller_port}" for other in brokers)
    settings = {
        "process.roles": "broker,controller",
        "node.id": broker.number,
        "listeners": f"PLAINTEXT://127.0.0.1:{broker.port},CONTROLLER://127.0.0.1:{broker.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker.port}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": controllers,
        "log.dirs": broker.data,
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "broker.session.timeout.ms": 3000,  # silence after losing a broker: 3 s instead of 10
        "broker.heartbeat.interval.ms": 1000,
        "log.segment.bytes": 64 * 1024 * 1024,
        "log.cleaner.backoff.ms": 500,  # a test of compaction need not wait 15 s
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # the default takes a third of the heap
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def short_uuid() -> str:
    """An id as Kafka writes them: a UUID in URL-safe base64 (one with a dash in front reads as an option)."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes)[:22].decode()).startswith("-"):
        pass
    return text
