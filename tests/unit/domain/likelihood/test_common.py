"""The list of common values: how rare a value is, and nothing about anybody."""

import tomllib

import pytest

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.errors import Halt
from hub.domain.likelihood.common import FEWEST, LISTED, Listed, common_values, read_common, written_common
from hub.domain.likelihood.levels import Field
from hub.domain.likelihood.rarity import Counted
from hub.domain.likelihood.score import score
from hub.domain.likelihood.traits import Traits

SMITHS, JONESES = 60, 20
PEOPLE = [
    *(Traits(surname="smith") for _ in range(SMITHS)),
    *(Traits(surname="jones") for _ in range(JONESES)),
    *(Traits(surname=f"rare{number}") for number in range(20)),
]


def digest(field: Field, value: str) -> str:
    return f"d-{field.value}-{len(value)}-{value[-1]}"


def listed() -> Listed:
    return Listed(common_values(Counted(PEOPLE), digest), digest)


def test_a_common_value_has_its_share_and_any_other_that_of_the_rest() -> None:
    assert listed().share(Field.SURNAME, "smith") == SMITHS / len(PEOPLE)
    assert listed().share(Field.SURNAME, "rare7") == 1 / len(PEOPLE)
    assert listed().share(Field.SURNAME, "neverheard") == 1 / len(PEOPLE)


def test_of_a_field_that_nobody_fills_nothing_is_known() -> None:
    assert listed().share(Field.FORENAME, "ann") is None


def test_what_only_a_few_have_is_not_listed() -> None:
    few = [Traits(surname="few") for _ in range(FEWEST - 1)]
    common = common_values(Counted([*PEOPLE, *few]), digest)[Field.SURNAME]

    assert set(common.shares) == {digest(Field.SURNAME, "smith"), digest(Field.SURNAME, "jones")}


def test_no_more_values_are_listed_than_there_is_room_for() -> None:
    many = [Traits(surname=f"n{number}") for number in range(LISTED + 5) for _ in range(FEWEST)]
    common = common_values(Counted(many), lambda _, value: value)[Field.SURNAME]

    assert len(common.shares) == LISTED
    assert common.rest == pytest.approx(1 / (LISTED + 5))


def test_the_list_is_read_as_it_was_written_and_says_no_name() -> None:
    common = common_values(Counted(PEOPLE), digest)
    text = written_common(common)

    assert read_common(tomllib.loads(text)) == common
    assert "smith" not in text
    assert read_common({}) == {}
    assert written_common({}) == ""


def test_a_rare_name_in_common_says_more_than_a_common_one_whoever_else_is_described() -> None:
    weights = weights_in(SHIPPED_WEIGHTS)
    smith, rare = (score(Traits(surname=name), Traits(surname=name), weights, listed()) for name in ("smith", "rare7"))

    assert rare.weight > smith.weight


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"common": 1}, "common must be a table"),
        ({"common": {"shoe": {"rest": 0.1, "shares": {}}}}, "common.shoe is no field"),
        ({"common": {"surname": {"rest": 0.1}}}, "must have rest and shares"),
        ({"common": {"surname": {"rest": 0, "shares": {}}}}, "common.surname.rest must be"),
        ({"common": {"surname": {"rest": 0.1, "shares": {"abc": 2}}}}, "common.surname.shares must be"),
    ],
)
def test_a_list_that_is_none_is_refused_by_its_place(document: dict[str, object], said: str) -> None:
    with pytest.raises(Halt, match=said):
        read_common(document)
