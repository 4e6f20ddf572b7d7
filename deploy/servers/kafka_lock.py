"""Lock the jars of Apache Kafka anew, after KAFKA_VERSION was raised: `python -m deploy.servers.kafka_lock`."""

import dataclasses
import tempfile
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Coordinate

from deploy.servers.kafka_jars import KAFKA_VERSION, LOCK, sha256_of

_LOG4J_VERSION = "2.25.3"
_ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    f"org.apache.logging.log4j:log4j-slf4j-impl:{_LOG4J_VERSION}",
    f"org.apache.logging.log4j:log4j-core:{_LOG4J_VERSION}",
    f"org.apache.logging.log4j:log4j-1.2-api:{_LOG4J_VERSION}",
)


def main() -> None:
    """Resolve all that Kafka needs at run time; write checksum and path of every jar, sorted by path."""
    with tempfile.TemporaryDirectory() as folder:
        jars = _fetch_all(MavenContext(repo_cache=Path(folder), timeout=60))
        lines = {jar.relative_to(folder).as_posix(): sha256_of(jar) for jar in jars}
    LOCK.write_text("".join(f"{lines[path]}  {path}\n" for path in sorted(lines)))


def _fetch_all(context: MavenContext) -> list[Path]:
    # raw: the bill of materials of log4j names an older kafka-clients, which must not win
    roots = [dataclasses.replace(Coordinate.parse(root), scope="compile", raw=True) for root in _ROOTS]
    asked, others = context.resolver.resolve([context.create_dependency(root) for root in roots])
    needed = (dependency for dependency in [*asked, *others] if dependency.scope in ("compile", "runtime"))
    return [dependency.artifact.resolve() for dependency in needed]


if __name__ == "__main__":
    main()
