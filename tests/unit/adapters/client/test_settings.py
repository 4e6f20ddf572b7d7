import os
from pathlib import Path

import pytest

from adapters.client.settings import load_adapter_settings
from hub.domain.errors import Halt


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ADAPTER_")]:
        monkeypatch.delenv(name)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADAPTER_NATIVE", "https://one.example")
    monkeypatch.setenv("ADAPTER_AGENCY", "prison-north")
    settings = load_adapter_settings(native="https://two.example", from_folder=tmp_path, agency=None)
    assert (settings.native, settings.from_folder, settings.agency) == ("https://two.example", tmp_path, "prison-north")


def test_it_says_what_to_set_to_reach_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_HUB", "https://hub.example")
    with pytest.raises(Halt, match="set ADAPTER_CLIENT_ID, ADAPTER_CLIENT_SECRET, or with a broker ADAPTER_KAFKA"):
        load_adapter_settings(hook_port=0).check_can_run()


def test_it_says_what_to_set_to_have_something_to_do() -> None:
    with pytest.raises(Halt, match=r"nothing to do: set ADAPTER_FROM_FOLDER.*ADAPTER_NATIVE"):
        load_adapter_settings(kafka_bootstrap="localhost:9092").check_can_run()


def test_a_wrong_value_is_named_not_shown() -> None:
    with pytest.raises(Halt) as halt:
        load_adapter_settings(native="ftp://secret.example", hook_port=99_999)
    assert "ADAPTER_NATIVE must begin with https://" in str(halt.value)
    assert "ADAPTER_HOOK_PORT" in str(halt.value)
    assert "secret" not in str(halt.value)


def test_releases_go_one_way(tmp_path: Path) -> None:
    with pytest.raises(Halt, match="exclude each other"):
        load_adapter_settings(native="https://one.example", to_folder=tmp_path)


def test_a_topic_needs_a_broker() -> None:
    with pytest.raises(Halt, match="ADAPTER_KAFKA_BOOTSTRAP"):
        load_adapter_settings(from_topic="alerts")
