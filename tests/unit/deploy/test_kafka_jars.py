"""What the cache lacks is fetched, what it holds is verified, and what cannot be had is named."""

import hashlib
from pathlib import Path

import pytest
import requests

from deploy.servers import ServerMissing, kafka_jars
from deploy.servers.kafka_jars import KAFKA_VERSION, LOCK

_JAR = "org/example/one/1.0/one-1.0.jar"
_BYTES = b"a jar"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and a lock that wants one jar in it."""
    lock = tmp_path / "lock.sha256"
    lock.write_text(f"{hashlib.sha256(_BYTES).hexdigest()}  {_JAR}\n")
    monkeypatch.setattr(kafka_jars, "LOCK", lock)
    monkeypatch.setenv("HUB_TEST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / f"kafka-{KAFKA_VERSION}"


def test_a_complete_cache_is_used_without_the_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(cache, _BYTES)
    monkeypatch.setattr(requests, "request", _no_network)
    assert kafka_jars.kafka_jars() == (cache / _JAR,)


def test_a_jar_that_cannot_be_fetched_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "request", _no_network)
    with pytest.raises(ServerMissing, match=r"one-1\.0\.jar is not in .*HUB_TEST_KAFKA_BOOTSTRAP.*no network"):
        kafka_jars.kafka_jars()
    assert not (cache / _JAR).exists()


def test_a_jar_cut_off_or_tampered_with_is_fetched_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(cache, b"a j")
    monkeypatch.setattr(kafka_jars, "_fetch", lambda _, into: _put(into, _BYTES))
    kafka_jars.kafka_jars()
    assert (cache / _JAR).read_bytes() == _BYTES


def test_what_was_fetched_must_be_what_was_locked(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_jars, "_fetch", lambda _, into: _put(into, b"another jar"))
    with pytest.raises(ServerMissing, match="checksum"):
        kafka_jars.kafka_jars()
    assert not (cache / _JAR).exists()


def test_the_lock_names_the_version_the_launchers_speak_of() -> None:
    paths = [line.split()[1] for line in LOCK.read_text().splitlines()]
    assert f"org/apache/kafka/kafka_2.13/{KAFKA_VERSION}/kafka_2.13-{KAFKA_VERSION}.jar" in paths
    assert f"org/apache/kafka/kafka-clients/{KAFKA_VERSION}/kafka-clients-{KAFKA_VERSION}.jar" in paths
    assert paths == sorted(paths)


def _put(cache: Path, content: bytes) -> None:
    (cache / _JAR).parent.mkdir(parents=True, exist_ok=True)
    (cache / _JAR).write_bytes(content)


def _no_network(*_: object, **__: object) -> None:
    raise requests.ConnectionError("no network")
