"""Which movements are plans to be announced, or releases."""

import pytest

from hub.domain.canonical import Json
from hub.domain.moves import move_of

PLAN = {"booking": "A1", "sequence": 9, "direction": "out", "at": "2026-05-01T09:15:00+01:00", "planned": True}


@pytest.mark.parametrize(
    ("kind", "event"),
    [("released", "release"), ("transfer-out", "transfer"), ("temporary-absence", "temporary-absence")],
)
def test_a_move_of_out_of_the_prison_is_announced_for_the_day_its_author_writes(kind: str, event: str) -> None:
    found = move_of({**PLAN, "type": kind, "at": "2026-05-01T00:30:00+01:00"})
    assert found is not None
    assert (found.event, found.day.isoformat(), found.planned) == (event, "2026-05-01", True)


@pytest.mark.parametrize("planned", [{}, {"planned": False}, {"planned": None}])
def test_a_release_that_was_made_is_told_apart_from_one_that_is_planned(planned: Json) -> None:
    found = move_of(
        {**{name: value for name, value in PLAN.items() if name != "planned"}, "type": "released", **planned}
    )
    assert found is not None
    assert (found.event, found.planned) == ("release", False)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {**PLAN, "type": "temporary-absence", "planned": False},
        {**PLAN, "type": "died", "planned": None},
        {name: value for name, value in {**PLAN, "type": "transfer-out"}.items() if name != "planned"},
        {**PLAN, "type": "to-court"},
        {**PLAN, "type": "to-hospital"},
        {**PLAN, "type": "transfer-in", "direction": "in"},
    ],
)
def test_another_move_that_was_made_or_is_a_day_in_court_or_hospital_is_not(body: Json) -> None:
    assert move_of(body) is None
