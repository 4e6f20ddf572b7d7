"""Convergence: who is believed where agencies say different things, and that nothing but what they say decides."""

from functools import partial

import pytest

from hub.domain.canonical import Json
from hub.domain.convergence import (
    Agree,
    Authority,
    Fields,
    Highest,
    Latest,
    Rule,
    Standing,
    Union,
    carried_since,
    converge,
    disagreements,
    latest_per_local_id,
    since_through,
)
from hub.domain.submission import Order

PRISON_FIRST = Authority("/x", ("prison", "probation"))
RISK = Highest("/x", {"low": 0, "medium": 1, "high": 2, "very-high": 3}, "")
BY_NUMBER = Union("/x", ("number",), Latest("/x"))


def at(time: int, id_: str = "s") -> Order:
    return Order(time, -1, id_)


def says(agency: str, x: Json, time: int, *, local: str = "1", since: int | None = None) -> Standing:
    """An agency of the kind of its name's first word says x; since: it has said this very value."""
    carried = {} if since is None else {"/x": at(since)}
    return Standing(agency, agency.partition("-")[0], local, at(time), {"x": x}, carried)


def says_nothing(agency: str, time: int) -> Standing:
    return Standing(agency, agency.partition("-")[0], "1", at(time), {})


def shared(rule: Rule, *standing: Standing) -> Json:
    return converge(Fields("", {"x": rule}), standing).body


# --- saying nothing, saying there is none -------------------------------------------------------------------


def test_absent_says_nothing_and_null_says_there_is_none() -> None:
    assert shared(Latest("/x"), says("prison", "a", 1), says_nothing("probation", 2)) == {"x": "a"}
    assert shared(Latest("/x"), says("prison", "a", 1), says("probation", None, 2)) == {"x": None}


def test_what_nobody_says_is_absent() -> None:
    assert shared(Latest("/x"), says_nothing("prison", 1), says_nothing("probation", 2)) == {}


def test_one_agency_alone_is_believed_whatever_the_rule() -> None:
    for rule in (Latest("/x"), PRISON_FIRST, RISK, Agree("/x", PRISON_FIRST)):
        assert shared(rule, says("court", "low", 1)) == {"x": "low"}


# --- latest -------------------------------------------------------------------------------------------------


def test_the_latest_is_believed() -> None:
    assert shared(Latest("/x"), says("prison", "a", 1), says("probation", "b", 2)) == {"x": "b"}


def test_a_value_repeated_later_does_not_count_as_newer() -> None:
    assert shared(Latest("/x"), says("prison", "old", 9, since=1), says("probation", "new", 5)) == {"x": "new"}


def test_at_one_time_the_names_of_the_agencies_decide_so_that_every_hub_decides_alike() -> None:
    one, other = says("prison", "a", 1), says("probation", "b", 1)

    assert shared(Latest("/x"), one, other) == shared(Latest("/x"), other, one) == {"x": "b"}


# --- authority ----------------------------------------------------------------------------------------------


def test_the_first_kind_to_say_something_is_believed_however_old() -> None:
    assert shared(PRISON_FIRST, says("prison", "a", 1), says("probation", "b", 9)) == {"x": "a"}


def test_a_kind_that_says_nothing_leaves_the_word_to_the_next() -> None:
    assert shared(PRISON_FIRST, says_nothing("prison", 9), says("probation", "b", 1)) == {"x": "b"}


def test_a_kind_that_says_there_is_none_has_spoken() -> None:
    assert shared(PRISON_FIRST, says("prison", None, 1), says("probation", "b", 9)) == {"x": None}


def test_within_a_kind_the_latest_is_believed() -> None:
    standing = says("probation-north", "a", 1), says("probation-south", "b", 2)

    assert shared(PRISON_FIRST, *standing) == {"x": "b"}


def test_a_kind_not_listed_speaks_only_when_no_listed_one_does() -> None:
    assert shared(PRISON_FIRST, says("court", "c", 9), says("probation", "b", 1)) == {"x": "b"}
    assert shared(PRISON_FIRST, says("court", "c", 9), says("police", "p", 1)) == {"x": "c"}


# --- highest ------------------------------------------------------------------------------------------------


def test_risk_stays_at_the_highest_while_agencies_differ() -> None:
    assert shared(RISK, says("prison", "high", 1), says("probation", "low", 9)) == {"x": "high"}


def test_risk_falls_when_whoever_said_it_lowers_it() -> None:
    assert shared(RISK, says("prison", "medium", 10), says("probation", "low", 9)) == {"x": "medium"}


def test_a_missing_risk_is_never_low() -> None:
    assert shared(RISK, says("prison", None, 9), says("probation", "low", 1)) == {"x": "low"}
    assert shared(RISK, says_nothing("prison", 9)) == {}
    assert shared(RISK, says("prison", None, 9)) == {"x": None}


def test_an_object_is_taken_whole_from_whoever_says_the_highest() -> None:
    by_overall = Highest("/x", RISK.ranks, "overall")
    worse = {"overall": "high", "who": "children"}

    assert shared(by_overall, says("prison", worse, 1), says("probation", {"overall": "low", "why": "-"}, 2)) == {
        "x": worse
    }
    assert shared(by_overall, says("prison", worse, 1), says("probation", {"why": "no cell known"}, 2)) == {"x": worse}
    assert shared(by_overall, says("prison", worse, 1), says("probation", None, 2)) == {"x": worse}


def test_of_two_that_are_equally_high_the_latest_is_taken_whole() -> None:
    by_overall = Highest("/x", RISK.ranks, "overall")
    newer = {"overall": "high", "who": "staff"}

    assert shared(by_overall, says("prison", {"overall": "high"}, 1), says("probation", newer, 2)) == {"x": newer}


# --- agree --------------------------------------------------------------------------------------------------


def test_while_agencies_differ_the_fallback_stands_and_is_marked() -> None:
    rule = Fields("", {"x": Agree("/x", PRISON_FIRST)})

    converged = converge(rule, [says("prison", "1981-06-14", 1), says("probation", "1981-06-15", 9)])

    assert converged.body == {"x": "1981-06-14"}
    assert converged.contested == ("/x",)


def test_when_they_agree_again_the_mark_is_gone() -> None:
    rule = Fields("", {"x": Agree("/x", PRISON_FIRST)})

    assert converge(rule, [says("prison", "a", 1), says("probation", "a", 9)]).contested == ()


def test_saying_there_is_none_differs_from_saying_something() -> None:
    rule = Fields("", {"x": Agree("/x", PRISON_FIRST)})

    assert converge(rule, [says("prison", None, 1), says("probation", "a", 9)]).contested == ("/x",)
    assert converge(rule, [says_nothing("prison", 1), says("probation", "a", 9)]).contested == ()


def test_disagreements_are_told_with_all_that_is_said_there_and_only_where_a_mark_stands() -> None:
    rule = Fields("", {"x": Agree("/x", PRISON_FIRST)})
    differing = [says("prison", "a", 1), says("probation", "b", 9), says("court", "a", 3)]

    ((path, (_, said, stands, _)),) = disagreements(rule, differing).items()

    assert (path, [(each.agency, value) for each, value in said]) == (
        "/x",
        [("prison", "a"), ("probation", "b"), ("court", "a")],
    )
    assert stands[1] == "a"
    assert tuple(disagreements(rule, differing)) == converge(rule, differing).contested
    assert disagreements(rule, [says("prison", "a", 1), says("probation", "a", 9)]) == {}


# --- union --------------------------------------------------------------------------------------------------


def test_lists_are_joined_and_sorted_by_their_key() -> None:
    items = [{"number": "3"}, {"number": "1"}], [{"number": "2"}]

    assert shared(BY_NUMBER, says("prison", items[0], 1), says("probation", items[1], 2)) == {
        "x": [{"number": "1"}, {"number": "2"}, {"number": "3"}]
    }


def test_items_of_one_key_are_resolved_by_a_rule_of_their_own() -> None:
    older, newer = {"number": "1", "score": 2}, {"number": "1", "score": 0}

    assert shared(BY_NUMBER, says("prison", [older], 1), says("probation", [newer], 2)) == {"x": [newer]}
    assert shared(
        Union("/x", ("number",), PRISON_FIRST), says("prison", [older], 1), says("probation", [newer], 2)
    ) == {"x": [older]}


def test_an_item_said_unchanged_for_long_does_not_count_as_newer() -> None:
    older, newer = {"number": "1", "score": 2}, {"number": "1", "score": 0}
    prison = Standing("prison", "prison", "1", at(9), {"x": [older]}, {'/x#["1"]': at(1)})

    assert shared(BY_NUMBER, prison, says("probation", [newer], 2)) == {"x": [newer]}


def test_the_same_item_said_twice_is_one() -> None:
    assert shared(Union("/x", (), Latest("/x")), says("prison", ["a", "b"], 1), says("probation", ["b"], 2)) == {
        "x": ["a", "b"]
    }


def test_of_two_different_items_that_one_agency_lists_under_one_key_none_is_left_out() -> None:
    items = [{"number": "1", "score": 2}, {"number": "1", "score": 1}]

    joined = shared(BY_NUMBER, says("prison", items, 1), says("probation", [{"number": "1", "score": 0}], 2))

    assert [item["score"] for item in joined["x"]] == [0, 1, 2]


def test_no_list_is_joined_with_a_list_and_alone_stays_none() -> None:
    assert shared(BY_NUMBER, says("prison", None, 2), says("probation", [{"number": "1"}], 1)) == {
        "x": [{"number": "1"}]
    }
    assert shared(BY_NUMBER, says("prison", None, 1), says("probation", None, 2)) == {"x": None}
    assert shared(BY_NUMBER, says("prison", [], 1), says("probation", None, 2)) == {"x": []}


# --- where it came from, and several local ids --------------------------------------------------------------


def test_a_converged_place_names_the_agencies_its_value_came_from() -> None:
    rule = Fields("", {"x": Latest("/x"), "y": Union("/y", (), Latest("/y"))})
    prison = Standing("prison", "prison", "1", at(1), {"x": "a", "y": ["b"]})
    probation = Standing("probation", "probation", "1", at(2), {"x": "c", "y": ["d"]})
    court = Standing("court", "court", "1", at(3), {"y": None})

    assert converge(rule, [prison, probation, court]).sources == {"/x": ["probation"], "/y": ["prison", "probation"]}


def test_of_two_references_of_one_agency_for_one_local_id_the_latest_speaks_alone() -> None:
    earlier, later = says("prison", "a", 1), says_nothing("prison", 2)

    assert latest_per_local_id(Latest(""), [later, earlier]) == [later]


def test_of_two_references_the_one_by_which_the_agency_holds_the_person_speaks_however_late_the_other() -> None:
    rule = Fields("", {"x": Latest("/x")}, holds=lambda standing: standing.body.get("x") == "stands")
    earlier, stands, ended = says("prison", "stands", 1), says("prison", "stands", 2), says("prison", "ended", 3)

    assert latest_per_local_id(rule, [ended, stands, earlier]) == [stands]
    assert latest_per_local_id(rule, [ended, says_nothing("prison", 1)]) == [ended]


def test_the_latest_of_those_who_hold_the_person_is_believed_where_any_do() -> None:
    rule = Fields("", {"x": Latest("/x", holds=lambda standing: standing.body["x"] != "ended")})
    north, south, east = says("north", "ended", 3), says("south", "since may", 1), says("east", "since june", 2)

    assert converge(rule, [north, south, east]).body == {"x": "since june"}
    assert converge(rule, [north, says("west", "ended", 1)]).body == {"x": "ended"}


def test_two_local_ids_of_one_agency_both_speak() -> None:
    first, second = says("prison", "a", 1, local="1"), says("prison", "b", 2, local="2")

    assert latest_per_local_id(Latest(""), [second, first]) == [first, second]


# --- since when a value has been said -----------------------------------------------------------------------


def test_a_value_said_again_keeps_its_first_moment() -> None:
    rule = Fields("", {"x": Latest("/x"), "y": Latest("/y")})
    history = [(at(1), {"x": "a", "y": 1}), (at(2), {"x": "a", "y": 2}), (at(3), {"x": "a", "y": 2})]

    assert since_through(partial(carried_since, rule), history) == {"/x": at(1), "/y": at(2)}


@pytest.mark.parametrize("between", [{"x": "b"}, {}, {"x": None}, None])
def test_a_value_taken_back_and_said_again_counts_from_then(between: Json) -> None:
    rule = Fields("", {"x": Latest("/x")})
    history = [(at(1), {"x": "a"}), (at(2), between), (at(3), {"x": "a"})]

    assert since_through(partial(carried_since, rule), history) == {}


def test_items_of_a_list_keep_their_moments_each_by_its_key() -> None:
    rule = Fields("", {"x": BY_NUMBER})
    one, two = {"number": "1", "score": 0}, {"number": "2", "score": 1}
    history = [(at(1), {"x": [one]}), (at(2), {"x": [two, one]}), (at(3), {"x": [one, two | {"score": 2}]})]

    assert since_through(partial(carried_since, rule), history) == {'/x#["1"]': at(1)}
