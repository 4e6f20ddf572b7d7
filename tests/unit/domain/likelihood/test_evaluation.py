"""How right matching is."""

from hub.domain.likelihood.evaluation import Measured, closed, evaluate
from hub.domain.likelihood.pairs import candidates
from hub.domain.likelihood.traits import Traits

PEOPLE = [Traits(surname="archer") for _ in range(4)]


def test_links_of_links_are_links() -> None:
    assert closed({(0, 1), (1, 2), (4, 5)}) == {(0, 1), (0, 2), (1, 2), (4, 5)}


def test_no_links_stay_none() -> None:
    assert closed(set()) == set()


def test_within_one_file_links_are_closed_and_pairs_are_not() -> None:
    result = evaluate(candidates(PEOPLE), {(0, 1), (1, 2)}, {(0, 1), (0, 2)})
    assert result.links == Measured(right=3, found=3, true=3)
    assert result.pairs == Measured(right=2, found=2, true=3)


def test_between_two_files_nothing_is_closed() -> None:
    result = evaluate(candidates(PEOPLE, PEOPLE[:2]), {(0, 0), (0, 1)}, {(0, 0), (1, 1)})
    assert result.links == Measured(right=1, found=2, true=2)


def test_the_ceiling_is_what_blocking_reaches() -> None:
    strangers = [Traits(surname="archer"), Traits(surname="archer"), Traits(surname="fletcher")]
    assert evaluate(candidates(strangers), set(), {(0, 1), (0, 2)}).ceiling == 1 / 3


def test_precision_recall_and_f1() -> None:
    measured = Measured(right=3, found=4, true=6)
    assert (measured.precision, measured.recall, measured.f1) == (0.75, 0.5, 0.6)
    assert (Measured(0, 0, 0).precision, Measured(0, 0, 0).recall, Measured(0, 0, 0).f1) == (1, 1, 1)
