"""Where a place of the shared record stands natively."""

import pytest

from adapters.nomis import Nomis
from adapters.nomis.places import native_place


@pytest.mark.parametrize(
    ("shared", "native"),
    [
        ("/names/surname", "/lastName"),
        ("/names/forenames/0", "/firstName"),
        ("/sex", "/physicalAttributes/sexCode"),
        ("/aliases/2/name/surname", "/aliases/2/lastName"),
        ("/sentences/1/terms/3/years", "/sentences/1/terms/3/years"),
        ("/sentences/1/period/end", "/sentences/1/sentenceEndDate"),
        ("/custodyAssessments/0/kind", "/assessments/0/assessmentCode"),
        ("/aliases", "/aliases"),
        ("/identifiers/1/value", "/identifiers/1/value"),
        ("", ""),
        ("/unheardOf", ""),
    ],
)
def test_a_place_is_told_by_the_row_that_reads_it(system: Nomis, shared: str, native: str) -> None:
    assert native_place(system.lenses.offender, shared) == native
