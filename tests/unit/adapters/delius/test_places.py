"""What the specification refuses is named by the native field it was read from."""

import pytest

from adapters.delius.places import refused_at
from hub.domain.canonical import Json
from tests.unit.adapters.delius.test_tables import TABLES


@pytest.mark.parametrize(
    ("body", "table", "path"),
    [
        ({"names": {"surname": "x" * 201}}, "offender", "/surname"),
        ({"names": {"forenames": ["x" * 201]}}, "offender", "/firstName"),
        ({"identifiers": [{"scheme": "pnc", "value": ""}]}, "offender", "/otherIds/additionalIdentifiers"),
        (
            {"identifiers": [], "addresses": [{}, {"postcode": "x" * 21}]},
            "offender",
            "/contactDetails/addresses/1/postcode",
        ),
        (
            {"identifiers": [], "disabilities": [{"adjustments": [{"label": "x" * 201}]}]},
            "offender",
            "/offenderProfile/disabilities/0/provisions/0/provisionType/description",
        ),
        ({"identifiers": [], "emails": ["x" * 255]}, "offender", "/contactDetails/emailAddresses/0"),
        ({"identifiers": [], "emails": ["x" * 255]}, "case", "/emailAddress"),
        ({"identifiers": [], "addresses": [{"status": "main", "town": "x" * 201}]}, "case", "/mainAddress/town"),
    ],
)
def test_a_fault_stands_at_the_native_field(body: Json, table: str, path: str) -> None:
    faults = list(refused_at(body, TABLES.offender, TABLES.lenses[table]))
    assert [fault.path.startswith(path) for fault in faults] == [True]


def test_a_valid_record_has_none() -> None:
    assert list(refused_at({"names": {"surname": "Okafor"}}, TABLES.offender, TABLES.lenses["offender"])) == []
