"""Parts are put together property by property; the later holds, and what it sets aside is told."""

import pytest

from adapters.oasys.merging import in_order, merged, with_overall
from hub.domain.canonical import Json


def together(earlier: Json, later: Json) -> tuple[Json, list[str]]:
    differing: list[str] = []
    return merged(earlier, later, differing), differing


def test_what_only_one_part_says_stays() -> None:
    assert together({"layer": 3, "event": {"number": 1}}, {"event": {"court": "Northam"}}) == (
        {"layer": 3, "event": {"number": 1, "court": "Northam"}},
        [],
    )


def test_what_both_say_differently_is_taken_from_the_later_and_told() -> None:
    assert together({"plan": {"reviewNumber": "1"}, "layer": 3}, {"plan": {"reviewNumber": "2"}, "layer": 3}) == (
        {"plan": {"reviewNumber": "2"}, "layer": 3},
        ["/plan/reviewNumber"],
    )


def test_sections_items_and_predictors_meet_by_what_names_them() -> None:
    score = {"sections": [{"number": "4", "score": 2}, {"number": "3", "score": 1}]}
    answers = {
        "sections": [{"number": "3", "items": [{"number": "3.4", "answer": "1"}]}],
        "predictors": [{"name": "ogp"}],
    }

    assert together(score, answers)[0] == {
        "sections": [
            {"number": "4", "score": 2},
            {"number": "3", "score": 1, "items": [{"number": "3.4", "answer": "1"}]},
        ],
        "predictors": [{"name": "ogp"}],
    }


def test_of_two_offences_with_one_code_the_first_meets_the_first() -> None:
    brief = {"offences": [{"code": "1", "additional": False}, {"code": "1", "additional": True}, {"code": "2"}]}
    detailed = {"offences": [{"code": "1", "kind": "CURRENT"}, {"code": "1", "kind": "CONCURRENT"}]}

    assert together(brief, detailed)[0]["offences"] == [
        {"code": "1", "additional": False, "kind": "CURRENT"},
        {"code": "1", "additional": True, "kind": "CONCURRENT"},
        {"code": "2"},
    ]


def test_other_lists_are_taken_whole() -> None:
    assert together({"plan": {"objectives": [1, 2]}}, {"plan": {"objectives": [3]}}) == (
        {"plan": {"objectives": [3]}},
        ["/plan/objectives"],
    )


def test_the_times_of_a_status_go_with_it() -> None:
    complete = {"lifecycle": {"status": "COMPLETE", "initiatedAt": "1", "completedAt": "2", "assessor": "A"}}

    assert together(complete, {"lifecycle": {"status": "OPEN"}})[0] == {
        "lifecycle": {"status": "OPEN", "initiatedAt": "1", "assessor": "A"}
    }
    assert together(complete, {"lifecycle": {"assessor": "B"}})[0]["lifecycle"]["completedAt"] == "2"


@pytest.mark.parametrize(
    ("summary", "overall"),
    [
        ({"cells": {"publicCustody": "low", "staffCustody": "high", "childrenCustody": "medium"}}, "high"),
        ({"cells": {}}, None),
        ({"natureOfRisk": "x"}, None),
    ],
)
def test_overall_is_the_highest_cell_and_none_without_cells(summary: Json, overall: str | None) -> None:
    found = with_overall({"roshSummary": summary})["roshSummary"]

    assert found.get("overall") == overall
    assert found["cells"] == summary.get("cells", {})


def test_the_order_in_which_parts_came_says_nothing() -> None:
    body = {"sections": [{"number": "4"}, {"number": "3", "items": [{"number": "3.5"}, {"number": "3.4"}]}]}

    assert in_order(body) == {
        "sections": [{"number": "3", "items": [{"number": "3.4"}, {"number": "3.5"}]}, {"number": "4"}]
    }
    assert in_order({"offences": [{"code": "9"}, {"code": "1"}]}) == {"offences": [{"code": "9"}, {"code": "1"}]}
