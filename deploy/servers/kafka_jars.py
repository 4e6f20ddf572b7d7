"""The jars of Apache Kafka: fetched once into a cache outside the tree, locked by checksum, verified at every use.

No Maven and no Java of the machine take part.
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.servers.errors import ServerMissing

KAFKA_VERSION = "4.3.1"
LOCK = Path(__file__).with_name("kafka-jars.sha256")
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """A jar: its SHA-256 in hex and its path in a Maven repository, which says what it is and where it lies."""

    sha256: str
    path: str

    def intact_in(self, cache: Path) -> bool:
        """Whether `cache` holds this jar, byte for byte."""
        try:
            return sha256_of(cache / self.path) == self.sha256
        except FileNotFoundError:
            return False


def kafka_jars() -> tuple[Path, ...]:
    """Return every jar of Kafka, verified; what the cache lacks is fetched first, otherwise no network is used.

    The cache is `$HUB_TEST_CACHE`, else `case-sharing-hub` in `$XDG_CACHE_HOME`, else in `~/.cache`.

    Raises:
        ServerMissing: a jar could not be fetched, or is not the one that was locked.
    """
    cache = kafka_cache()
    locked = _read_lock()
    if not all(jar.intact_in(cache) for jar in locked):
        cache.mkdir(parents=True, exist_ok=True)
        with alone_in(cache):
            _fetch_missing(locked, cache)
    return tuple(cache / jar.path for jar in locked)


def kafka_cache() -> Path:
    """Where all that is kept of Kafka from one run to the next lies; see `kafka_jars`."""
    own = os.environ.get("HUB_TEST_CACHE")
    shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "case-sharing-hub"
    return (Path(own) if own else shared) / f"kafka-{KAFKA_VERSION}"


def _read_lock() -> list[Jar]:
    return [Jar(*line.split()) for line in LOCK.read_text().splitlines()]


@contextmanager
def alone_in(cache: Path) -> Iterator[None]:
    """Of test runs that start together one at a time writes there; what it wrote the others find."""
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_missing(locked: list[Jar], cache: Path) -> None:
    missing = [jar for jar in locked if not jar.intact_in(cache)]
    if missing:
        sys.stderr.write(f"Fetching Apache Kafka {KAFKA_VERSION} into {cache} ({len(missing)} files), once.\n")
    for jar in missing:
        _fetch(jar, cache)
        if not jar.intact_in(cache):
            (cache / jar.path).unlink()
            raise ServerMissing(f"{_sorry(jar, cache)}: what was fetched has another checksum than {LOCK.name}")


def _fetch(jar: Jar, cache: Path) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 -- a package of the tests, needed only to fetch
    from requests import RequestException  # noqa: PLC0415

    *group, artifact, version, _ = jar.path.split("/")
    (cache / jar.path).unlink(missing_ok=True)
    context = MavenContext(repo_cache=cache, timeout=60)
    for last_try in (False,) * (_TRIES - 1) + (True,):
        try:
            context.project(".".join(group), artifact).at_version(version).artifact().resolve()
        except (RequestException, OSError, RuntimeError) as error:
            (cache / jar.path).unlink(missing_ok=True)
            if last_try:
                raise ServerMissing(f"{_sorry(jar, cache)}: {error}") from error
        else:
            return


def _sorry(jar: Jar, cache: Path) -> str:
    return (
        f"Apache Kafka could not be had: {jar.path} is not in {cache}. Run once with network, copy the folder from "
        "a machine that has it, or set HUB_TEST_KAFKA_BOOTSTRAP to a broker of your own"
    )


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
