"""Who says the same, since when, and when a conflict began."""

from datetime import UTC, datetime, timedelta

from hub.domain.canonical import Json
from hub.domain.convergence import Disagreement, Said, Standing, State
from hub.domain.submission import Order, micros
from hub.exchange.differing import Difference, Opinion, opinions

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def at(hours: int) -> datetime:
    return NINE + timedelta(hours=hours)


def says(agency: str, value: Json, hours: int, *, since: int | None = None) -> Said:
    """since: it has said this very value, in earlier submissions too."""
    carried = {} if since is None else {"/sex": Order(micros(at(since)), -1, "s")}
    return Standing(agency, agency, agency, Order(micros(at(hours)), -1, "s"), {"sex": value}, carried), value


def told(*said: Said) -> tuple[Opinion, ...]:
    """The opinions where the first of these stands."""
    return opinions("/sex", Disagreement(State.OPEN, list(said), said[0], level=False), lambda value: f"-{value}")


def test_agencies_that_say_the_same_stand_together_from_when_the_first_of_them_said_so() -> None:
    assert told(says("prison", "female", 3), says("court", "male", 2), says("police", "female", 5, since=1)) == (
        Opinion(("police", "prison"), at(1), "female", "-female", stands=True),
        Opinion(("court",), at(2), "male", "-male", stands=False),
    )


def test_a_conflict_began_when_the_second_opinion_came_up() -> None:
    said = told(says("prison", "a", 4), says("court", "b", 2), says("police", "c", 3))

    assert Difference("/sex", "place", State.OPEN, said, ()).since == at(3)


def test_to_say_there_is_none_is_an_opinion() -> None:
    assert [each.value for each in told(says("prison", None, 1), says("court", "male", 2))] == [None, "male"]
