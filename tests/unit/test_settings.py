"""Settings are checked at start, and what is wrong says what to set, never what it was set to."""

import os
from pathlib import Path

import pytest

from hub.domain.errors import Halt
from hub.settings import load_settings, new_key, unknown_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_KEY", new_key())
    monkeypatch.setenv("HUB_LOOKUP_KEY", new_key())


def refusal() -> str:
    with pytest.raises(Halt) as refused:
        load_settings()
    return str(refused.value)


def test_without_keys_the_hub_says_which_and_how_to_make_them() -> None:
    said = refusal()

    assert "HUB_KEY is not set" in said
    assert "HUB_LOOKUP_KEY is not set" in said
    assert "hub keys new" in said


@pytest.mark.usefixtures("keys")
def test_with_keys_alone_the_embedded_default_serves_on_this_machine_only() -> None:
    settings = load_settings()

    assert settings.database_url.get_secret_value().startswith("sqlite+aiosqlite:///")
    assert settings.kafka_bootstrap is None
    assert settings.host == "127.0.0.1"
    assert settings.max_body_bytes == 1024 * 1024
    assert len(settings.key.get_secret_value()) == 32


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUB_KEY", "c2hvcnQ", "HUB_KEY must be 32 random bytes"),
        ("HUB_LOOKUP_KEY", "not base64 at all!", "HUB_LOOKUP_KEY must be 32 random bytes"),
        ("HUB_DATABASE_URL", "mysql://user:hidden@host/hub", "HUB_DATABASE_URL must begin with postgresql+asyncpg://"),
        ("HUB_DATABASE_URL", "postgresql+asyncpg://user:hidden@host:port/hub", "HUB_DATABASE_URL must be a URL"),
        (
            "HUB_DATABASE_URL",
            "sqlite+aiosqlite:////no/such/folder/hub.db",
            "HUB_DATABASE_URL must name a file in a folder",
        ),
        ("HUB_PORT", "http", "HUB_PORT input should be a valid integer"),
        ("HUB_PORT", "70000", "HUB_PORT input should be less than or equal to 65535"),
        ("HUB_CONTRACTS", "no/such/folder", "HUB_CONTRACTS must name a folder that exists"),
        ("HUB_JWKS", "http://identity.example/keys", "HUB_JWKS must be an https URL"),
        ("HUB_JWKS", "no-such-file.json", "HUB_JWKS must be an https URL or a file that exists"),
        ("HUB_JWKS", "https://identity.example/keys", "HUB_ISSUER must name the external issuer"),
        ("HUB_SETTINGS_FILE", "no-such-file.toml", "HUB_SETTINGS_FILE names a file that is not there"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    refused = refusal()

    assert said in refused
    assert value not in refused


def test_a_file_serves_and_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f'key = "{new_key()}"\nlookup_key = "{new_key()}"\nport = 9000\npoison_limit = 7\n')
    monkeypatch.setenv("HUB_SETTINGS_FILE", str(file))
    monkeypatch.setenv("HUB_PORT", "9001")

    settings = load_settings()

    assert (settings.port, settings.poison_limit) == (9001, 7)


@pytest.mark.usefixtures("keys")
def test_a_file_in_another_encoding_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_bytes('operator = "Zoë"'.encode("utf-16"))
    monkeypatch.setenv("HUB_SETTINGS_FILE", str(file))

    assert refusal() == "HUB_SETTINGS_FILE is not TOML: not in UTF-8"


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("text", "said"), [('prot = "x"', "sets prot, which is not a setting"), ("port =", "HUB_SETTINGS_FILE is not TOML")]
)
def test_a_file_with_a_slip_of_the_pen_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(text)
    monkeypatch.setenv("HUB_SETTINGS_FILE", str(file))

    assert said in refusal()


@pytest.mark.usefixtures("keys")
def test_settings_shown_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+asyncpg://hub:hidden@localhost/hub")

    shown = repr(load_settings())

    assert "hidden" not in shown
    assert os.environ["HUB_KEY"] not in shown


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("url", ["http://duty.example/hidden", "ftp://duty.example", "hidden"])
def test_a_webhook_that_anybody_can_read_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HUB_ALERT_WEBHOOK", url)

    assert refusal() == "HUB_ALERT_WEBHOOK must be an https URL"


@pytest.mark.usefixtures("keys")
def test_the_address_of_a_webhook_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ALERT_WEBHOOK", "https://duty.example/hidden")

    assert "hidden" not in repr(load_settings())


@pytest.mark.usefixtures("keys")
def test_a_variable_that_is_misspelt_is_named_and_one_of_a_command_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_ULR", "postgresql+asyncpg://somebody:secret@127.0.0.1/hub")
    monkeypatch.setenv("HUB_NEW_KEY", new_key())
    monkeypatch.setenv("HUB_PORT", "8080")

    assert unknown_settings() == ["HUB_DATABASE_ULR"]
