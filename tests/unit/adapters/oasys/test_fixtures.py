"""What comes of the payloads of the field, alone and together, is what the table beside this file says."""

import pytest

from adapters.oasys import Oasys
from tests.builders.oasys_fixtures import FIXTURES, GOLDEN, table

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the folder of published payloads is not here")


def test_what_comes_of_every_payload_is_known(system: Oasys) -> None:
    """Made anew by `python -m tests.builders.oasys_fixtures`; read the difference before it is kept."""
    assert table(system) == GOLDEN.read_text()


def test_nothing_of_them_is_unknown_and_only_what_is_not_of_oasys_is_refused(system: Oasys) -> None:
    golden = GOLDEN.read_text()
    assert "unknown" not in golden
    refused = {line for line in golden.splitlines() if line.startswith("  refused")}
    assert refused == {
        "  refused the whole: kind",
        "  refused /0: kind",
        "  refused /eventType: kind",
        "  refused /Message: kind",
    }
    assert golden == table(system)
