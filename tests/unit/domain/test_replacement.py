"""A local id that comes to mean somebody else."""

from itertools import permutations

from hub.domain.recognition import Features
from hub.domain.replacement import Replaced, replaced
from hub.domain.submission import Order

OKAFOR = Features(frozenset({("okafor", "daniel")}), frozenset({"1981-06-14"}))
MARRIED = Features(frozenset({("adeyemi", "daniel")}), frozenset({"1981-06-14"}))
CORRECTED = Features(frozenset({("adeyemi", "daniel")}), frozenset({"1982-06-14"}))
PATEL = Features(frozenset({("patel", "meera")}), frozenset({"1990-01-02"}))
NO_DATE = Features(frozenset({("patel", "meera")}))
NOTHING = Features()


def said(*features: Features) -> list[tuple[Order, Features]]:
    return [(Order(number, -1, "s"), each) for number, each in enumerate(features)]


def at(number: int) -> Order:
    return Order(number, -1, "s")


def test_another_name_and_another_date_of_birth_are_somebody_else_in_whatever_order_they_came() -> None:
    for way in permutations(said(OKAFOR, MARRIED, PATEL)):
        assert replaced(way) == Replaced(at(1), at(2))


def test_name_and_date_may_change_one_after_the_other() -> None:
    assert replaced(said(OKAFOR, MARRIED, CORRECTED)) is None
    assert replaced(said(OKAFOR, CORRECTED)) == Replaced(at(0), at(1))


def test_what_is_not_said_contradicts_nobody() -> None:
    for features in (NO_DATE, NOTHING):
        assert replaced(said(OKAFOR, features)) is None
    assert replaced([]) is None


def test_once_corrected_nothing_is_wrong_any_more() -> None:
    assert replaced(said(OKAFOR, PATEL, OKAFOR)) is None
    assert replaced(said(OKAFOR, PATEL, OKAFOR, PATEL)) == Replaced(at(2), at(3))


def test_what_somebody_found_right_is_asked_again_only_of_another_change() -> None:
    assert replaced(said(OKAFOR, PATEL), settled=at(1)) is None
    assert replaced(said(OKAFOR, PATEL, PATEL), settled=at(1)) is None
    assert replaced(said(OKAFOR, PATEL, OKAFOR), settled=at(1)) == Replaced(at(1), at(2))
