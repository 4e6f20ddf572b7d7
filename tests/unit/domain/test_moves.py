"""Which movements are plans to be announced."""

import pytest

from hub.domain.canonical import Json
from hub.domain.moves import planned_move

PLAN = {"booking": "A1", "sequence": 9, "direction": "out", "at": "2026-05-01T09:15:00+01:00", "planned": True}


@pytest.mark.parametrize(
    ("kind", "event"),
    [("released", "release"), ("transfer-out", "transfer"), ("temporary-absence", "temporary-absence")],
)
def test_a_planned_move_out_of_the_prison_is_announced_for_the_day_its_author_writes(kind: str, event: str) -> None:
    found = planned_move({**PLAN, "type": kind, "at": "2026-05-01T00:30:00+01:00"})
    assert found is not None
    assert (found.event, found.day.isoformat()) == (event, "2026-05-01")


@pytest.mark.parametrize(
    "body",
    [
        None,
        {**PLAN, "type": "released", "planned": False},
        {**PLAN, "type": "released", "planned": None},
        {name: value for name, value in {**PLAN, "type": "transfer-out"}.items() if name != "planned"},
        {**PLAN, "type": "to-court"},
        {**PLAN, "type": "to-hospital"},
        {**PLAN, "type": "transfer-in", "direction": "in"},
    ],
)
def test_what_has_happened_or_is_a_day_in_court_or_hospital_is_not(body: Json) -> None:
    assert planned_move(body) is None
