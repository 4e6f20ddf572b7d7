"""An agency's submissions stand in one order: time, then sequence as a number, then id."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.submission import Order, Submission, micros

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds only


def order(time: datetime, sequence: int = -1, id_: str = "s1") -> Order:
    return Submission("prison", id_, "offender", "1.0.0", False, "A1234BC", time, sequence, {}).order


def test_a_later_time_is_later_whatever_the_sequence() -> None:
    assert order(EPOCH, 9) < order(EPOCH + timedelta(microseconds=1), 1)


def test_at_one_time_the_sequence_decides_as_a_number() -> None:
    assert order(EPOCH, 9) < order(EPOCH, 10)


def test_no_sequence_comes_before_any() -> None:
    assert order(EPOCH) < order(EPOCH, 0)


def test_at_last_the_id_decides() -> None:
    assert order(EPOCH, 1, "a") < order(EPOCH, 1, "b")


def test_one_moment_in_two_zones_is_one_time() -> None:
    summer = timezone(timedelta(hours=1))

    assert order(datetime(2026, 7, 1, 12, tzinfo=summer)) == order(datetime(2026, 7, 1, 11, tzinfo=UTC))


@given(MOMENTS)
def test_micros_are_whole_microseconds_since_1970(moment: datetime) -> None:
    assert EPOCH + timedelta(microseconds=micros(moment)) == moment
