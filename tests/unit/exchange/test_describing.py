"""What of an offender record is compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.domain.likelihood.traits import Traits
from hub.exchange.describing import read_traits, traits_of, written
from tests.builders.valid_bodies import valid_bodies

QUILL = {
    "names": {"surname": "O'Quill", "forenames": ["Rowan Lee", "Zoë"]},
    "formerNames": [{"surname": "Brook"}],
    "aliases": [{"name": {"forenames": ["Ro", "Max"]}, "dateOfBirth": "1984-11-06"}, {"sex": "male"}],
    "dateOfBirth": "1984-11-05",
    "sex": "female",
    "addresses": [
        {
            "lines": ["Flat 2", "12a Milton Road", "Heaton"],
            "town": "Newcastle",
            "county": "Tyne",
            "postcode": "NE4 6SL",
        },
        {"noFixedAbode": True, "postcode": "EX4 4QJ"},
    ],
    "identifiers": [
        {"scheme": "pnc", "value": "81/34U", "canonical": "1981/0000034U", "verified": True},
        {"scheme": "former-prison-number", "value": "a1234bc", "canonical": "A1234BC", "verified": True},
        {"scheme": "cro", "value": "12-x", "canonical": None, "verified": False},
        {"scheme": "passport-number", "value": "5"},
    ],
}


def test_everything_that_tells_who_it_is_is_compared() -> None:
    assert traits_of(QUILL, ("crn", "X100001")) == Traits(
        forenames=("rowan", "lee", "zoe"),
        surname="oquill",
        other_forenames=("ro",),
        other_surnames=("brook",),
        dates=("19841105", "19841106"),
        sex="f",
        postcodes=("ne46sl",),
        houses=("flat2", "12a"),
        streets=("miltonroad",),
        localities=("heaton",),
        towns=("newcastle",),
        regions=("tyne",),
        identifiers=(("pnc", "19810000034u"), ("prison-number", "a1234bc"), ("cro", "12x")),
        own=(("crn", "x100001"),),
    )


@pytest.mark.parametrize(
    ("lines", "house", "street", "localities"),
    [
        (["Rose Cottage", "Long Lane"], (), ("rosecottage",), ("longlane",)),
        (["7, Long Lane"], ("7",), ("longlane",), ()),
        ([], (), (), ()),
        (None, (), (), ()),
    ],
)
def test_an_address_is_taken_apart_as_far_as_it_tells(
    lines: list[str] | None, house: tuple[str, ...], street: tuple[str, ...], localities: tuple[str, ...]
) -> None:
    traits = traits_of({"addresses": [{"lines": lines}]})

    assert (traits.houses, traits.streets, traits.localities) == (house, street, localities)


@given(valid_bodies("offender"), st.none() | st.tuples(st.just("crn"), st.text()))
def test_what_is_kept_reads_back_the_same(body: Json, own: tuple[str, str] | None) -> None:
    traits = traits_of(body, own)

    assert read_traits(written(traits)) == traits
