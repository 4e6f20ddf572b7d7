"""The containers promise what the rest does: this machine only, no default secret, nothing that changes by itself."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.servers.kafka_jars import KAFKA_VERSION

_ROOT = Path(__file__).parents[2]
_SECRETS = re.compile(r"PASSWORD|KEY|SECRET|TOKEN|DATABASE_URL")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((_ROOT / "deploy/compose.yaml").read_text())
    found: dict[str, Any] = compose["services"]
    return found


def test_there_is_the_hub_a_postgres_and_a_kafka(services: dict[str, Any]) -> None:
    assert services.keys() == {"hub", "postgres", "kafka"}


def test_ports_are_open_to_this_machine_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service["ports"]]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_images_have_a_version_with_its_minor_part(services: dict[str, Any]) -> None:
    images = [service["image"] for service in services.values() if "image" in service]
    images += re.findall(r"^FROM (\S+)", (_ROOT / "deploy/Containerfile").read_text(), re.MULTILINE)
    assert len(images) == 3
    assert [image for image in images if not re.search(r":\d+\.\d+[\w.-]*$", image)] == []


def test_kafka_is_the_version_the_tests_run_on(services: dict[str, Any]) -> None:
    assert services["kafka"]["image"].endswith(f":{KAFKA_VERSION}")


def test_secrets_come_from_outside_and_nothing_starts_without_them(services: dict[str, Any]) -> None:
    environment = [setting for service in services.values() for setting in service["environment"].items()]
    secrets = {name: value for name, value in environment if _SECRETS.search(name)}
    assert secrets.keys() == {"HUB_KEY", "HUB_LOOKUP_KEY", "HUB_DATABASE_URL", "POSTGRES_PASSWORD"}
    assert [name for name, value in secrets.items() if not re.search(r"\$\{\w+:\?[^}]+\}", value)] == []


def test_the_example_of_the_secrets_names_all_of_them_and_gives_none() -> None:
    compose = (_ROOT / "deploy/compose.yaml").read_text()
    lines = (_ROOT / "deploy/hub.env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert example.keys() == set(re.findall(r"\$\{(\w+)", compose))
    assert set(example.values()) == {""}
    assert "/deploy/hub.env" in (_ROOT / ".gitignore").read_text().splitlines()


def test_what_the_image_copies_is_let_into_the_build() -> None:
    let_in = {line.removeprefix("!") for line in (_ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = re.findall(r"^COPY (.+) \S+$", (_ROOT / "deploy/Containerfile").read_text(), re.MULTILINE)
    assert {name for names in copied for name in names.split()} == let_in
    assert {name for name in let_in if not (_ROOT / name).exists()} == set()


def test_the_hub_does_not_run_as_root() -> None:
    assert re.search(r"^USER hub$", (_ROOT / "deploy/Containerfile").read_text(), re.MULTILINE)
