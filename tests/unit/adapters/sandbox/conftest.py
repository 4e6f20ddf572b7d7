"""What the tests of the pretend systems stand on."""

from datetime import UTC, datetime

import pytest

from adapters.sandbox.caseload.caseload import caseload
from adapters.sandbox.caseload.changes import Change

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def changes() -> list[Change]:
    """A caseload of 400 people."""
    return list(caseload(400, seed=7, until=UNTIL))
