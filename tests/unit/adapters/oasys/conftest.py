"""What the tests of OASys stand on: the system, and its own invented payloads."""

from datetime import UTC, datetime

import orjson
import pytest

from adapters.client.native import Payload
from adapters.client.running.parts import PartsInMemory
from adapters.oasys import Oasys, oasys
from hub.spec.registry import schemas_folder
from tests.builders.oasys import EXAMPLES


@pytest.fixture(scope="session")
def system() -> Oasys:
    """OASys as probation uses it."""
    return oasys(schemas_folder())


@pytest.fixture(scope="session")
def prison() -> Oasys:
    """OASys as a prison uses it."""
    return oasys(schemas_folder(), "prison")


@pytest.fixture
def parts() -> PartsInMemory:
    """Nothing is known yet."""
    return PartsInMemory()


@pytest.fixture
def everything() -> list[Payload]:
    """Every invented payload, in the order of their names."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return [Payload(orjson.loads(path.read_bytes()), at) for path in EXAMPLES]
