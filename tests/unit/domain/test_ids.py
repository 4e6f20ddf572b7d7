"""Ids are UUIDs of version 7: they sort by when they were made, and chance keeps them apart."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.ids import uuid7

MILLIS = st.integers(0, 2**48 - 1)
NOISE = st.integers(0, 2**74 - 1)


@given(MILLIS, NOISE)
def test_an_id_is_a_uuid_of_version_7(millis: int, noise: int) -> None:
    made = UUID(uuid7(millis, noise))

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == millis


@given(MILLIS, MILLIS, NOISE, NOISE)
def test_ids_sort_by_the_moment_they_were_made(one: int, other: int, noise: int, more: int) -> None:
    if one < other:
        assert uuid7(one, noise) < uuid7(other, more)


@given(MILLIS, NOISE, NOISE)
def test_every_bit_of_chance_counts(millis: int, noise: int, other: int) -> None:
    assert (uuid7(millis, noise) == uuid7(millis, other)) == (noise == other)


def test_two_ids_of_one_millisecond_differ() -> None:
    assert uuid7(1_700_000_000_000) != uuid7(1_700_000_000_000)
