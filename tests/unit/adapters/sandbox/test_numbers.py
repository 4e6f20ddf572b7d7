from random import Random

import pytest

from adapters.sandbox.caseload import numbers
from hub.domain.identifiers import parse

_YEAR = 2026


@pytest.fixture
def rng() -> Random:
    return Random(4)  # noqa: S311 - a test that comes out the same again


def test_right_numbers_have_right_check_letters(rng: Random) -> None:
    for year in range(1970, 2026):
        assert parse("pnc", numbers.pnc_number(rng, year), _YEAR).verified
        assert parse("cro", numbers.cro_number(rng, year), _YEAR).verified
        assert parse("ni-number", numbers.ni_number(rng), _YEAR).verified


def test_every_way_of_writing_a_number_is_read_as_that_number_or_not_trusted(rng: Random) -> None:
    number = "1998/0012345"
    right = next(letter for letter in "ABCDEFGHJKLMNPQRTUVWXYZ" if parse("pnc", number + letter, _YEAR).verified)
    written = {numbers.as_written(rng, number + right) for _ in range(200)}
    assert {"98/12345" + right, number + right, (number + right).lower()} < written
    read = [parse("pnc", each, _YEAR) for each in written]
    assert all(each.canonical == number + right or not each.verified for each in read)


def test_no_two_people_have_one_number() -> None:
    count = 30_000
    assert len({numbers.prison_number(number) for number in range(count)}) == count
    rng = Random(1)  # noqa: S311 - a test that comes out the same again
    assert len({numbers.crn(number, rng) for number in range(count)}) == count


def test_prison_numbers_have_their_form() -> None:
    assert all(parse("prison-number", numbers.prison_number(number), _YEAR).verified for number in range(0, 10**6, 997))
