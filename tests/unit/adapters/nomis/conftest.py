"""What the tests of the prison system's adapter stand on."""

from collections.abc import Callable

import pytest

from adapters.client.native import Taken
from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis, nomis
from hub.spec.registry import schemas_folder
from tests.builders.nomis import payload


@pytest.fixture(scope="session")
def system() -> Nomis:
    """The prison system, its tables compiled."""
    return nomis(schemas_folder())


@pytest.fixture
def parts() -> PartsInMemory:
    """Nothing is known yet."""
    return PartsInMemory()


@pytest.fixture
def take(system: Nomis, parts: PartsInMemory) -> Callable[..., Taken]:
    """Takes documents one after the other, with what was kept of those before."""
    return lambda document, about=None, **more: system.take(payload(document, about, **more), parts)
