"""A column map says which column means what."""

from typing import Any

import pytest

from hub.domain.errors import Halt, Rejected
from hub.domain.likelihood.columns import read_columns
from hub.domain.likelihood.traits import Traits


def traits(columns: dict[str, Any], **row: str) -> Traits:
    return read_columns({"id": "key", "columns": columns}).traits({"key": "1", **row}, 1)


def test_several_columns_make_one_feature_in_their_order() -> None:
    columns = {"first": "forename", "middle": "forename", "now": "surname", "before": "surname"}
    said = traits(columns, first="Zoë", middle="Mary-Ann", now="O'Neill", before="Archer")
    assert said == Traits(forenames=("zoe", "maryann"), surname="oneill", other_surnames=("archer",))


def test_a_whole_name_ends_in_the_surname() -> None:
    assert traits({"name": "full-name"}, name="Ann Mary Archer") == Traits(("ann", "mary"), "archer")


def test_a_whole_name_with_a_comma_begins_with_the_surname() -> None:
    assert traits({"name": "full-name"}, name="Archer, Ann Mary") == Traits(("ann", "mary"), "archer")


@pytest.mark.parametrize(
    ("text", "sex"), [("Male", "m"), ("F", "f"), ("not-known", ""), ("Unspecified", ""), ("9", "")]
)
def test_a_sex_not_known_says_nothing(text: str, sex: str) -> None:
    assert traits({"sex": "sex"}, sex=text).sex == sex


def test_a_date_has_the_format_declared() -> None:
    columns = {"born": {"feature": "date", "format": "%d/%m/%Y"}}
    assert traits(columns, born="3/12/1980").dates == ("19801203",)
    assert traits({"born": {"feature": "date", "format": "%Y%m%d"}}, born="19801203").dates == ("19801203",)


def test_a_date_may_stand_in_three_columns() -> None:
    columns = {"y": "year", "m": "month", "d": "day"}
    assert traits(columns, y="1980", m="2", d="9").dates == ("19800209",)
    assert traits(columns, y="1980", m="", d="9").dates == ()


def test_a_date_that_is_none_is_refused_without_its_value() -> None:
    with pytest.raises(Rejected) as refused:
        traits({"born": "date"}, born="1980-02-30")
    assert refused.value.detail == "row 1, column born: not a date in the format that the column map declares"
    assert refused.value.faults[0].path == "/1/born"


@pytest.mark.parametrize(
    ("bad", "text", "dates"),
    [
        ("missing", "1980-02-30", ()),
        ("missing", "about 1980", ()),
        ("keep", "1980-02-30", ("19800230",)),
        ("keep", "about 1980", ()),
    ],
)
def test_a_map_may_pass_over_dates_that_are_none(bad: str, text: str, dates: tuple[str, ...]) -> None:
    assert traits({"born": {"feature": "date", "bad": bad}}, born=text).dates == dates


def test_numbers_are_kept_by_scheme() -> None:
    columns = {"pnc": "identifier", "nhs": {"feature": "identifier", "scheme": "health"}}
    said = traits(columns, pnc="2004/0712343H", nhs="")
    assert said.identifiers == (("pnc", "20040712343h"),)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"columns": {"a": "surname"}}, "id must name"),
        ({"id": "key"}, r"\[columns\] must say"),
        ({"id": "key", "columns": {"a": "shoes"}}, "a must be one of"),
        ({"id": "key", "columns": {"a": {"feature": "date", "size": 3}}}, "size, which means nothing"),
        ({"id": "key", "columns": {"a": {"feature": "date", "bad": "guess"}}}, "bad must be one of"),
        ({"id": "key", "columns": {"a": {"feature": "date", "format": "%Y-%m"}}}, "format must have"),
    ],
)
def test_a_broken_map_names_the_column(broken: dict[str, Any], said: str) -> None:
    with pytest.raises(Halt, match=said):
        read_columns(broken)
