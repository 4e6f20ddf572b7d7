"""What the tests of the pretend agencies stand on."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from adapters.sandbox.caseload.caseload import caseload
from adapters.sandbox.caseload.changes import Change
from adapters.sandbox.shape import NativeSystem
from adapters.sandbox.systems import native_systems
from hub.spec.registry import Registry, schemas_folder

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load(schemas_folder())


@pytest.fixture(scope="session")
def systems() -> Mapping[str, NativeSystem]:
    return native_systems(schemas_folder())


@pytest.fixture(scope="session")
def changes() -> list[Change]:
    """A caseload of 400 people."""
    return list(caseload(400, seed=7, until=UNTIL))
