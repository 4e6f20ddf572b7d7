"""Rulings: one holds exactly while everybody it names says what they said, and nobody says anything else."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canonical import Json, canonical
from hub.domain.convergence import (
    Agree,
    Authority,
    Fields,
    Highest,
    Rule,
    Standing,
    converge,
    disagreements,
    sayings,
)
from hub.domain.rulings import Ruling, Rulings, rule_on
from hub.domain.submission import Order

PRISON_FIRST = Authority("/x", ("prison", "probation"))
MUST_AGREE = Fields("", {"x": Agree("/x", PRISON_FIRST)})
RISK = Fields("", {"x": Highest("/x", {"low": 0, "medium": 1, "high": 2}, "", rulable=True)})
HELD = Fields("", {"x": Authority("/x", ("probation", "prison"), lambda standing: standing.body.get("held", False))})


def digest(local: str, path: str, value: Json) -> str:
    return canonical([local, path, value]).decode()


def says(local: str, x: Json, since: int, kind: str = "prison", **more: Json) -> Standing:
    """Under this local id x is said since then."""
    return Standing(local, kind, local, Order(since, -1, "s"), {"x": x, **more})


def ruling(rule: Rule, standing: Sequence[Standing], stands: str, id_: str = "r") -> Ruling:
    """On all that these say at their only difference; stands: under which local id."""
    ((path, differing),) = disagreements(rule, standing).items()
    return rule_on(id_, path, sayings(path, differing.said), stands, digest)


def shared(rule: Rule, rulings: Sequence[Ruling], *standing: Standing) -> tuple[Json, tuple[str, ...], tuple[str, ...]]:
    """What is shared of x, where it is contested, and where ruled."""
    converged = converge(rule, standing, Rulings(rulings, digest))
    return converged.body["x"], converged.contested, converged.ruled


DIFFERING = says("A", "a", 1), says("B", "b", 2, "probation")
FOR_B = ruling(MUST_AGREE, DIFFERING, "B")


def test_a_ruling_says_what_stands_in_place_of_the_fallback() -> None:
    assert shared(MUST_AGREE, [], *DIFFERING) == ("a", ("/x",), ())
    assert shared(MUST_AGREE, [FOR_B], *DIFFERING) == ("b", (), ("/x",))


def test_what_is_ruled_to_stand_names_whose_word_it_is() -> None:
    assert converge(MUST_AGREE, DIFFERING, Rulings([FOR_B], digest)).sources == {"/x": ["B"]}


@pytest.mark.parametrize(
    "standing",
    [
        pytest.param((says("A", "c", 3), DIFFERING[1]), id="one says something else"),
        pytest.param((says("A", "b", 3), says("B", "a", 3, "probation")), id="both have changed their minds"),
        pytest.param((says("A", "a", 3), DIFFERING[1]), id="one has said something else in between"),
        pytest.param((says("C", "a", 1), DIFFERING[1]), id="it is somebody else who says so"),
        pytest.param((*DIFFERING, says("C", "c", 1)), id="somebody else says what it does not settle"),
    ],
)
def test_a_ruling_is_over_when_what_it_names_is_no_longer_said(standing: tuple[Standing, ...]) -> None:
    _, contested, ruled = shared(MUST_AGREE, [FOR_B], *standing)
    assert (contested, ruled) == (("/x",), ())


def test_where_agencies_agree_again_nothing_is_contested_and_nothing_ruled() -> None:
    assert shared(MUST_AGREE, [FOR_B], says("A", "b", 3), DIFFERING[1]) == ("b", (), ())


def test_what_has_been_said_for_longer_than_was_known_is_still_said() -> None:
    assert shared(MUST_AGREE, [FOR_B], says("A", "a", 0), DIFFERING[1]) == ("b", (), ("/x",))


def test_whoever_joins_with_what_is_settled_leaves_the_ruling_as_it_is() -> None:
    assert shared(MUST_AGREE, [FOR_B], *DIFFERING, says("C", "a", 9)) == ("b", (), ("/x",))


def test_two_rulings_of_different_minds_settle_nothing_and_of_one_mind_they_do() -> None:
    two = [FOR_B, ruling(MUST_AGREE, DIFFERING, "A", "other")]
    same = [FOR_B, ruling(MUST_AGREE, DIFFERING, "B", "other")]

    assert shared(MUST_AGREE, two, *DIFFERING) == ("a", ("/x",), ())
    assert shared(MUST_AGREE, same, *DIFFERING) == ("b", (), ("/x",))


def test_a_ruling_on_another_place_settles_nothing_here() -> None:
    elsewhere = Ruling("r", "/y", FOR_B.settles, "B")

    assert shared(MUST_AGREE, [elsewhere], *DIFFERING) == ("a", ("/x",), ())


# --- risk ----------------------------------------------------------------------------------------------------

LEVELS = says("A", "high", 1), says("B", "low", 2, "probation")
LOWERED = ruling(RISK, LEVELS, "B")


def test_differing_levels_of_risk_are_no_conflict_and_a_ruling_may_settle_them() -> None:
    assert shared(RISK, [], *LEVELS) == ("high", (), ())
    assert shared(RISK, [LOWERED], *LEVELS) == ("low", (), ("/x",))


@pytest.mark.parametrize("word", ["low", "medium", "high"])
def test_any_new_word_on_a_level_of_risk_ends_a_ruling_on_it(word: str) -> None:
    value, _, ruled = shared(RISK, [LOWERED], *LEVELS, says("C", word, 9))

    assert (value, ruled) == ("high", ())


def test_whoever_says_no_level_neither_takes_part_in_a_ruling_on_it_nor_ends_it() -> None:
    assert shared(RISK, [LOWERED], *LEVELS, says("C", None, 9)) == ("low", (), ("/x",))
    assert disagreements(RISK, [LEVELS[0], says("C", None, 9)]) == {}


def test_what_is_highest_and_not_said_to_be_rulable_is_never_ruled_on() -> None:
    limit = Fields("", {"x": Highest("/x", {"low": 0, "medium": 1, "high": 2}, "")})

    assert disagreements(limit, LEVELS) == {}
    assert shared(limit, [LOWERED], *LEVELS) == ("high", (), ())


# --- authority -----------------------------------------------------------------------------------------------


def test_two_agencies_of_the_deciding_kind_that_both_hold_the_person_contest_authority() -> None:
    both = says("N", "n", 1, "probation", held=True), says("S", "s", 2, "probation", held=True)

    assert shared(HELD, [], *both, says("A", "a", 9)) == ("s", ("/x",), ())
    assert shared(HELD, [ruling(HELD, both, "N")], *both, says("A", "a", 9)) == ("n", (), ("/x",))


def test_who_holds_the_person_is_believed_before_who_does_not_however_late_that_one_speaks() -> None:
    standing = says("N", "n", 1, "probation", held=True), says("S", "s", 9, "probation")

    assert shared(HELD, [], *standing) == ("n", (), ())


def test_where_nobody_of_the_kind_holds_the_person_the_latest_is_believed_and_nothing_is_contested() -> None:
    assert shared(HELD, [], says("N", "n", 1, "probation"), says("S", "s", 2, "probation")) == ("s", (), ())
    assert shared(HELD, [], says("C", "c", 1, "court", held=True), says("D", "d", 2, "police", held=True)) == (
        "d",
        (),
        (),
    )


# --- whatever is said ----------------------------------------------------------------------------------------

SPEAKERS = st.dictionaries(st.sampled_from("ABCD"), st.tuples(st.sampled_from("ab"), st.integers(1, 3)), min_size=1)


@given(before=SPEAKERS, after=SPEAKERS, data=st.data())
def test_a_ruling_holds_exactly_while_everybody_it_names_still_says_so_and_nobody_anything_else(
    before: dict[str, tuple[str, int]], after: dict[str, tuple[str, int]], data: st.DataObject
) -> None:
    was = [says(local, *said) for local, said in before.items()]
    if not disagreements(MUST_AGREE, was):
        return
    stands = data.draw(st.sampled_from(sorted(before)))
    decided = ruling(MUST_AGREE, was, stands)
    still = all(
        local in after and after[local][0] == value and after[local][1] <= since
        for local, (value, since) in before.items()
    )

    now = data.draw(st.permutations([says(local, *said) for local, said in after.items()]))
    value, contested, ruled = shared(MUST_AGREE, [decided], *now)

    differ = len({said for said, _ in after.values()}) > 1
    assert (ruled, contested) == ((("/x",) if still else (), () if still or not differ else ("/x",)))
    assert value == (before[stands][0] if still else shared(MUST_AGREE, [], *now)[0])
