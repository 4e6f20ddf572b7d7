import copy

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canonical import Json, canonical
from hub.spec.lens.rest import complete, difference

_leaves = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(0.5, 2.5) | st.sampled_from(["", "a", "b"])
_json = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(wanted=_json, held=_json)
def test_what_is_held_and_the_rest_make_what_was_wanted(wanted: Json, held: Json) -> None:
    rest = difference(wanted, held)
    assert canonical(complete(copy.deepcopy(held), rest)) == canonical(wanted)


@given(value=_json)
def test_nothing_is_left_over_where_all_found_a_home(value: Json) -> None:
    assert difference(value, copy.deepcopy(value)) == []


def test_only_what_differs_is_carried() -> None:
    wanted = {"names": {"surname": "Marsh"}, "identifiers": [{"value": "X1", "verified": False}]}
    held = {"names": {"surname": "Marsh"}, "identifiers": [{"value": "X1"}], "sex": "male"}
    assert difference(wanted, held) == [[["sex"]], [["identifiers", 0, "verified"], False]]


def test_one_and_true_are_not_the_same() -> None:
    assert difference({"a": True}, {"a": 1}) == [[["a"], True]]
