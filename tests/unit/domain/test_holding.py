"""Who holds a person, and since when."""

from datetime import date

import pytest

from hub.domain.canonical import Json
from hub.domain.convergence import Standing, converge
from hub.domain.holding import SAID, Holder, holder_of, speaks_of_holding
from hub.domain.submission import Order, day_begins
from hub.spec.convergence import compile_rule
from tests.builders.valid_bodies import registry

RULE = compile_rule(registry().newest("offender").schema)
JUNE = day_begins(date(2026, 6, 1))


def says(agency: str, body: Json, at: int = JUNE, **since: int) -> Standing:
    carried = {SAID if path == "said" else f"/{path}": Order(moment, -1, "") for path, moment in since.items()}
    return Standing(agency, agency.partition("-")[0], "l", Order(at, -1, ""), body, carried)


def holder(*standing: Standing) -> Holder | None:
    return holder_of(converge(RULE, standing), standing)


def test_in_custody_it_is_the_prison_since_it_came_to_say_so() -> None:
    prison = says("prison", {"location": {"place": "custody"}}, said=JUNE - 5)
    probation = says("probation", {"location": {"place": "community"}}, JUNE + 5)

    assert holder(prison, probation) == Holder("prison", JUNE - 5)
    assert holder(probation, prison) == Holder("prison", JUNE - 5)


@pytest.mark.parametrize(
    "body", [{}, {"location": None}, {"location": {"place": "nomis:X"}}, {"location": {"place": "custody"}}]
)
def test_where_nobody_can_be_named_nobody_holds(body: Json) -> None:
    assert holder(says("probation", body)) is None


def test_a_reception_long_before_is_since_when() -> None:
    body = {"location": {"place": "custody", "since": "2026-05-20"}, "custody": {"receivedOn": "2024-02-01"}}

    assert holder(says("prison", body)) == Holder("prison", day_begins(date(2024, 2, 1)))


def test_in_the_community_it_is_the_service_whose_area_is_believed() -> None:
    prison = says("prison", {"location": {"place": "community", "since": "2026-05-20"}})
    north = says("probation-north", {"probationArea": {"name": "North"}}, probationArea=JUNE - 9)
    south = says("probation-south", {"probationArea": {"name": "South"}}, probationArea=JUNE - 3)

    assert holder(prison, north, south) == Holder("probation-south", JUNE - 3)
    assert holder(prison, north) == Holder("probation-north", JUNE - 9)


def test_the_only_service_that_knows_a_person_holds_them_in_the_community() -> None:
    prison = says("prison", {"location": {"place": "community", "since": "2026-05-20"}})
    quiet = says("probation-north", {}, JUNE + 1)

    assert holder(prison, quiet) == Holder("probation-north", day_begins(date(2026, 5, 20)))
    assert holder(prison, quiet, says("probation-south", {})) is None


def test_a_service_that_says_nothing_of_holding_tells_by_its_record_alone() -> None:
    probation = says("probation", {"location": {"place": "custody"}})

    assert holder(probation) != holder(probation, says("prison", {}))
    assert speaks_of_holding(None) != speaks_of_holding({})


def test_who_says_no_more_that_there_is_no_place_tells_who_holds_the_person() -> None:
    probation, before = says("probation", {"location": {"place": "custody"}}), {"location": None}

    assert holder(probation, says("prison", {})) != holder(probation, says("prison", before))
    assert speaks_of_holding({}) != speaks_of_holding(before)


def test_that_a_service_supervises_the_person_no_more_tells_who_holds_them() -> None:
    prison = says("prison", {"location": {"place": "community"}})
    south = says(
        "probation-south", {"probationArea": {"name": "South"}, "supervision": {"status": "current"}}, JUNE - 9
    )
    now, before = (
        {"probationArea": {"name": "North"}, "supervision": {"status": it}} for it in ("current", "previous")
    )

    assert holder(prison, south, says("probation-north", now)) != holder(prison, south, says("probation-north", before))
    assert speaks_of_holding(now) != speaks_of_holding(before)
