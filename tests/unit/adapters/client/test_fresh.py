"""Which deliveries are news."""

from adapters.client.fresh import fresh, last_of_each
from adapters.client.link import Delivery, RecordName

ONE, OTHER = RecordName("p", "offender", "-"), RecordName("p", "movement", "prison/B1/1")


def delivery(number: int, record: RecordName = ONE, *, withdrawn: bool = False) -> Delivery:
    return Delivery(number, "d", record, (), {}, None, withdrawn, None, None, (), {})


def test_numbers_seen_of_a_record_are_left_out_whatever_came_of_others() -> None:
    seen = {ONE: 5}
    news = fresh([delivery(5), delivery(3, OTHER), delivery(7), delivery(6)], seen)
    assert [(each.record, each.number) for each in news] == [(OTHER, 3), (ONE, 7)]
    assert seen == {ONE: 7, OTHER: 3}


def test_a_withdrawal_is_news_only_to_whoever_had_the_record() -> None:
    assert fresh([delivery(4, withdrawn=True)], {}) == []
    assert [each.number for each in fresh([delivery(4, withdrawn=True)], {ONE: 2})] == [4]


def test_nothing_older_follows_a_withdrawal_even_of_a_record_never_held() -> None:
    assert fresh([delivery(4, withdrawn=True), delivery(3)], {}) == []


def test_a_record_withdrawn_and_released_again_is_news_again() -> None:
    news = fresh([delivery(1), delivery(2, withdrawn=True), delivery(2, withdrawn=True), delivery(3)], {})
    assert [each.number for each in news] == [1, 2, 3]


def test_the_last_of_each_record_settles_the_earlier_ones() -> None:
    given = [delivery(1), delivery(2, OTHER), delivery(4), delivery(3, OTHER)]
    assert [(each.record, each.number) for each in last_of_each(given)] == [(OTHER, 3), (ONE, 4)]
